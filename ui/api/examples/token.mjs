// Calls an address with a session's token: node token.mjs NAME URL
import { request } from "node:http";

const [name, url] = process.argv.slice(2);
const { SESSIONKEEPER_HOME: home, XDG_RUNTIME_DIR: run } = process.env;
const socketPath = (home ? `${home}/run` : `${run}/sessionkeeper`) + "/api.sock";
const path = `/v1/sessions/${encodeURIComponent(name)}/token`;
const ask = request({ socketPath, path, method: "POST", headers: { "Content-Type": "application/json" } });
const reply = await new Promise((done, failed) => ask.on("response", done).on("error", failed).end("{}"));
const answer = JSON.parse((await reply.toArray()).join(""));
if (!answer.access_token) throw new Error(answer.detail);
console.log(await (await fetch(url, { headers: { Authorization: `Bearer ${answer.access_token}` } })).text());
