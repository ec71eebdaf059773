// Keeps the page in step with the keeper: one stream of events, drawn once a frame.
import { followApprovals, watchApprovals } from "./approvals";
import { setClock } from "./clock";
import { Expired, Gone, Refusal, address, ask, events, exchange, signedIn } from "./keeper";
import { lockOut } from "./lock";
import { checkSignIn, checkSignIns } from "./signin";
import { change, current, markOpened, say, show, shown } from "./state";
import type { View } from "./state";
import type { Entry, Health, KeeperEvent, Provider, Session } from "./wire";
import { isolated, stateWord } from "./words";

const firstWait = 500,
  longestWait = 4000; // between tries to reach the keeper; one that starts anew is soon there
const maxEntries = 1000; // that wait to be drawn

const healthPause = 2000; // between two questions that nobody asked for

// A keeper that was stopped keeps its connections and says nothing: it is asked now and then, while somebody looks.
const doubtEvery = 10_000,
  answersWithin = 5; // seconds

let healthRead = -Infinity; // when the last one ended
let healthSoon: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | undefined;

/** readHealth asks how the keeper is, once at a time. */
export function readHealth(): Promise<void> {
  reading ??= ask<Health>("GET", "/v1/health")
    .then((health) => {
      change({ health });
      if (health.keychain.state === "ok" && health.keychain.spilled) followHealth(); // it is about to be moved
    })
    .finally(() => {
      reading = undefined;
      healthRead = performance.now();
    });
  return reading;
}

/** followHealth asks again soon after something happened that may have changed it, while somebody looks. */
function followHealth(): void {
  if (healthSoon !== undefined || document.hidden || !signedIn()) return;
  const look = (): void => {
    if (reading) return void reading.then(look, look); // what it brings may be of before
    const wait = healthRead + healthPause - performance.now();
    if (wait > 0) {
      healthSoon = setTimeout(look, wait); // also after a question that somebody else asked meanwhile
      return;
    }
    healthSoon = undefined;
    readHealth().catch(() => undefined); // the stream says what became of the keeper
  };
  healthSoon = setTimeout(look);
}

// The events after which clock and keychain may stand otherwise. */
const affectsHealth = new Set(["keychain.state", "token.renewed", "refresh.failed", "consent.done"]);

// The events after which other sessions may be asked about, or answers be over.
const affectsApprovals = new Set(["session.added", "session.removed", "session.state", "consent.done"]);

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  tryNow();
  followHealth();
});

/** readProviders asks for the catalogue, which tells how providers are called. */
async function readProviders(): Promise<void> {
  try {
    change({ providers: await ask<Provider[]>("GET", "/v1/providers") });
  } catch (error) {
    failed(error);
    change({ providers: [] }); // one can be added by its address
  }
}

// What came since the last frame.
let fresh = new Map<string, Session | null>(); // null: gone
let entries: Entry[] = [];
let drawing = false;

const historians = new Set<(entries: Entry[] | null) => void>();

/** onEntries calls back with what happens from now on, oldest first; with null where something was missed. */
export function onEntries(listen: (entries: Entry[] | null) => void): () => void {
  historians.add(listen);
  return () => void historians.delete(listen);
}

function drawSoon(): void {
  if (drawing) return;
  drawing = true;
  if (document.hidden) setTimeout(draw, 250);
  else requestAnimationFrame(draw);
}

function draw(): void {
  drawing = false;
  const [came, happened] = [fresh, entries];
  fresh = new Map();
  entries = [];
  if (came.size > 0) {
    const before = current().sessions;
    const sessions = new Map(before);
    const turned: Session[] = [];
    for (const [name, session] of came) {
      if (!session) sessions.delete(name);
      else {
        const known = before.get(name);
        if (known && known.state !== session.state) turned.push(session);
        sessions.set(name, session);
      }
    }
    shown(sessions, turned.length > 0 ? { said: story(turned) } : {});
  }
  if (happened.length > 0) for (const listen of historians) listen(happened);
}

function story(turned: Session[]): string {
  if (turned.length > 3) return `${turned.length} sessions have changed.`;
  return turned.map((s) => `${isolated(s.name)}: ${stateWord(s.state)}`).join(". ");
}

const asking = new Map<string, boolean>(); // true: something happened while we asked

async function askFor(name: string): Promise<void> {
  if (asking.has(name)) {
    asking.set(name, true);
    return;
  }
  try {
    do {
      asking.set(name, false);
      fresh.set(name, await ask<Session>("GET", address(name)));
      drawSoon();
    } while (asking.get(name));
  } catch (error) {
    if (!(error instanceof Refusal && error.code === "not_found")) return;
    fresh.set(name, null);
    drawSoon();
  } finally {
    asking.delete(name);
  }
}

const columns = new Set(["type", "session", "at", "now", "sessions"]);

