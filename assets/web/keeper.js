// The page's side of the local API.

const key = "bearer";

// Expired says that this page may not ask any more.
export class Expired extends Error {}

export const signedIn = () => sessionStorage.getItem(key) !== null;

// enter turns the one-time code in the address into a bearer, and takes it out of the address before anything else.
export async function enter() {
  const code = new URLSearchParams(location.hash.slice(1)).get("k");
  if (location.hash) history.replaceState(null, "", location.pathname);
  if (!code) return;
  const response = await fetch("/v1/ui/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (response.ok) sessionStorage.setItem(key, (await response.json()).bearer);
  else if (!signedIn()) throw new Expired((await response.json()).detail);
}

async function send(method, path, body, signal) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(key)}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.ok) return response;
  let problem = {};
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) problem = await response.json();
  else if (path === "/v1/health") return response; // what is down is told in the answer
  if (response.status === 401 && problem.code !== "sign_in_needed") {
    sessionStorage.removeItem(key);
    throw new Expired(problem.detail);
  }
  const error = new Error(problem.detail || problem.title || `The keeper answered ${response.status}.`);
  error.code = problem.code;
  throw error;
}

export async function ask(method, path, body, signal) {
  const response = await send(method, path, body, signal);
  return response.status === 204 ? null : response.json();
}

export const address = (name, rest = "") => `/v1/sessions/${encodeURIComponent(name)}${rest}`;

// events calls back with each event of one stream and returns when it ends.
export async function events(onEvent) {
  const response = await send("GET", "/v1/events");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.trim()) onEvent(JSON.parse(line));
  }
}
