// Which programs may use a session: what waits for an answer, and what was answered.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useId } from "preact/hooks";
import { questions, readApprovals, wants, watchApprovals } from "./approvals";
import { useTicking } from "./clock";
import { ask } from "./keeper";
import { Mark } from "./marks";
import { Act, Long } from "./parts";
import type { State } from "./state";
import type { Approval } from "./wire";
import { count, fill, from, isolated, labels, programWord, sentences, span, titled } from "./words";

const address = (a: Approval): string => `/v1/approvals/${encodeURIComponent(a.id)}`;

async function settle(method: string, a: Approval, body?: unknown): Promise<void> {
  try {
    await ask(method, address(a), body);
  } finally {
    await readApprovals();
    watchApprovals();
  }
}

/** Questions are what waits for an answer; nothing where nothing does. */
export function Questions({ state }: { state: State }): VNode | null {
  const id = useId();
  const asked = questions(state.approvals);
  if (asked.length === 0) return null;
  return (
    <section class="questions" aria-labelledby={id} data-part="questions">
      <h2 id={id} tabIndex={-1} data-home>
        {count("asking", asked.length)}
      </h2>
      <ul>
        {asked.map((a) => (
          <Question key={a.id} approval={a} />
        ))}
      </ul>
    </section>
  );
}

function Question({ approval: a }: { approval: Approval }): VNode {
  const about = wants(a);
  const button = (label: string, body: object, kind: "main" | "danger" | "") => (
    <Act {...(kind && { kind })} run={() => settle("POST", a, body)} label={`${label}: ${about}`}>
      {label}
    </Act>
  );
  return (
    <li class="card question" data-tone="wait">
      <Mark of="wait" />
      <div>
        <h3>{about}</h3>
        <Where approval={a} />
        <p class="soft">
          <Until text={sentences.answer_by} approval={a} />
          {(a.waiting ?? 0) > 1 && ` · ${count("waiting_requests", a.waiting ?? 0)}`}
        </p>
        {!a.lasting && a.program && <p class="soft">{sentences.no_hour}</p>}
        <div class="buttons">
          {a.lasting && button(labels.allow_hour, { allow: true, hour: true }, "main")}
          {button(labels.allow_once, { allow: true }, a.lasting ? "" : "main")}
          {button(labels.deny, { allow: false }, "danger")}
        </div>
      </div>
    </li>
  );
}

/** Where says where a program comes from, by its paths. */
function Where({ approval: a }: { approval: Approval }): VNode {
  const process = a.pid && a.state === "asking" ? ` (process ${a.pid})` : "";
  const rows: [string, string | undefined, string][] = [
    [sentences.program_path, a.program, process],
    [sentences.program_parent, a.parent, ""],
    [sentences.program_folder, a.dir, ""],
  ];
  return (
    <dl class="where">
      {rows.map(
        ([text, path, more]) =>
          path && (
            <div key={text}>
              <dt>{fill(text, { path: "" }).trim()}</dt>
              <dd>
                <code>
                  <Long text={path} />
                </code>
                {more}
              </dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** Until says a text with how far its end is away. */
function Until({ text, approval: a }: { text: string; approval: Approval }): VNode {
  const left = (now: number) => Date.parse(a.until ?? "") - now;
  const told = useTicking((now) => fill(text, { when: from(left(now)), span: span(left(now)) }));
  return <Fragment>{told}</Fragment>;
}

function storyOf(a: Approval): string {
  if (a.state === "allowed" && a.running) return sentences.answered_run;
  if (a.state === "allowed") return a.once ? sentences.answered_once : sentences.answered_yes;
  return a.unheard ? sentences.answered_not : sentences.answered_no;
}

function Answer({ approval: a }: { approval: Approval }): VNode {
  const values = { program: isolated(programWord(a.program)), name: isolated(a.session) };
  const title = fill(a.state === "allowed" ? sentences.allowed : sentences.denied, values);
  return (
    <li>
      <Mark of={a.state === "allowed" ? "ok" : "off"} />
      <div>
        <h3>{title}</h3>
        <p class="soft">
          <Until text={storyOf(a)} approval={a} />
        </p>
        <Where approval={a} />
        <div class="buttons">
          <Act run={() => settle("DELETE", a)} label={`${labels.revoke}: ${title}`}>
            {labels.revoke}
          </Act>
        </div>
      </div>
    </li>
  );
}

export function ProgramsView({ state }: { state: State }): VNode {
  const known = state.approvals;
  const answers = known?.approvals.filter((a) => a.state !== "asking") ?? [];
  return (
    <section aria-labelledby="programs-title">
      <h2 id="programs-title" tabIndex={-1} data-home>
        {labels.programs}
      </h2>
      {answers.length > 0 && (
        <ul class="card parts answers">
          {answers.map((a) => (
            <Answer key={a.id} approval={a} />
          ))}
        </ul>
      )}
      {known && known.approvals.length === 0 && <p>{sentences.no_approvals}.</p>}
      {known && (
        <p class="soft about">
          {known.sessions.length > 0
            ? fill(sentences.asked_about, { names: known.sessions.map(titled).join(", ") })
            : sentences.no_approvals_detail}
        </p>
      )}
    </section>
  );
}
