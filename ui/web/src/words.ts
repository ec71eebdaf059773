// What the page calls things: the table that every face shares, and durations the way people say them. It knows words
// and nothing else. Tests import it as it is served.
import * as book from "../../../session/words/words.json";
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
/** outcomeWord says how a sign-in failed. */
export const outcomeWord = (kind: string): string => (book.outcomes as Table<string>)[kind] ?? kind;
export const remoteWord = (remote: string): string => (book.remote as Table<string>)[remote] ?? "";
/** programWord is how people call a program: the last part of where it lies. */
export const programWord = (path: string): string => path.split(/[/\\]/).filter(Boolean).pop() ?? sentences.some_program;

export const checkWord = (check: string): string => (book.checks as Table<string>)[check] ?? "";

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

// What turns the direction of the text around it, hides it, or is no character at all.
const unruly = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const mark = /\p{Mn}/u;
const joinable = /[\p{L}\p{M}\p{So}\p{Sk}]/u;
const joinless = /[\x00-\x7f\ufffd\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}]/u;
const mostMarks = 4; // on one letter; more of them run over the lines above
const longestName = 80; // characters, in the middle of a sentence
const longestTitle = 40; // where one line is all there is

const isJoiner = (c: string): boolean => c === "\u200c" || c === "\u200d";
const joins = (c: string | undefined): boolean => c !== undefined && joinable.test(c) && !joinless.test(c);

/** plain is what others wrote, without what could disturb the text around it. It does what Clean of the words in Go does. */
export function plain(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  const letters = [...text.replace(/\p{Cs}/gu, "\ufffd")];
  let kept = "",
    marks = 0,
    before: string | undefined;
  for (const [i, letter] of letters.entries()) {
    let c = letter;
    if (isJoiner(c)) {
      if (!joins(before) || !joins(letters[i + 1])) c = "\ufffd";
    } else if (mark.test(c)) {
      if (++marks > mostMarks) continue;
    } else {
      marks = 0;
      if (unruly.test(c)) c = "\ufffd";
    }
    before = c;
    kept += c;
  }
  return kept;
}

const graphemes = "Segmenter" in Intl ? new Intl.Segmenter() : null;

/** cut shortens a text that is plain, the ellipsis counted, and takes none apart that people see as one letter. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const letters = [...text];
  if (letters.length <= limit) return text;
  let kept = "",
    n = 0;
  for (const { segment } of graphemes?.segment(text) ?? letters.map((letter) => ({ segment: letter }))) {
    n += [...segment].length;
    if (n >= limit) break;
    kept += segment;
  }
  if (!kept) kept = letters.slice(0, limit - 1).join(""); // one letter without an end
  return `${kept.replace(/[\s\u0085\u200c\u200d]+$/u, "")}…`;
}

const isolate = (text: string): string => (/[^\u0000-\u007f]/.test(text) ? `\u2068${text}\u2069` : text);

/** isolated is a name for the middle of a sentence: a long one is cut, and none turns the text around it. */
export const isolated = (text: string): string => isolate(cut(plain(text), longestName));

/** titled is a name where there is one line for it: in a heading, in a list, on a button. */
export const titled = (text: string): string => isolate(cut(plain(text), longestTitle));

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

/** shellWord is a name as it is typed at the end of a command, for a POSIX shell. */
function shellWord(name: string): string {
  const clean = plain(name);
  const word = /^[\p{L}\p{Nd}_.@-]+$/u.test(clean) ? clean : `'${clean.replaceAll("'", "'\\''")}'`;
  return clean.startsWith("-") ? `-- ${word}` : word; // it is no flag
}

/** commandOf is a command for one session, as a shell takes it. */
export const commandOf = (command: string, name: string): string => fill(command, { name: shellWord(name) });

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

/** about is span for what is said once and stays: it says no odd seconds. */
export const about = (ms: number): string => span(ms >= 60_000 && ms < 180_000 ? Math.round(ms / 10_000) * 10_000 : ms);

/** from says how far away something is, in milliseconds: "in 41 min", "2 min ago", "now". */
export function from(ms: number): string {
  if (Math.round(Math.abs(ms) / 1000) === 0) return "now";
  return ms > 0 ? `in ${span(ms)}` : `${span(-ms)} ago`;
}
