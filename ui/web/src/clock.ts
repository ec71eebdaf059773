// The keeper's time, and one tick a second for all that counts down.
import { useEffect, useRef, useState } from "preact/hooks";

let offset = 0; // of the keeper's clock against this browser's

/** setClock notes what the keeper's clock says now. Less than two seconds are the way of the message. */
export function setClock(at: string): void {
  const ahead = Date.parse(at) - Date.now();
  offset = Math.abs(ahead) < 2000 ? 0 : ahead;
}

export const now = (): number => Date.now() + offset;

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function wind(): void {
  const wanted = listeners.size > 0 && !document.hidden;
  if (wanted && timer === undefined) timer = setInterval(tick, 1000);
  if (!wanted) {
    clearInterval(timer);
    timer = undefined;
  }
}

function tick(): void {
  for (const listener of listeners) listener();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tick();
  wind();
});

/** useTicking gives what compute makes of the time, and draws again when that changes. */
export function useTicking<T extends string | number>(compute: (now: number) => T): T {
  const [, redraw] = useState(0);
  const value = compute(now());
  const latest = useRef({ compute, value });
  latest.current = { compute, value };
  useEffect(() => {
    const look = () => {
      if (latest.current.compute(now()) !== latest.current.value) redraw((n) => n + 1);
    };
    listeners.add(look);
    wind();
    return () => {
      listeners.delete(look);
      wind();
    };
  }, []);
  return value;
}

/** when is a time as this place writes it; today's without the day. */
export function when(at: string): string {
  const time = new Date(at);
  const same = time.toDateString() === new Date(now()).toDateString();
  return same
    ? time.toLocaleTimeString()
    : time.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}
