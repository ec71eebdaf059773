// A session's last hours as a picture, and as a table for who does not see it.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { now, useTicking, when } from "./clock";
import { kindOf, more, useHistory } from "./events";
import { drawing } from "./geometry";
import type { Kind, Sign } from "./geometry";
import { Long, memo } from "./parts";
import type { Entry, Session } from "./wire";
import { eventWord, plain, sentences, titled } from "./words";

const hour = 3_600_000;
const spans: [string, number][] = [
  ["1 hour", hour],
  ["24 hours", 24 * hour],
  ["7 days", 168 * hour],
];
const maxEntries = 4000; // a week of a token that lives 5 min
const redrawn = 10_000; // milliseconds between drawings

const kinds: [Kind, string][] = [
  ["renewed", "renewed"],
  ["failed", "failed"],
  ["warned", "warned"],
  ["consent", "signed in"],
];

export function Timeline({ name, session }: { name: string; session: Session | null }): VNode {
  const [span, setSpan] = useState(24 * hour);
  const history = useHistory(name, maxEntries);
  if (history.fault)
    return (
      <p class="fault">
        <Long text={history.fault} />
      </p>
    );
  const spoken = spans.find(([, ms]) => ms === span)?.[0] ?? "";
  return (
    <div class="timeline">
      <div class="ranges" role="group" aria-label={`Time shown of ${titled(name)}`}>
        {spans.map(([words, ms]) => (
          <button type="button" key={words} aria-pressed={span === ms} onClick={() => setSpan(ms)}>
            {words}
          </button>
        ))}
      </div>
      {history.entries ? (
        <Picture name={name} session={session} entries={history.entries} span={span} spoken={spoken} />
      ) : (
        <p class="soft">Reading …</p>
      )}
      {history.entries && <Rows entries={history.entries} name={name} />}
    </div>
  );
}

function useWidth(): [{ current: HTMLDivElement | null }, number] {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return undefined;
    const watch = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  return [box, width];
}

interface PictureProps {
  name: string;
  session: Session | null;
  entries: readonly Entry[];
  span: number;
  spoken: string;
}

const wordWidth = 60; // pixels, of a time under the picture

const top = 18,
  thick = 14,
  tall = 74;

function Picture({ name, session, entries, span, spoken }: PictureProps): VNode {
  const id = useId();
  const [box, width] = useWidth();
  useTicking((now) => Math.floor(now / redrawn));
  const time = now();
  const d = drawing(session, entries, time, span, width);
  const x = (at: number) => Math.round(((at - d.start) / (d.end - d.start)) * width * 10) / 10;
  const ticks = marks(span, time, d.start);
  const every = Math.ceil((wordWidth + 8) / (x(d.start + stepOf(span)) || 1)); // so many that the words do not touch
  const told = kinds.filter(([kind]) => d.counts[kind] > 0).map(([kind, word]) => `${d.counts[kind]} times ${word}`);
  return (
    <Fragment>
      <div class="picture" ref={box}>
        {width > 0 && (
          <svg
            role="img"
            aria-labelledby={`${id}-title ${id}-desc`}
            width={width}
            height={tall}
            viewBox={`0 0 ${width} ${tall}`}
          >
            <title id={`${id}-title`}>{`The last ${spoken} of ${titled(name)}`}</title>
            <desc id={`${id}-desc`}>{told.length > 0 ? `${told.join(", ")}.` : sentences.nothing_happened}</desc>
            <path class="axis" d={`M0 ${tall - 20.5}H${width}`} />
            {ticks.map(([at, text], i) => {
              const left = x(at);
              const apart = left > wordWidth / 2 && Math.abs(left - x(time)) > wordWidth * 0.85;
              return (
                <Fragment key={at}>
                  <path class="axis" d={`M${left} ${tall - 24}v7`} />
                  {apart && (ticks.length - i) % every === 0 && (
                    <text x={left} y={tall - 5} text-anchor="middle">
                      {text}
                    </text>
                  )}
                </Fragment>
              );
            })}
            {d.bars.map((b) => (
              <rect
                class="life"
                key={b.from}
                x={x(b.from)}
                y={top + 8}
                rx="2"
                height={thick}
                width={Math.max(2, x(b.to) - x(b.from) - 1)}
              />
            ))}
            <path class="now" d={`M${x(time)} 4V${tall - 18}`} />
            <text class="now-word" x={x(time)} y={tall - 5} text-anchor="middle">
              now
            </text>
            {d.signs.map((s) => (
              <Shape key={s.kind + s.at} sign={s} x={x(s.at)} />
            ))}
          </svg>
        )}
      </div>
      <Legend />
    </Fragment>
  );
}

