// What happened to all sessions, or to one of them.
import { h } from "preact";
import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { useHistory } from "./events";
import { Long } from "./parts";
import type { State } from "./state";
import { Table, Timeline } from "./timeline";
import { labels, titled } from "./words";

const firstRows = 100,
  mostRows = 10_000;

export function HistoryView({ state }: { state: State }): VNode {
  const [name, setName] = useState("");
  const id = useId();
  const names = [...state.sessions.keys()].sort();
  return (
    <section aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1} data-home>
        {labels.history}
      </h2>
      {names.length > 0 && (
        <div class="field">
          <label for={id}>Session</label>
          <select id={id} value={name} onChange={(event) => setName(event.currentTarget.value)}>
            <option value="">All sessions</option>
            {names.map((n) => (
              <option key={n} value={n}>
                {titled(n)}
              </option>
            ))}
          </select>
        </div>
      )}
      {name ? (
        <div class="card" key={name}>
          <Timeline name={name} session={state.sessions.get(name) ?? null} />
        </div>
      ) : (
        <All />
      )}
    </section>
  );
}

function All(): VNode {
  const [rows, setRows] = useState(firstRows);
  const { entries, fault } = useHistory("", rows);
  if (fault)
    return (
      <p class="fault">
        <Long text={fault} />
      </p>
    );
  if (!entries) return <p class="soft">Reading …</p>;
  return (
    <div class="card">
      <Table caption="What happened to all sessions" entries={entries} names />
      {entries.length >= rows && rows < mostRows && (
        <button type="button" onClick={() => setRows(rows * 4)}>
          Show more
        </button>
      )}
    </div>
  );
}
