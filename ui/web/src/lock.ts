// What is left when this page may not ask any more: nothing.
import { change } from "./state";

/** lockOut forgets everything: this page may not ask any more. */
export function lockOut(): void {
  change({
    link: "closed",
    sessions: new Map(),
    order: [],
    signIns: new Map(),
    opened: new Set(),
    notes: new Map(),
    question: null,
    health: null,
    approvals: null,
    said: "",
  });
}
