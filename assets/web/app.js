import { Expired, address, ask, enter, events, signedIn } from "./keeper.js";
import { happening, lastError, reasonWord, stateWord, timeLeft, tone, why } from "./words.js";

const $ = (id) => document.getElementById(id);
const rows = new Map(); // by name: {session, item, waiting, login}
const closed = "This page is not signed in to the keeper, or not any more. Run `sessionkeeper ui` again.";

function set(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function banner(text) {
  set($("banner"), text);
  $("banner").hidden = text === "";
}

// show hides or shows a button. A focused one that goes hands the focus to its session's name.
function show(button, visible) {
  if (button.hidden === !visible) return;
  const focused = document.activeElement === button;
  button.hidden = !visible;
  if (focused) button.closest(".session")?.querySelector(".name").focus();
}

function insertSorted(list, item, name) {
  item.dataset.name = name;
  const next = [...list.children].find((other) => other.dataset.name > name);
  list.insertBefore(item, next ?? null);
}

function newRow(session) {
  const item = $("session").content.firstElementChild.cloneNode(true);
  const row = { session, item, waiting: null, login: null };
  const on = (selector, run) => {
    const button = item.querySelector(selector);
    button.addEventListener("click", () => act(row, button, run));
  };
  on(".sign-in", () => signIn(row));
  on(".refresh", () => change(row, "/refresh"));
  on(".pause", () => change(row, "/pause"));
  on(".resume", () => change(row, "/resume"));
  on(".sign-out", () => signOut(row));
  on(".cancel", () => cancel(row));
  item.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    act(row, event.submitter ?? item.querySelector("form button"), () => paste(row));
  });
  const fold = item.querySelector(".history");
  fold.addEventListener("toggle", () => fold.open && act(row, null, () => loadHistory(row)));
  set(item.querySelector(".name"), session.name);
  for (const [selector, what] of [
    [".sign-in", "Sign in to"], [".refresh", "Refresh"], [".pause", "Pause"], [".resume", "Resume"],
    [".sign-out", "Sign out of"], [".history summary", "History of"],
  ]) item.querySelector(selector).setAttribute("aria-label", `${what} ${session.name}`);
  insertSorted($("list"), item, session.name);
  rows.set(session.name, row);
  return row;
}

function update(session) {
  const known = rows.get(session.name);
  const row = known ?? newRow(session);
  const was = row.session.state;
  row.session = session;
  const { item } = row;
  const state = item.querySelector(".state");
  set(state, stateWord(session.state));
  state.dataset.tone = tone(session.state);
  const account = session.account?.email || session.account?.name || session.account?.sub || "";
  set(item.querySelector(".who"), [account, session.provider || session.issuer].filter(Boolean).join(" · "));
  set(item.querySelector(".why"), why(session));
  set(item.querySelector(".error"), lastError(session));
  const is = (...names) => names.includes(session.state);
  show(item.querySelector(".sign-in"), !is("paused"));
  show(item.querySelector(".refresh"), !is("paused", "signed_out", "sign_in_needed", "setup_needed"));
  show(item.querySelector(".pause"), !is("paused", "signed_out"));
  show(item.querySelector(".resume"), is("paused"));
  show(item.querySelector(".sign-out"), !is("signed_out"));
  if (row.login && known && is("active") && was !== "active") endLogin(row, "");
  if (known && was !== session.state) set($("live"), `${session.name}: ${stateWord(session.state)}`);
  tick(row);
  queue(row);
}

function drop(name) {
  const row = rows.get(name);
  if (!row) return;
  endLogin(row, "");
  row.item.remove();
  row.waiting?.remove();
  rows.delete(name);
  count();
}

