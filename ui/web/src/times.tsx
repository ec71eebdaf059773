// How long a session lasts: a bar that gets shorter, and the same in words.
import { h } from "preact";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { useTicking } from "./clock";
import type { Session } from "./wire";
import { fill, from, sentences, span, tone } from "./words";

const steps = 200; // of a bar; fewer than its pixels, so that it is drawn as seldom as it is seen to move

const away = (at: string | undefined, now: number): number => (at ? Date.parse(at) - now : NaN);

/** left is how much of the time from since until at remains, in steps; -1 where that cannot be said. */
function left(since: string | undefined, at: string | undefined, now: number): number {
  const whole = away(at, Date.parse(since ?? ""));
  const rest = away(at, now);
  return whole > 0 && rest > 0 ? Math.min(steps, Math.ceil((rest / whole) * steps)) : -1;
}

interface Times {
  words: string;
  quiet: string;
  bar: number;
  tone: string;
}

/** timesOf says which deadline matters now, and which is only good to know. */
export function timesOf(s: Session, now: number): Times {
  const none = { words: "", quiet: "", bar: -1, tone: "good" };
  if (s.state === "paused" || s.state === "signed_out") return none;
  const [ends, renews, tries, usable] = [s.ends_at, s.renew_at, s.next_try_at, s.usable_until].map((at) =>
    away(at, now),
  ) as [number, number, number, number];
  const well = s.state === "active" || s.state === "expiring";
  const good = usable > 0 ? `Programs can use it for ${span(usable)} more` : "";
  const ended = ends <= 0 ? fill(sentences.ended, { when: from(ends) }) : "";
  // Who is asked to act must not think that there is time: what is still good is said quietly, and no bar shows it.
  if (!well && s.state !== "retrying") return { ...none, words: ended, quiet: good, tone: tone(s.state) };
  const quiet: string[] = [];
  if (s.state === "retrying" && tries > 0) quiet.push(fill(sentences.next_try, { when: from(tries) }));
  // An end that the next renewal moves is no news while renewals work.
  const moves = !s.ends_firm && ends > 0 && s.state !== "expiring";
  const told = !Number.isNaN(ends) && !moves;
  if (well && renews > 0 && !(told && renews >= ends)) quiet.push(fill(sentences.renews, { when: from(renews) }));
  if (told) {
    if (!well && good) quiet.unshift(good);
    return {
      words: ended || fill(sentences.ends, { when: from(ends) }),
      quiet: quiet.join(" · "),
      bar: left(s.signed_in_at ?? s.last_refresh_at, s.ends_at, now),
      tone: s.state === "active" ? "good" : tone(s.state),
    };
  }
  if (well && renews > 0) {
    return {
      ...none,
      tone: "off",
      quiet: quiet.join(" · "),
      bar: left(s.last_refresh_at ?? s.signed_in_at, s.renew_at, now),
    };
  }
  const bar = left(s.last_refresh_at ?? s.signed_in_at, s.usable_until, now);
  return { words: good, quiet: quiet.join(" · "), bar, tone: tone(s.state) };
}

export function TimesOf({ session }: { session: Session }): VNode | null {
  const id = useId();
  const packed = useTicking((now) => {
    const t = timesOf(session, now);
    return [t.words, t.quiet, t.bar, t.tone].join("\n");
  });
  const [words, quiet, bar, colour] = packed.split("\n") as [string, string, string, string];
  if (!words && !quiet) return null;
  return (
    <div class="times">
      {bar !== "-1" && (
        <progress
          class={words ? "" : "quiet"}
          data-tone={colour}
          max={steps}
          value={Number(bar)}
          aria-labelledby={id}
        />
      )}
      <p id={id} class="time">
        {words && <span class="ends">{words}</span>}
        {words && quiet && " "}
        {quiet && <span class="soft">{quiet}</span>}
      </p>
    </div>
  );
}
