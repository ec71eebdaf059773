// What is known of a session, in the words of the trade.
import { Fragment, h } from "preact";
import type { ComponentChildren, VNode } from "preact";
import { when } from "./clock";
import { Copy, Long } from "./parts";
import type { Session } from "./wire";
import { commandOf, fields, isolated, labels, reasonWord, stateWord, titled } from "./words";
import type { Problem } from "./words";

const time = (at: string | undefined): ComponentChildren => (at ? <time dateTime={at}>{when(at)}</time> : null);
const code = (text: string | undefined): ComponentChildren =>
  text ? (
    <code>
      <Long text={text} />
    </code>
  ) : null;

const nameLabel = fields["name"]?.label ?? "Name";

export function Facts({ session: s, problem }: { session: Session; problem: Problem | null }): VNode {
  const e = s.last_error;
  const rows: [string, ComponentChildren][] = [
    [nameLabel, titled(s.name) === s.name ? null : <Long text={s.name} />], // which is cut above
    [
      labels.state,
      <Fragment key="state">
        {stateWord(s.state)}
        {s.reason && `: ${isolated(reasonWord(s.reason))}`} ({code([s.state, s.reason].filter(Boolean).join(", "))})
      </Fragment>,
    ],
    ["Why", problem?.more],
    ["The keeper says", s.detail && <Long text={s.detail} />],
    [
      "Last error",
      e && (
        <Fragment>
          {code(e.code)}
          {e.http_status ? ` (${labels.http_status} ${e.http_status})` : ""}
          {", "}
          {time(e.at)}
          {e.message && (
            <Fragment>
              : <Long text={e.message} />
            </Fragment>
          )}
        </Fragment>
      ),
    ],
    [labels.provider, s.provider === s.issuer ? null : code(s.provider)],
    [labels.provider_address, code(s.issuer)],
    [
      labels.account,
      [s.account.name, s.account.email, s.account.sub].filter(Boolean).map((text, i) => (
        <Fragment key={i}>
          {i > 0 && " · "}
          <Long text={text as string} />
        </Fragment>
      )),
    ],
    [labels.app_id, code(s.client_id)],
    [labels.signed_in, time(s.signed_in_at)],
    [labels.last_renewed, time(s.last_refresh_at)],
    [labels.renews, time(s.renew_at)],
    ["Access token ends", time(s.access_expires_at)],
    ["Warns", time(s.warn_at)],
    [labels.ends, time(s.ends_at)],
    [labels.next_try, time(s.next_try_at)],
    ["Generation", s.generation > 0 ? code(String(s.generation)) : null],
    ["Command", problem?.command && <Copy text={commandOf(problem.command, s.name)} what="the command" />],
  ];
  return (
    <dl class="facts">
      {rows
        .filter(([, value]) => value && !(Array.isArray(value) && value.length === 0))
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