// queue shows a session that waits for its user at the top.
function queue(row) {
  const waits = row.session.state === "sign_in_needed";
  if (waits && !row.waiting) {
    row.waiting = $("waiting").content.firstElementChild.cloneNode(true);
    set(row.waiting.querySelector(".name"), row.session.name);
    const button = row.waiting.querySelector("button");
    button.setAttribute("aria-label", `Sign in to ${row.session.name}, from the queue`);
    button.addEventListener("click", () => act(row, button, () => signIn(row)));
    insertSorted($("queue-list"), row.waiting, row.session.name);
  } else if (!waits && row.waiting) {
    row.waiting.remove();
    row.waiting = null;
  }
  if (waits) set(row.waiting.querySelector(".why"), why(row.session));
  count();
}

function count() {
  const n = $("queue-list").children.length;
  set($("queue-title"), n === 1 ? "1 session waits for you" : `${n} sessions wait for you`);
  $("queue").hidden = n === 0;
  $("none").hidden = rows.size > 0;
}

function tick(row) {
  set(row.item.querySelector(".time"), timeLeft(row.session, Date.now()));
}

// act runs what a button asks for, once at a time, and says what went wrong beside it. A disabled button would lose the
// focus, so it is only marked.
async function act(row, button, run) {
  if (button?.ariaDisabled === "true") return;
  const note = row.item.querySelector(".note");
  set(note, "");
  if (button) button.ariaDisabled = "true";
  try {
    await run();
  } catch (error) {
    if (error instanceof Expired) lockOut();
    else set(note, error.message);
  } finally {
    if (button) button.ariaDisabled = "false";
  }
}

async function change(row, action, body = {}) {
  update(await ask("POST", address(row.session.name, action), body));
}

