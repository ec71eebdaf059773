// Keeps what the user is asked about programs up to date. The keeper tells when that changes; what changes by itself is
// looked for while somebody sees it.
import { ask, signedIn } from "./keeper";
import { change, current } from "./state";
import type { Approval, Approvals } from "./wire";
import { fill, isolated, programWord, sentences } from "./words";

const soon = 500, // after a session changed: its settings may have
  asked = 1000, // while there is a question: more requests may wait for its answer
  running = 5000; // while an answer holds as long as a program runs

let timer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | undefined;
let again = false; // something changed while we asked

/** readApprovals asks what waits and what is remembered, once at a time; what it brings is of after the call. */
export function readApprovals(): Promise<void> {
  if (reading) again = true;
  reading ??= read().finally(() => (reading = undefined));
  return reading;
}

async function read(): Promise<void> {
  do {
    again = false;
    told(await ask<Approvals>("GET", "/v1/approvals"));
  } while (again);
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

export const wants = (a: Approval): string =>
  fill(sentences.wants, { program: isolated(programWord(a.program)), name: isolated(a.session) });

function told(approvals: Approvals): void {
  const before = current().approvals;
  if (same(before, approvals)) return;
  const known = new Set(questions(before).map((a) => a.id));
  const now = questions(approvals);
  const fresh = now.filter((a) => !known.has(a.id));
  const over = known.size > 0 && now.length === 0; // what was said of them is not true any more
  change(fresh.length > 0 || over ? { approvals, said: fresh.map(wants).join(". ") } : { approvals });
}

/** questions are what waits for an answer. */
export const questions = (of: Approvals | null): Approval[] => of?.approvals.filter((a) => a.state === "asking") ?? [];

/** watchApprovals looks now, and again while something changes by itself and somebody sees it. */
export function watchApprovals(): void {
  clearTimeout(timer);
  timer = undefined;
  if (!signedIn() || current().link !== "live") return;
  const next = () => {
    if (document.hidden) return;
    const known = current().approvals;
    if (questions(known).length > 0) timer ??= setTimeout(watchApprovals, asked);
    else if (known?.approvals.some((a) => a.running)) timer ??= setTimeout(watchApprovals, running);
  };
  readApprovals().then(next, next); // the stream says what became of the keeper
}

/** followApprovals looks soon: a session's settings may have changed. */
export function followApprovals(): void {
  clearTimeout(timer);
  timer = setTimeout(watchApprovals, soon);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) watchApprovals();
});