function Shape({ sign, x }: { sign: Sign; x: number }): VNode {
  switch (sign.kind) {
    case "renewed":
      return <path class="renewed" d={`M${x} ${top + 5}v${thick + 6}`} />;
    case "failed":
      return <path class="failed" d={`M${x - 4.5} ${top - 13}l9 9m0-9l-9 9`} />;
    case "warned":
      return <path class="warned" d={`M${x} ${top - 14}l6 11h-12z`} />;
    case "consent":
      return <path class="consent" d={`M${x} ${top + 8 + thick / 2 - 9}l6.5 9l-6.5 9l-6.5-9z`} />;
  }
}

const Legend = memo(() => (
  <ul class="legend" aria-hidden="true">
    <li>
      <svg width="22" height="16">
        <rect class="life" x="1" y="3" width="20" height="10" rx="2" />
      </svg>
      good for
    </li>
    <li>
      <svg width="10" height="16">
        <path class="renewed" d="M5 1v14" />
      </svg>
      renewed
    </li>
    <li>
      <svg width="16" height="16">
        <path class="consent" d="M8 1l6 7l-6 7l-6-7z" />
      </svg>
      signed in
    </li>
    <li>
      <svg width="16" height="16">
        <path class="warned" d="M8 2l6 11h-12z" />
      </svg>
      warned
    </li>
    <li>
      <svg width="14" height="16">
        <path class="failed" d="M2 3l10 10m0-10l-10 10" />
      </svg>
      failed
    </li>
  </ul>
));

const stepOf = (span: number): number => (span <= hour ? hour / 6 : span <= 24 * hour ? 4 * hour : 24 * hour);

/** marks are round times within the picture, with what is written there. */
function marks(span: number, time: number, start: number): [number, string][] {
  const step = stepOf(span);
  const zone = new Date(time).getTimezoneOffset() * 60_000;
  const found: [number, string][] = [];
  for (let at = Math.ceil((start - zone) / step) * step + zone; at < time; at += step) {
    const date = new Date(at);
    found.push([
      at,
      step < 24 * hour
        ? date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
        : date.toLocaleDateString(undefined, { weekday: "short" }),
    ]);
  }
  return found;
}

const maxRows = 50; // at first

function Rows({ entries, name }: { entries: readonly Entry[]; name: string }): VNode {
  const [rows, setRows] = useState(maxRows);
  const [open, setOpen] = useState(false);
  return (
    <details class="rows" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {open && <Table caption={`What happened to ${titled(name)}`} entries={entries.slice(0, rows)} names={false} />}
      {open && entries.length > rows && (
        <button type="button" onClick={() => setRows(rows * 4)}>
          Show more
        </button>
      )}
    </details>
  );
}

interface TableProps {
  caption: string;
  entries: readonly Entry[];
  names: boolean; // with the session's
}

export const Table = memo(({ caption, entries, names }: TableProps) => {
  if (entries.length === 0) return <p class="soft">{sentences.nothing_happened}.</p>;
  return (
    <table>
      <caption class="away">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          {names && <th scope="col">Session</th>}
          <th scope="col">What</th>
        </tr>
      </thead>
      <tbody>
        {entries.map((e, i) => (
          <Line key={`${e.at} ${e.session} ${e.type} ${entries.length - i}`} entry={e} names={names} />
        ))}
      </tbody>
    </table>
  );
});

const Line = memo(({ entry, names }: { entry: Entry; names: boolean }) => {
  const rest = more(entry);
  return (
    <tr data-kind={kindOf(entry)}>
      <td>
        <time dateTime={entry.at}>{when(entry.at)}</time>
      </td>
      {names && (
        <td class="whose">
          <bdi>{plain(entry.session)}</bdi>
        </td>
      )}
      <td>
        {eventWord(entry.type)}
        {rest && (
          <span class="soft">
            : <Long text={rest} />
          </span>
        )}
      </td>
    </tr>
  );
});
