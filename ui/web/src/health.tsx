// How the keeper itself is, and what starts at log-in.
import { Fragment, h } from "preact";
import type { ComponentChildren, VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ask } from "./keeper";
import { failed, readHealth } from "./live";
import { Mark } from "./marks";
import { Act, Long, useAct } from "./parts";
import { say } from "./state";
import type { State } from "./state";
import type { Autostart, Health } from "./wire";
import { about, capital, checkWord, fill, keychainProblem, keychainWord, labels, machineProblem, plain } from "./words";
import type { Problem } from "./words";

export function HealthView({ state }: { state: State }): VNode {
  const [fault, setFault] = useState("");
  useEffect(() => {
    readHealth().catch((error: unknown) => setFault(failed(error)));
  }, []);
  const health = state.health;
  return (
    <section aria-labelledby="health-title">
      <h2 id="health-title" tabIndex={-1} data-home>
        Health
      </h2>
      {fault && (
        <p class="fault">
          <Long text={fault} />
        </p>
      )}
      {health && (
        <ul class="card parts">
          {checks(health).map((c) => (
            <Check key={c.name} check={c} />
          ))}
        </ul>
      )}
      <StartAtLogIn />
    </section>
  );
}

interface CheckOf {
  name: string;
  well: string; // what is said while all is well
  mark?: string;
  problem?: Problem | undefined;
  detail?: string | undefined;
}

function checks(health: Health): CheckOf[] {
  const { keychain, history, socket, http, clock, faults } = health;
  const all: CheckOf[] = [
    { name: "Keeper", well: fill(checkWord("keeper"), { pid: String(health.pid), version: health.version }) },
    {
      name: "Keychain",
      well: capital(keychainWord(keychain.state)),
      detail: keychain.detail,
      problem: keychain.state === "ok" ? undefined : keychainProblem(keychain.state),
    },
    {
      name: "Clock",
      well: clockWords(health),
      mark: clock?.state === "ok" ? "ok" : "off",
      problem: clock?.state === "wrong" ? clockProblem(clock) : undefined,
    },
    {
      name: "History",
      well: checkWord("history"),
      detail: history.detail,
      problem: history.state === "down" ? machineProblem("history_down") : undefined,
    },
    {
      name: "Programs",
      well: checkWord("socket"),
      detail: socket.detail,
      problem: socket.state === "down" ? machineProblem("socket_down") : undefined,
    },
    {
      name: "Page",
      well: checkWord("page"),
      detail: http.detail,
      problem: http.state === "down" ? machineProblem("page_down") : undefined,
    },
  ];
  if (keychain.spilled) {
    all.push({
      name: "Waiting records",
      well: "",
      problem: machineProblem("waiting_records", { count: String(keychain.spilled) }),
    });
  }
  for (const f of faults ?? []) {
    const problem = machineProblem("broken_file", { fault: plain(f.detail).replace(/\.$/, "") });
    all.push({ name: `File: ${f.name || "config.toml"}`, well: "", problem });
  }
  return all;
}

const parts: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** milliseconds reads Go's way to write a duration. */
function milliseconds(text: string): number {
  let sum = 0;
  for (const [, n, unit] of text.matchAll(/([\d.]+)(ms|[dhms])/g)) sum += Number(n) * (parts[unit as string] ?? 0);
  return text.startsWith("-") ? -sum : sum;
}

type Clock = NonNullable<Health["clock"]>;

const clockWords = ({ clock }: Health): string =>
  clock?.state === "ok"
    ? fill(checkWord("clock"), { host: plain(clock.seen ?? "the providers") })
    : checkWord("clock_unknown");

function clockProblem(clock: Clock): Problem {
  const skew = milliseconds(clock.skew ?? "");
  return machineProblem("clock_wrong", {
    span: about(Math.abs(skew)),
    side: skew < 0 ? "behind" : "ahead of",
    host: plain(clock.seen || "the providers"),
  });
}

function Check({ check: c }: { check: CheckOf }): VNode {
  return (
    <li>
      <Mark of={c.problem ? "bad" : (c.mark ?? "ok")} />
      <div>
        <h3>
          <bdi>{plain(c.name)}</bdi>
        </h3>
        {c.problem ? <Trouble problem={c.problem} detail={c.detail} /> : <p class="soft">{c.well}</p>}
      </div>
    </li>
  );
}

function Trouble({ problem, detail }: { problem: Problem; detail: string | undefined }): VNode {
  const said: ComponentChildren = (problem.more || detail) && (
    <details>
      <summary>{labels.details}</summary>
      {problem.more && <p>{problem.more}</p>}
      {detail && (
        <p>
          <Long text={detail} />
        </p>
      )}
    </details>
  );
  return (
    <Fragment>
      <p>
        <strong>{problem.title}. </strong>
        <Long text={problem.detail} />
      </p>
      {problem.action === "unlock" && <Unlock label={problem.label} />}
      {said}
    </Fragment>
  );
}

/** Unlock lets the keychain ask for its password. */
export function Unlock({ label }: { label: string }): VNode {
  const [fault, setFault] = useState("");
  const unlock = async () => {
    await ask("POST", "/v1/keychain/unlock", {});
    await readHealth();
  };
  const tell = (text: string) => {
    setFault(text);
    if (text) say(text);
  };
  return (
    <Fragment>
      <p class="buttons">
        <Act kind="main" run={unlock} failed={tell} label={`${label} the keychain`}>
          {label}
        </Act>
      </p>
      {fault && (
        <p class="fault">
          <Long text={fault} />
        </p>
      )}
    </Fragment>
  );
}

const kinds: Record<string, string> = {
  systemd: "a systemd service",
  xdg: "a desktop entry",
  launchd: "a launch agent",
  "run-key": "an entry of the registry",
};

/** StartAtLogIn shows nothing until there is something to show. */
function StartAtLogIn(): VNode | null {
  const [start, set] = useState<Autostart | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    ask<Autostart>("GET", "/v1/autostart").then(set, (error: unknown) => setFault(failed(error)));
  }, []);
  const turn = async () => {
    const now = await ask<Autostart>("PUT", "/v1/autostart", { on: !start?.on });
    set(now);
    say(`${labels.autostart}: ${now.on ? "on" : "off"}`);
  };
  if (!start && !fault) return null;
  return (
    <div class="card start">
      {start && (
        <Fragment>
          <Switch on={start.on} turn={turn} tell={setFault} />
          {start.path && (
            <p class="soft">
              {start.on ? "Installed: " : "Would install: "}
              {kinds[start.kind ?? ""] ?? ""} <code>{plain(start.path)}</code>
            </p>
          )}
          {start.detail && (
            <p>
              <Long text={start.detail} />
            </p>
          )}
        </Fragment>
      )}
      {fault && (
        <p class="fault">
          <Long text={fault} />
        </p>
      )}
    </div>
  );
}

interface SwitchProps {
  on: boolean;
  turn: () => Promise<void>;
  tell: (text: string) => void;
}

function Switch({ on, turn, tell }: SwitchProps): VNode {
  const [busy, press] = useAct(turn, tell);
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={on}
      aria-disabled={busy || undefined}
      onClick={press}
    >
      <span class="slot" aria-hidden="true">
        <span class="knob" />
      </span>
      {labels.autostart}
      <span class="soft" aria-hidden="true">
        {on ? "On" : "Off"}
      </span>
    </button>
  );
}
