// What the page knows. It is never changed in place: each change makes a new State and tells who draws it.
import { useLayoutEffect, useState } from "preact/hooks";
import type { Approvals, Health, Login, Provider, Session, Use } from "./wire";
import { tone } from "./words";

/** Link is how the page stands with the keeper; closed: the page may not ask. */
export type Link = "opening" | "live" | "lost" | "closed";

export type View = "sessions" | "programs" | "add" | "history" | "health";

/** Note is what became of something that the user asked for. */
export interface Note {
  text: string;
  failure: string; // the kind of a sign-in's failure
  declined: readonly string[]; // scopes that a sign-in asked for and did not get
}

/** SignIn is a sign-in that runs. */
export interface SignIn extends Login {
  fresh: boolean; // of a session that is being added
  asked: readonly string[]; // scopes, beside those that the session has
}

/** Question is asked before something that cannot be taken back. */
export interface Question {
  what: "sign_out" | "remove";
  name: string;
  related: string[]; // other sessions that it may end
  uses: Use[]; // what uses it now
}

export interface State {
  link: Link;
  view: View;
  sessions: ReadonlyMap<string, Session>;
  order: readonly string[]; // names, as the cards lie
  headed: ReadonlySet<string>; // those that needed the user when the cards were laid, and lie first
  signIns: ReadonlyMap<string, SignIn>;
  opened: ReadonlySet<string>; // sessions whose sign-in page was opened, but not by this page
  notes: ReadonlyMap<string, Note>;
  question: Question | null;
  health: Health | null;
  approvals: Approvals | null; // null: not read yet
  providers: readonly Provider[] | null; // null: not read yet
  said: string; // for who listens to a screen reader
}

let state: State = {
  link: "opening",
  view: "sessions",
  sessions: new Map(),
  order: [],
  headed: new Set(),
  signIns: new Map(),
  opened: new Set(),
  notes: new Map(),
  question: null,
  health: null,
  approvals: null,
  providers: null,
  said: "",
};

const drawers = new Set<() => void>();

export const current = (): State => state;

export function change(patch: Partial<State>): void {
  state = { ...state, ...patch };
  for (const draw of drawers) draw();
}

export function useStore(): State {
  const [, draw] = useState(0);
  useLayoutEffect(() => {
    const again = () => draw((n) => n + 1);
    drawers.add(again);
    return () => void drawers.delete(again);
  }, []);
  return state;
}

/** say tells who listens to a screen reader. */
export const say = (said: string): void => change({ said });

export function put<V>(map: ReadonlyMap<string, V>, key: string, value: V | null): Map<string, V> {
  const copy = new Map(map);
  if (value === null) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

export function note(name: string, text: string, failure = "", declined: readonly string[] = []): void {
  change({ notes: put(state.notes, name, text ? { text, failure, declined } : null), said: text || state.said });
}

// Who needs the user most comes first; within that, by name.
const ranks = [
  "sign_in_needed",
  "setup_needed",
  "keychain_locked",
  "expiring",
  "retrying",
  "active",
  "paused",
  "signed_out",
];
const names = new Intl.Collator(undefined, { numeric: true });

function byAttention(sessions: ReadonlyMap<string, Session>): string[] {
  const rank = (s: Session) => (ranks.indexOf(s.state) + ranks.length) % ranks.length;
  return [...sessions.values()]
    .map((s) => ({ name: s.name, rank: rank(s) }))
    .sort((a, b) => a.rank - b.rank || names.compare(a.name, b.name))
    .map(({ name }) => name);
}

/** needsUser tells whether a session cannot go on without the user. */
export const needsUser = (s: Session | undefined): boolean => s !== undefined && tone(s.state) === "bad";

export function waiting(sessions: ReadonlyMap<string, Session>): number {
  let n = 0;
  for (const s of sessions.values()) if (needsUser(s)) n++;
  return n;
}

export function markOpened(name: string, opened: boolean): void {
  if (state.opened.has(name) === opened) return;
  const copy = new Set(state.opened);
  if (opened) copy.add(name);
  else copy.delete(name);
  change({ opened: copy });
}

/** laid is the order in which those that need the user lie first. */
function laid(sessions: ReadonlyMap<string, Session>): Pick<State, "order" | "headed"> {
  const order = byAttention(sessions);
  return { order, headed: new Set(order.filter((name) => needsUser(sessions.get(name)))) };
}

/** shown changes the sessions. Cards keep their places under the eyes of the user; new ones come last. */
export function shown(sessions: ReadonlyMap<string, Session>, patch: Partial<State> = {}): void {
  if (state.order.length === 0) return change({ ...patch, sessions, ...laid(sessions) });
  const order = state.order.filter((name) => sessions.has(name));
  const known = new Set(order);
  order.push(...byAttention(sessions).filter((name) => !known.has(name)));
  change({ ...patch, sessions, order });
}

/** show goes to another part of the page. Who comes back to the sessions finds those that need the user first. */
export function show(view: View): void {
  const back = view === "sessions" && state.view !== "sessions";
  change(back ? { view, ...laid(state.sessions) } : { view });
}
