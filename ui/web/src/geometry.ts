// Where things lie in a timeline.
import { kindOf } from "./events";
import type { Entry, Session } from "./wire";

export type Kind = "renewed" | "failed" | "warned" | "consent";

export interface Bar {
  from: number;
  to: number;
}

export interface Sign {
  at: number;
  kind: Kind;
  n: number; // how many lie there, too near to be told apart
}

export interface Drawing {
  start: number;
  end: number;
  bars: Bar[];
  signs: Sign[];
  counts: Record<Kind, number>;
}

const ahead = 0.12; // how much of the picture lies in the future

/** drawing lays entries, newest first, out over the last span milliseconds; pixels is the picture's width. */
export function drawing(
  session: Session | null,
  entries: readonly Entry[],
  now: number,
  span: number,
  pixels: number,
): Drawing {
  const end = now + (span * ahead) / (1 - ahead),
    start = now - span;
  const pixel = (end - start) / Math.max(1, pixels);
  const d: Drawing = { start, end, bars: [], signs: [], counts: { renewed: 0, failed: 0, warned: 0, consent: 0 } };
  let next = Infinity; // when what came later took over
  const placed: Partial<Record<Kind, Sign>> = {};
  for (const e of entries) {
    const at = Date.parse(e.at);
    const kind = kindOf(e);
    if (kind === "renewed" || kind === "consent") {
      const until = Date.parse(
        e.detail?.["expires_at"] ?? (next === Infinity ? (session?.access_expires_at ?? "") : ""),
      );
      const to = Math.min(Number.isNaN(until) ? Math.min(next, now) : until, next, end);
      if (to > start) addBar(d.bars, { from: Math.max(at, start), to }, pixel);
      next = at;
    }
    if (e.type === "session.state" && e.detail?.["state"] === "signed_out") next = at;
    if (!kind || at < start) continue;
    d.counts[kind]++;
    const near = placed[kind];
    if (near && near.at - at < pixel * 7) near.n++;
    else d.signs.push((placed[kind] = { at, kind, n: 1 }));
    if (at < start) break;
  }
  return d;
}

/** addBar joins bars that nobody could tell apart. They come newest first. */
function addBar(bars: Bar[], bar: Bar, pixel: number): void {
  const later = bars[bars.length - 1];
  if (later && later.to - bar.from < pixel * 5 && later.from - bar.to < pixel) later.from = bar.from;
  else bars.push(bar);
}
