// All sessions, each in its place.
import { h } from "preact";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Card } from "./card";
import { Mark } from "./marks";
import { Field } from "./parts";
import { needsUser, waiting } from "./state";
import type { State } from "./state";
import { count, labels, plain, sentences, titled } from "./words";
import type { Session } from "./wire";

const manySessions = 12; // from here on there is a field to find one

export function SessionsView({ state }: { state: State }): VNode {
  const [search, setSearch] = useState("");
  const [wantedCard, setWanted] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const { sessions, order } = state;
  const known = new Map(state.providers?.map((p) => [p.id, p]));
  const provider = (s: Session) => known.get(s.provider)?.name || hostOf(s.provider || s.issuer);
  // Who has one session at a provider often calls it by the provider's name.
  const besides = (s: Session) => (provider(s).toLowerCase() === s.name.toLowerCase() ? "" : provider(s));
  const wanted = search.trim().toLowerCase();
  const found = (s: Session) =>
    !wanted ||
    [s.name, s.account.email, s.account.name, provider(s)].some((text) => text?.toLowerCase().includes(wanted));
  const locked = state.health !== null && state.health.keychain.state !== "ok";
  const goTo = (name: string) => {
    setSearch("");
    setWanted(name);
  };
  useEffect(() => {
    if (!wantedCard) return;
    const card = list.current?.children[order.indexOf(wantedCard)];
    card?.scrollIntoView({ block: "center" });
    card?.querySelector<HTMLElement>("[data-home]")?.focus({ preventScroll: true });
    setWanted("");
  }, [wantedCard]);
  if (sessions.size === 0) return <Empty />;
  return (
    <section aria-labelledby="summary">
      <Summary state={state} goTo={goTo} />
      {sessions.size > manySessions && (
        <div class="find">
          <Field name="find" type="search" label="Find a session" required value={search} set={setSearch} />
        </div>
      )}
      <ul class="sessions" ref={list}>
        {order.map((name) => {
          const s = sessions.get(name);
          return (
            s &&
            found(s) && (
              <Card
                key={name}
                session={s}
                provider={besides(s)}
                running={state.signIns.get(name)}
                opened={state.opened.has(name) && !known.get(s.provider)?.paste_only}
                locked={locked}
                note={state.notes.get(name)}
              />
            )
          );
        })}
      </ul>
    </section>
  );
}

function hostOf(issuer: string | undefined): string {
  try {
    return (issuer && new URL(issuer).host) || plain(issuer ?? "");
  } catch {
    return plain(issuer ?? "");
  }
}

const mostLinks = 5,
  inSight = 3; // cards that everybody sees without scrolling

interface SummaryProps {
  state: State;
  goTo: (name: string) => void;
}

function Summary({ state, goTo }: SummaryProps): VNode {
  const { sessions, order, headed } = state;
  const n = waiting(sessions),
    all = sessions.size;
  const well = [...sessions.values()].every((s) => s.state === "active");
  const signIns = [...sessions.values()].filter((s) => s.state === "sign_in_needed").length;
  const need = n === signIns ? count("waiting", n) : n === 1 ? "1 session needs you" : `${n} sessions need you`;
  const words = n > 0 ? need : well ? count("well", all) : count("sessions", all);
  // Their cards do not move while one looks at them; from here one gets to those that are out of sight.
  const names = order.slice(inSight).filter((name) => !headed.has(name) && needsUser(sessions.get(name)));
  return (
    <div class="summary" data-tone={n > 0 ? "bad" : well ? "good" : "off"}>
      {(n > 0 || well) && <Mark of={n > 0 ? "bad" : "ok"} />}
      <h2 id="summary" tabIndex={-1} data-home>
        {words}
      </h2>
      {n > 0 && all > n && <p class="soft">{count("sessions", all)} in all</p>}
      {names.length > 0 && (
        <ul class="jumps" aria-label="Go to those that need you">
          {names.slice(0, mostLinks).map((name) => (
            <li key={name}>
              <button type="button" class="quiet" onClick={() => goTo(name)}>
                {titled(name)}
              </button>
            </li>
          ))}
          {names.length > mostLinks && <li class="soft">and {names.length - mostLinks} more below</li>}
        </ul>
      )}
    </div>
  );
}

function Empty(): VNode {
  return (
    <section class="empty" aria-labelledby="summary">
      <h2 id="summary" tabIndex={-1} data-home>
        {sentences.no_sessions}
      </h2>
      <p>{sentences.no_sessions_detail}</p>
      <p>
        <a class="main" href="#go=add">
          {labels.add.replace("…", "")}
        </a>
      </p>
    </section>
  );
}
