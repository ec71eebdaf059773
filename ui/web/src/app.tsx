// The page: what the keeper shows to a person in a browser.
import { Fragment, h, render } from "preact";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { AddView } from "./add";
import { questions } from "./approvals";
import { keepFocus } from "./focus";
import { HealthView, Unlock } from "./health";
import { HistoryView } from "./history";
import { enter, tryNow } from "./live";
import { Mark } from "./marks";
import { Copy } from "./parts";
import { Questions, ProgramsView } from "./programs";
import { Ask } from "./question";
import { SessionsView } from "./sessions";
import { useStore, waiting } from "./state";
import type { State, View } from "./state";
import { keychainProblem, labels } from "./words";

const views: [View, string][] = [
  ["sessions", labels.sessions],
  ["programs", labels.programs],
  ["add", labels.add.replace("…", "")],
  ["history", labels.history],
  ["health", "Health"],
];

function App(): VNode {
  const state = useStore();
  const waits = waiting(state.sessions) + questions(state.approvals).length;
  useEffect(() => {
    document.title = waits > 0 ? `(${waits}) Sessionkeeper` : "Sessionkeeper";
  }, [waits]);
  const open =
    state.link === "live" || (state.link === "lost" && state.sessions.size > 0) || state.link === "opening";
  return (
    <Fragment>
      <header>
        <h1 tabIndex={-1} data-home>
          <img src="/favicon.svg" alt="" width="28" height="28" />
          Sessionkeeper
        </h1>
        {state.link !== "closed" && (
          <nav aria-label="Parts of this page">
            {views.map(([view, word]) => (
              <a
                key={view}
                href={view === "sessions" ? "#" : `#go=${view}`}
                aria-current={state.view === view ? "page" : undefined}
              >
                {word}
              </a>
            ))}
          </nav>
        )}
      </header>
      <p class="away" role="status">
        {state.said}
      </p>
      <main>
        {state.link === "lost" && <Lost />}
        {state.link === "closed" && <Closed />}
        {open && <Keychain state={state} />}
        {open && <Questions state={state} />}
        {open && state.link !== "opening" && <Shown state={state} key={state.view} />}
      </main>
      {state.link !== "closed" && (
        <footer>
          <a href="/licenses.txt" target="_blank" rel="noopener noreferrer">
            Licences
          </a>
        </footer>
      )}
      {state.question && <Ask question={state.question} session={state.sessions.get(state.question.name)} />}
    </Fragment>
  );
}

let first = true; // the first view does not take the focus: nobody went there

function Shown({ state }: { state: State }): VNode {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!first) box.current?.querySelector<HTMLElement>("h2")?.focus();
    first = false;
  }, []);
  return <div ref={box}>{view(state)}</div>;
}

function view(state: State): VNode {
  switch (state.view) {
    case "programs":
      return <ProgramsView state={state} />;
    case "add":
      return <AddView state={state} />;
    case "history":
      return <HistoryView state={state} />;
    case "health":
      return <HealthView state={state} />;
    default:
      return <SessionsView state={state} />;
  }
}

function Keychain({ state }: { state: State }): VNode | null {
  const keychain = state.health?.keychain;
  if (!keychain || keychain.state === "ok" || state.view === "health") return null;
  const problem = keychainProblem(keychain.state);
  return (
    <div class="banner" data-part="keychain">
      <Mark of="keychain_locked" />
      <div>
        <p>
          <strong>{problem.title}. </strong>
          {problem.detail}
        </p>
        {problem.action === "unlock" && <Unlock label={problem.label} />}
      </div>
    </div>
  );
}

/** openAgain says how one gets to a page that may ask. */
const openAgain = (
  <Fragment>
    open this page again from the tray icon, or run <code>sessionkeeper ui</code>
  </Fragment>
);

function Lost(): VNode {
  return (
    <div class="banner" data-part="lost">
      <Mark of="retrying" />
      <div>
        <p>
          <strong>The keeper does not answer. </strong>What you see may be old. This page goes on by itself when the
          keeper is back. If it does not, {openAgain}.
        </p>
        <p class="buttons">
          <button type="button" onClick={tryNow}>
            {labels.try_again}
          </button>
        </p>
      </div>
    </div>
  );
}

function Closed(): VNode {
  return (
    <section class="empty" data-part="closed" aria-labelledby="closed-title">
      <h2 id="closed-title" tabIndex={-1} data-home>
        Open this page again
      </h2>
      <p>
        For your safety it shows your sessions only where Sessionkeeper itself has opened it, and until the keeper is
        started anew.
      </p>
      <p>
        Choose <strong>{labels.open_page}</strong> in the menu of the tray icon, or run this command:
      </p>
      <p>
        <Copy text="sessionkeeper ui" what="the command" />
      </p>
    </section>
  );
}

const root = document.getElementById("app") as HTMLElement;
keepFocus(document.body);
render(<App />, root);
void enter();
addEventListener("hashchange", () => void enter());
