// Sign-ins that run. They end by an event; nobody waits on a connection for them, of which a browser has few.
import { Expired, Refusal, address, ask } from "./keeper";
import { lockOut } from "./lock";
import { change, current, markOpened, note, put, say } from "./state";
import type { SignIn } from "./state";
import type { Login, LoginRequest } from "./wire";
import { fill, isolated, sentences, tone } from "./words";

const lookAgain = 15_000; // in case an event was lost

/** webAddress is what a link may lead to; "" for anything else. */
export const webAddress = (url: string | undefined): string =>
  /^https?:\/\//i.test(url ?? "") ? (url as string) : "";

const endings = new Map<string, (login: Login) => void>(); // of sessions that are being added

export async function signIn(name: string, request: LoginRequest = {}): Promise<void> {
  note(name, "");
  const login = await ask<Login>("POST", address(name, "/login"), { no_browser: true, ...request });
  began(name, login, { asked: request.scopes ?? [] });
}

interface Beginning {
  asked?: readonly string[]; // scopes, beside those that the session has
  ended?: (login: Login) => void; // is told how the sign-in of a new session ended
}

/** began shows a sign-in that the keeper has started. */
export function began(name: string, login: Login, { asked = [], ended }: Beginning): void {
  if (login.status !== "pending") return finish(name, login, asked);
  if (ended) endings.set(name, ended);
  change({ signIns: put(current().signIns, name, { ...login, fresh: ended !== undefined, asked }) });
  markOpened(name, false); // it is shown as one of ours
  const url = webAddress(login.login_url);
  if (url && !login.user_code) window.open(url, "_blank", "noopener,noreferrer");
  say(fill(sentences.waiting, { name: isolated(name) }));
  setTimeout(() => void follow(name, login.id), lookAgain);
}

async function follow(name: string, id: string): Promise<void> {
  if (current().signIns.get(name)?.id !== id) return;
  await checkSignIn(name);
  setTimeout(() => void follow(name, id), lookAgain);
}

/** checkSignIn looks whether a session's sign-in has ended, and waits so long for that. */
export async function checkSignIn(name: string, wait?: string): Promise<void> {
  const running = current().signIns.get(name);
  if (!running) return;
  try {
    const login = await ask<Login>("POST", address(name, "/login"), { id: running.id, wait });
    if (current().signIns.get(name)?.id !== running.id) return;
    if (login.status !== "pending") finish(name, login);
    else if (login.detail !== running.detail) tell(name, login);
  } catch (error) {
    if (error instanceof Expired) lockOut();
    else if (error instanceof Refusal && current().signIns.get(name)?.id === running.id) {
      finish(name, { id: running.id, status: "failed", failure: "over", detail: error.message });
    }
  }
}

/** tell shows what happened to a sign-in that goes on. */
function tell(name: string, login: Login): void {
  const running = current().signIns.get(name);
  if (!running) return;
  change({ signIns: put(current().signIns, name, { ...running, ...login }) });
  if (login.detail) say(login.detail);
}

export const checkSignIns = async (): Promise<void> => {
  for (const name of current().signIns.keys()) await checkSignIn(name);
};

function finish(name: string, login: Login, asked = current().signIns.get(name)?.asked ?? []): void {
  const ended = endings.get(name);
  endings.delete(name);
  change({ signIns: put(current().signIns, name, null) });
  if (login.status === "done") {
    const declined = login.declined ?? [];
    if (declined.length > 0) note(name, `The provider did not give: ${declined.join(", ")}. The rest works.`, "", declined);
    else note(name, "");
    say([fill(sentences.added, { name: isolated(name) }), current().notes.get(name)?.text].filter(Boolean).join(" "));
  } else if (!ended && login.failure !== "cancelled") {
    const works = tone(current().sessions.get(name)?.state ?? "") !== "bad";
    const goesOn = asked.length > 0 && works ? " Until then the session goes on with what it has." : "";
    note(name, login.detail ? login.detail + goesOn : "", login.failure ?? "", asked);
  }
  ended?.(login);
}

export async function paste(name: string, running: SignIn, place: string): Promise<void> {
  const login = await ask<Login>("POST", address(name, "/login"), { id: running.id, paste: place.trim() });
  if (current().signIns.get(name)?.id === running.id) finish(name, login);
}

export async function cancel(name: string, running: SignIn): Promise<void> {
  finish(name, { id: running.id, status: "failed", failure: "cancelled" });
  await ask("POST", address(name, "/login"), { id: running.id, cancel: true });
}