async function signIn(row) {
  const login = await ask("POST", address(row.session.name, "/login"), { no_browser: true });
  if (/^https?:\/\//.test(login.login_url ?? "")) window.open(login.login_url, "_blank", "noopener,noreferrer");
  row.login?.over.abort();
  row.login = { id: login.id, over: new AbortController() };
  const panel = row.item.querySelector(".login");
  const link = panel.querySelector("a");
  if (/^https?:\/\//.test(login.login_url ?? "")) link.href = login.login_url;
  link.hidden = !login.login_url;
  set(panel.querySelector(".code strong"), login.user_code ?? "");
  panel.querySelector(".code").hidden = !login.user_code;
  panel.hidden = false;
  panel.scrollIntoView({ block: "nearest" });
  set($("live"), `The sign-in page of ${row.session.name} is open.`);
  follow(row, row.login);
}

// follow waits for a sign-in to end.
async function follow(row, login) {
  try {
    for (;;) {
      const path = address(row.session.name, "/login");
      const now = await ask("POST", path, { id: login.id, wait: "60s" }, login.over.signal);
      if (now.status === "pending") continue;
      ended(row, login, now);
      return;
    }
  } catch (error) {
    if (login.over.signal.aborted) return;
    if (error instanceof Expired) lockOut();
    else if (row.login === login) endLogin(row, error.message);
  }
}

function ended(row, login, now) {
  if (row.login !== login) return;
  endLogin(row, now.status === "failed" && now.failure !== "cancelled" ? now.detail : "");
  if (now.session) update(now.session);
}

function endLogin(row, note) {
  row.login?.over.abort();
  row.login = null;
  row.item.querySelector(".login").hidden = true;
  row.item.querySelector("form").reset();
  set(row.item.querySelector(".note"), note);
}

async function paste(row) {
  const field = row.item.querySelector("form").elements.address;
  const { login } = row;
  if (!login) return;
  const path = address(row.session.name, "/login");
  ended(row, login, await ask("POST", path, { id: login.id, paste: field.value.trim() }));
}

async function cancel(row) {
  const { id } = row.login;
  endLogin(row, "");
  row.item.querySelector(".name").focus();
  await ask("POST", address(row.session.name, "/login"), { id, cancel: true });
}

async function signOut(row) {
  const { name } = row.session;
  const others = await ask("GET", address(name, "/related"));
  set($("ask-title"), `Sign out of ${name}?`);
  set($("ask-text"), others.length === 0
    ? "The access is revoked at the provider. The session's definition is kept."
    : `The access is revoked at the provider. That may also end: ${others.join(", ")}.`);
  if (!await confirmed()) return;
  const out = await ask("POST", address(name, "/logout"), {});
  update(out.session);
  if (out.detail) set(row.item.querySelector(".note"), out.detail);
}

function confirmed() {
  const dialog = $("ask");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

async function loadHistory(row) {
  const entries = await ask("GET", address(row.session.name, "/history?limit=50"));
  const list = row.item.querySelector(".history ol");
  list.replaceChildren(...entries.map((entry) => {
    const line = document.createElement("li");
    const time = document.createElement("time");
    time.dateTime = entry.at;
    time.textContent = new Date(entry.at).toLocaleString();
    const more = Object.entries(entry.detail ?? {}).map(([k, v]) => `${k}: ${v}`).join(", ");
    line.append(time, ` ${happening(entry.type)}${more ? ` (${more})` : ""}`);
    return line;
  }));
  if (entries.length === 0) list.textContent = "Nothing yet.";
}

async function health() {
  const h = await ask("GET", "/v1/health");
  const words = h.keychain.state === "ok" ? "ready" : h.keychain.detail || reasonWord(h.keychain.state);
  set($("keychain-text"), `Keychain: ${words}`);
  show($("unlock"), h.keychain.state !== "ok");
  return h;
}

async function unlock() {
  if ($("unlock").ariaDisabled === "true") return;
  $("unlock").ariaDisabled = "true";
  try {
    await ask("POST", "/v1/keychain/unlock", {});
    banner("");
  } catch (error) {
    if (error instanceof Expired) return lockOut();
    banner(error.message);
  } finally {
    $("unlock").ariaDisabled = "false";
  }
  await health();
}

async function happened(event) {
  if (event.type === "snapshot") {
    const names = new Set(event.sessions.map((s) => s.name));
    for (const name of [...rows.keys()]) if (!names.has(name)) drop(name);
    event.sessions.forEach(update);
    $("all").hidden = false;
    count();
    return;
  }
  if (event.type === "keychain.state") await health();
  if (!event.session) return;
  try {
    update(await ask("GET", address(event.session)));
  } catch (error) {
    if (error.code !== "not_found") throw error;
    drop(event.session);
  }
}

function lockOut() {
  banner(closed);
  set($("keychain-text"), "");
  show($("unlock"), false);
  $("all").hidden = true;
  $("queue").hidden = true;
  for (const name of [...rows.keys()]) drop(name);
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// listen keeps one stream of events open and never gives up.
async function listen() {
  let wait = 500;
  while (signedIn()) {
    try {
      await health();
      banner("");
      let last = Promise.resolve();
      await events((event) => {
        wait = 500;
        last = last.then(() => happened(event)).catch((error) => {
          if (error instanceof Expired) lockOut();
        });
      });
      await last;
    } catch (error) {
      if (error instanceof Expired) break;
    }
    if (!signedIn()) break;
    banner("The connection to the keeper is lost. Trying again …");
    await pause(wait);
    wait = Math.min(wait * 2, 5000);
  }
  lockOut();
}

let listening = null;

async function start() {
  try {
    await enter();
  } catch (error) {
    if (!(error instanceof Expired)) return banner("The keeper does not answer. Run `sessionkeeper ui` again.");
  }
  if (!signedIn()) return lockOut();
  listening ??= listen().finally(() => { listening = null; });
}

$("unlock").addEventListener("click", unlock);
$("ask-yes").addEventListener("click", () => $("ask").close("yes"));
$("ask-no").addEventListener("click", () => $("ask").close("no"));
window.addEventListener("hashchange", start);
setInterval(() => {
  if (!document.hidden) rows.forEach(tick);
}, 1000);
document.addEventListener("visibilitychange", () => rows.forEach(tick));
start();
