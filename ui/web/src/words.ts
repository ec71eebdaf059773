// What the page calls things: the table that every face shares, and durations the way people say them. It knows words
// and nothing else. Tests import it as it is served.
import book from "../../../session/words/words.json";
import type { Session } from "./wire";

export type Tone = "good" | "wait" | "bad" | "off";

interface Text {
  title: string;
  detail: string;
  more?: string;
  action?: string;
}

type Table<T> = Record<string, T | undefined>;

const states = book.states as Table<{ word: string; tone: Tone }>;
const problems = book.problems as Table<Table<Text>>;
const machine = book.machine as Table<Text>;
const actions = book.actions as Table<{ label: string; command: string }>;

export const labels = book.labels;
export const sentences = book.sentences;
export const fields = book.fields as Table<{ label: string; hint: string }>;

export const stateWord = (state: string): string => states[state]?.word ?? state;
export const tone = (state: string): Tone => states[state]?.tone ?? "wait";
export const eventWord = (type: string): string => (book.events as Table<string>)[type] ?? type;
export const keychainWord = (state: string): string => (book.keychain as Table<string>)[state] ?? state;
export const reasonWord = (reason: string): string => (book.reasons as Table<string>)[reason] ?? reason;
export const remoteWord = (remote: string): string => (book.remote as Table<string>)[remote] ?? "";
export const checkWord = (check: string): string => (book.checks as Table<string>)[check] ?? "";

// What turns the direction of the text around it, hides it, or is no character at all. Joiners belong to some scripts.
const unruly = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const piledUp = /(\p{Mn}{4})\p{Mn}+/gu;
const longestName = 48; // characters, in the middle of a sentence

/** plain is what others wrote, without what could disturb the text around it. */
export const plain = (text: string): string => text.replace(unruly, "\ufffd").replace(piledUp, "$1");

/** isolated is a name for the middle of a sentence: a long one is cut, and none turns the text around it. */
export function isolated(text: string): string {
  let name = plain(text);
  const letters = [...name];
  if (letters.length > longestName)
    name = `${letters
      .slice(0, longestName - 1)
      .join("")
      .trimEnd()}…`;
  return /[^\u0000-\u007f]/.test(name) ? `\u2068${name}\u2069` : name;
}

/** fill puts values where the text names them in braces. */
export function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (brace, key: string) => values[key] ?? brace);
}

/** count says how many, as people do. */
export function count(what: keyof typeof book.counts, n: number): string {
  const text = book.counts[what];
  return fill(n === 1 ? text.one : text.many, { n: String(n) });
}

export interface Problem {
  title: string;
  detail: string;
  more: string;
  action: string;
  label: string;
  command: string;
}

function problem(found: Text, values: Record<string, string>): Problem {
  const action = actions[found.action ?? ""];
  return {
    title: fill(found.title, values),
    detail: fill(found.detail, values),
    more: found.more ?? "",
    action: found.action ?? "",
    label: action?.label ?? "",
    command: action?.command ?? "",
  };
}

/** problemOf says what is the matter with a session and what cures it; null where all is well. */
export function problemOf(s: Session): Problem | null {
  const found = problems[s.state]?.[s.reason ?? ""] ?? problems[s.state]?.[""];
  if (!found) return null;
  return problem(found, { name: isolated(s.name) });
}

/** machineProblem says what is the matter with the keeper or its surroundings. */
export function machineProblem(key: string, values: Record<string, string> = {}): Problem {
  return problem(machine[key] ?? { title: key, detail: "" }, values);
}

export const keychainProblem = (state: string): Problem =>
  machineProblem(machine[`keychain_${state}`] ? `keychain_${state}` : "keychain_down");

/** commandOf is a command for one session, as a shell takes it. */
export function commandOf(command: string, name: string): string {
  return fill(command, { name: /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'` });
}

const pair = (a: number, unitA: string, b: number, unitB: string): string =>
  b === 0 ? `${a} ${unitA}` : `${a} ${unitA} ${b} ${unitB}`;

/**
 * span says milliseconds the way people do: "41 min", "3 h 20 min", "5 days". From three minutes on it is rounded to
 * the smallest unit that is shown.
 */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const [minutes, hours, days] = [60, 3600, 86400].map((size) => Math.round(seconds / size)) as [
    number,
    number,
    number,
  ];
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 180) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  if (hours < 48) return pair(1, "day", hours % 24, "h");
  return `${days} days`;
}

/** from says how far away something is, in milliseconds: "in 41 min", "2 min ago", "now". */
export function from(ms: number): string {
  if (Math.round(Math.abs(ms) / 1000) === 0) return "now";
  return ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}
