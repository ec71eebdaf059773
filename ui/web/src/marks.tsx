// Marks differ in shape, for who does not see colours.
import { h } from "preact";
import type { VNode } from "preact";
import { tone } from "./words";

const round = <circle cx="12" cy="12" r="10" class="full" />;

const shapes: Record<string, VNode> = {
  active: (
    <g>
      {round}
      <path class="cut" d="m7.5 12.5 3 3 6-6.5" />
    </g>
  ),
  retrying: <path class="line" d="M20.5 12a8.5 8.5 0 1 1-2.6-6.1M18.5 1.8v4.6h-4.6" />,
  expiring: <path class="line" d="M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6" />,
  sign_in_needed: (
    <g>
      <path class="full" d="M12 1.5 23 21.5H1z" />
      <path class="cut" d="M12 8.5v6M12 18v.1" />
    </g>
  ),
  setup_needed: (
    <g>
      <path class="full" d="M12 .8 23.2 12 12 23.2.8 12z" />
      <path class="cut" d="M12 6.5v6.5M12 17v.1" />
    </g>
  ),
  keychain_locked: (
    <g>
      <path class="full" d="M4.5 10.5h15v11h-15z" />
      <path class="line" d="M8 10V7a4 4 0 0 1 8 0v3" />
    </g>
  ),
  paused: (
    <g>
      {round}
      <path class="cut" d="M9.3 8.2v7.6M14.7 8.2v7.6" />
    </g>
  ),
  signed_out: <circle class="line" cx="12" cy="12" r="9.5" stroke-dasharray="3.6 3.86" />,
  ok: (
    <g>
      {round}
      <path class="cut" d="m7.5 12.5 3 3 6-6.5" />
    </g>
  ),
  wait: <path class="line" d="M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19M12 6.5V12l3.8 2.6" />,
  bad: (
    <g>
      <path class="full" d="M12 1.5 23 21.5H1z" />
      <path class="cut" d="M12 8.5v6M12 18v.1" />
    </g>
  ),
  off: <circle class="line" cx="12" cy="12" r="9.5" stroke-dasharray="3.6 3.86" />,
};

const tones: Record<string, string> = { ok: "good", wait: "wait", bad: "bad", off: "off" };

/** Mark is the sign of a state, or of ok, wait, bad and off. The word stands beside it. */
export function Mark({ of }: { of: string }): VNode {
  return (
    <svg class="mark" data-tone={tones[of] ?? tone(of)} viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
      {shapes[of] ?? shapes["wait"]}
    </svg>
  );
}