function entryOf(event: KeeperEvent): Entry {
  const detail: Record<string, string> = {};
  for (const [key, value] of Object.entries(event)) {
    if (!columns.has(key) && (typeof value === "string" || typeof value === "number")) detail[key] = String(value);
  }
  return { at: event.at, session: event.session ?? "", type: event.type, detail };
}

// A session whose state is as before was shown again: that is not in the history.
const recorded = (event: KeeperEvent): boolean =>
  event.type !== "session.state" || event["was"] !== event["state"] || event["was"] === undefined;

function snapshot(event: KeeperEvent): void {
  setClock(event.at);
  fresh = new Map();
  const sessions = new Map((event.sessions ?? []).map((s) => [s.name, s]));
  if (current().link !== "opening") for (const listen of historians) listen(null);
  shown(sessions, { link: "live", opened: new Set() });
  void checkSignIns();
  watchApprovals();
  if (!current().providers) void readProviders();
}

function happened(event: KeeperEvent): void {
  if (event.type === "snapshot") return snapshot(event);
  if (event.type === "approval.changed") return watchApprovals();
  if (historians.size > 0 && recorded(event)) {
    entries.push(entryOf(event));
    if (entries.length > maxEntries) entries.shift();
    drawSoon();
  }
  if (affectsHealth.has(event.type)) followHealth();
  const name = event.session;
  if (!name) return;
  if (affectsApprovals.has(event.type)) followApprovals();
  if (event.type === "consent.opened") markOpened(name, event["kind"] !== "device" && !current().signIns.has(name));
  if (event.type === "consent.done" || event.type === "session.removed") markOpened(name, false);
  if (event.now) {
    fresh.set(name, event.now);
    drawSoon();
  } else if (event.type === "session.removed") {
    fresh.set(name, null);
    drawSoon();
  } else void askFor(name);
  void checkSignIn(name, event.type === "consent.done" ? "5s" : undefined);
}

let wake = () => undefined as void; // ends the wait for the next try

/** tryNow does not wait any longer for a keeper that is gone. */
export const tryNow = (): void => wake();

const rest = (ms: number) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });

/** doubt ends the stream of a keeper that does not answer any more. */
async function doubt(stream: AbortController): Promise<void> {
  if (document.hidden || healthSoon !== undefined) return;
  if (!reading && performance.now() - healthRead < healthPause) return; // it has just answered
  let seconds = 0,
    clock: ReturnType<typeof setInterval> | undefined;
  const silence = new Promise<boolean>((resolve) => {
    // Those that a busy or sleeping page misses do not count: the answer may be there, and unread.
    clock = setInterval(() => ++seconds >= answersWithin && resolve(true), 1000);
  });
  const answer = readHealth().then(
    () => false,
    () => false, // the stream says what became of the keeper
  );
  if (await Promise.race([answer, silence])) {
    change({ link: "lost" });
    stream.abort();
  }
  clearInterval(clock);
}

async function listen(): Promise<void> {
  let wait = firstWait;
  while (signedIn()) {
    let heard = false;
    const stream = new AbortController();
    const doubting = setInterval(() => void doubt(stream), doubtEvery);
    try {
      const health = readHealth();
      health.catch(() => undefined);
      await events((event) => {
        heard = true;
        happened(event);
      }, stream.signal);
      await health;
    } catch (error) {
      if (error instanceof Expired) break;
      if (!(error instanceof Gone || error instanceof Refusal)) throw error;
    } finally {
      clearInterval(doubting);
    }
    if (!signedIn()) break;
    if (heard) wait = firstWait;
    else change({ link: "lost" });
    await rest(wait);
    wait = Math.min(wait * 2, longestWait);
  }
  lockOut();
}

/** failed says what became of a request, or locks the page where it may not ask. */
export function failed(error: unknown): string {
  if (error instanceof Expired) {
    lockOut();
    return "";
  }
  return error instanceof Error ? error.message : String(error);
}

let listening = false;

const views = new Set(["sessions", "programs", "add", "history", "health"]);

/** enter reads the address: a one-time code, which is taken out of it before anything else, and what to show. */
export async function enter(): Promise<void> {
  const place = new URLSearchParams(location.hash.slice(1));
  const [code, go] = [place.get("k"), place.get("go") ?? "sessions"];
  const view = (views.has(go) ? go : "sessions") as View;
  if (code) history.replaceState(null, "", view === "sessions" ? location.pathname : `#go=${view}`);
  show(view);
  try {
    if (code) await exchange(code);
  } catch (error) {
    if (error instanceof Gone) {
      change({ link: "lost" });
      say(error.message);
    }
  }
  if (!signedIn()) return lockOut();
  if (listening) return;
  listening = true;
  await listen().finally(() => (listening = false));
}
