// Keeps what the user is asked about programs up to date. Questions come and go without a session's changing, so they are
// looked for as long as there is a session that has them.
import { ask, signedIn } from "./keeper";
import { change, current } from "./state";
import type { Approval, Approvals } from "./wire";
import { fill, isolated, programWord, sentences } from "./words";

const soon = 500, // after something happened
  often = 2000, // while somebody looks and there may be questions
  asked = 1000; // while there is one, which others can answer too

let timer: ReturnType<typeof setTimeout> | undefined;
let reading: Promise<void> | undefined;

/** readApprovals asks what waits and what is remembered, once at a time. */
export function readApprovals(): Promise<void> {
  reading ??= ask<Approvals>("GET", "/v1/approvals")
    .then(told)
    .finally(() => (reading = undefined));
  return reading;
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

/** watchApprovals looks now, and again and again while there may be questions and somebody sees them. */
export function watchApprovals(): void {
  clearTimeout(timer);
  timer = undefined;
  if (document.hidden || !signedIn() || current().link !== "live") return;
  const next = () => {
    const known = current().approvals;
    if (!known || known.sessions.length + known.approvals.length === 0) return;
    timer ??= setTimeout(watchApprovals, questions(known).length > 0 ? asked : often);
  };
  readApprovals().then(next, next); // the stream says what became of the keeper
}

/** followApprovals looks soon: a session's settings may have changed. */
export function followApprovals(): void {
  clearTimeout(timer);
  timer = setTimeout(watchApprovals, soon);
}

document.addEventListener("visibilitychange", watchApprovals);
