// The page's side of the local API.
import type { KeeperEvent } from "./wire";

const key = "bearer";

/** Expired says that this page may not ask any more. */
export class Expired extends Error {}

/** Refusal is what the keeper answered instead of doing it. */
export class Refusal extends Error {
  readonly code: string;
  readonly field: string;
  constructor(detail: string, code = "", field = "") {
    super(detail);
    this.code = code;
    this.field = field;
  }
}

/** Gone says that no keeper answers. */
export class Gone extends Error {}

export const signedIn = (): boolean => sessionStorage.getItem(key) !== null;

/** exchange turns a one-time code into a bearer. */
export async function exchange(code: string): Promise<void> {
  const response = await reach("/v1/ui/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code }),
  });
  if (response.ok) sessionStorage.setItem(key, ((await response.json()) as { bearer: string }).bearer);
  else if (!signedIn()) throw new Expired();
}

async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch {
    throw new Gone("The keeper does not answer. Try again in a moment.");
  }
}

interface Problem {
  code?: string;
  title?: string;
  detail?: string;
  field?: string;
}

async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Authorization: `Bearer ${sessionStorage.getItem(key) ?? ""}` };
  const init: RequestInit = { method, headers, signal: signal ?? null };
  if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  const response = await reach(path, init);
  if (response.ok) return response;
  const told = response.headers.get("Content-Type")?.startsWith("application/problem+json") ?? false;
  if (!told && path === "/v1/health") return response; // what is down is told in the answer
  const problem = told ? ((await response.json()) as Problem) : {};
  if (response.status === 401 && problem.code !== "sign_in_needed") {
    sessionStorage.removeItem(key);
    throw new Expired();
  }
  throw new Refusal(
    problem.detail || problem.title || `The keeper answered ${response.status}.`,
    problem.code,
    problem.field,
  );
}

export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  return (response.status === 204 ? null : await response.json()) as T;
}

export const address = (name: string, rest = ""): string => `/v1/sessions/${encodeURIComponent(name)}${rest}`;

/** events calls back with each event of one stream and returns when it ends. */
export async function events(onEvent: (event: KeeperEvent) => void, signal: AbortSignal): Promise<void> {
  const response = await send("GET", "/v1/events", undefined, signal);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim()) onEvent(JSON.parse(line) as KeeperEvent);
    }
  } catch {
    throw new Gone();
  }
}
