// What happened to sessions, read once and then kept up to date.
import { useEffect, useState } from "preact/hooks";
import { address, ask } from "./keeper";
import { failed, onEntries } from "./live";
import type { Entry } from "./wire";
import {
  count,
  fill,
  from,
  isolated,
  outcomeWord,
  plain,
  programWord,
  reasonWord,
  sentences,
  span,
  stateWord,
} from "./words";

export interface History {
  entries: readonly Entry[] | null; // newest first; null: not read yet
  fault: string;
}

/** useHistory gives the newest entries of a session, or of all for "". */
export function useHistory(name: string, limit: number): History {
  const [history, set] = useState<History>({ entries: null, fault: "" });
  const [turn, again] = useState(0);
  useEffect(() => {
    let stopped = false;
    let early: Entry[] = []; // what happened while we asked
    const stop = onEntries((entries) => {
      if (!entries) return again((n) => n + 1);
      const ours = entries.filter((e) => !name || e.session === name).reverse();
      if (ours.length === 0) return;
      set((h) => {
        if (h.entries === null) {
          early = [...ours, ...early].slice(0, limit);
          return h;
        }
        return { ...h, entries: [...ours, ...h.entries].slice(0, limit) };
      });
    });
    const path = name ? address(name, "/history") : "/v1/history";
    ask<Entry[]>("GET", `${path}?limit=${limit}`).then(
      (read) => {
        const newest = read[0] ? Date.parse(read[0].at) : 0;
        const missed = early.filter((e) => Date.parse(e.at) > newest);
        if (!stopped) set({ entries: [...missed, ...read].slice(0, limit), fault: "" });
      },
      (error: unknown) => {
        if (!stopped) set({ entries: [], fault: failed(error) });
      },
    );
    return () => {
      stopped = true;
      stop();
    };
  }, [name, limit, turn]);
  return history;
}

/** until says how far away a time was when something happened, in the words of say; "" where nobody knows. */
function until(e: Entry, at: string | undefined, say: (ms: number) => string): string {
  const ms = Date.parse(at ?? "") - Date.parse(e.at);
  return Number.isNaN(ms) ? "" : say(ms);
}

/** more says of an entry what its type does not. */
export function more(e: Entry): string {
  const d = e.detail ?? {};
  const parts: string[] = [];
  if (e.type === "session.state") {
    parts.push(
      [d["was"], d["state"]]
        .filter(Boolean)
        .map((s) => stateWord(s as string))
        .join(" → "),
    );
    if (d["reason"]) parts.push(reasonWord(d["reason"]));
  } else if (e.type === "token.handed_out") {
    parts.push(...handedOut(d));
  } else if (e.type === "token.renewed") {
    parts.push(until(e, d["expires_at"], (ms) => fill(sentences.good_for, { span: span(ms) })));
  } else if (e.type === "session.warning") {
    if (d["kind"] === "outage") parts.push(sentences.outage);
    else parts.push(until(e, d["ends_at"], (ms) => fill(sentences.ends_when, { when: from(ms) })));
  } else if (e.type === "consent.opened" || e.type === "consent.done") {
    if (d["kind"] === "auto") parts.push(sentences.by_itself);
    if (d["outcome"] && d["outcome"] !== "done") parts.push(plain(outcomeWord(d["outcome"])));
  } else {
    if (d["reason"]) parts.push(reasonWord(d["reason"]));
    const code = d["code"] ?? "";
    if (d["message"] && d["message"].replaceAll(" ", "_") !== code) parts.push(plain(d["message"]));
    if (code && code !== `http_${d["http_status"]}`) parts.push(plain(code));
    if (d["http_status"]) parts.push(`status ${plain(d["http_status"])}`);
  }
  return parts.filter(Boolean).join(" · ");
}

/** handedOut says to whom tokens were given, and how often in that hour. */
function handedOut(d: Record<string, string>): string[] {
  const program = (path: string): string => isolated(programWord(path));
  const times = Number(d["count"]);
  return [
    program(d["program"] ?? ""),
    times > 0 ? count("times", times) : "",
    d["parent"] ? fill(sentences.started_by, { program: program(d["parent"]) }) : "",
    d["face"] && d["face"] !== "socket" ? plain(d["face"]) : "",
  ];
}

/** kindOf says how an entry is drawn. */
export function kindOf(e: Entry): "renewed" | "failed" | "warned" | "consent" | "" {
  switch (e.type) {
    case "token.renewed":
      return "renewed";
    case "refresh.failed":
      return "failed";
    case "session.warning":
      return "warned";
    case "consent.done":
      if (e.detail?.["outcome"] === "cancelled") return ""; // as the user wanted it
      return e.detail?.["outcome"] && e.detail["outcome"] !== "done" ? "failed" : "consent";
    default:
      return "";
  }
}
