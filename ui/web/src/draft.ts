// A session that is being added. What was typed stays here until the session is there, whatever is shown meanwhile.
import { useLayoutEffect, useState } from "preact/hooks";
import { Refusal, address, ask } from "./keeper";
import { failed } from "./live";
import { split } from "./scopes";
import { began } from "./signin";
import { current, say } from "./state";
import type { Definition, Discovery, Login, Provider, Session } from "./wire";
import { fields, sentences } from "./words";

/** Way is how the provider is told: from the list, by its issuer's address, or by its endpoints. */
export type Way = "provider" | "issuer" | "manual";

export interface Draft {
  way: Way;
  search: string;
  provider: Provider | null;
  vars: Record<string, string>;
  issuer: string;
  discovery: Discovery | null;
  authorize_url: string;
  token_url: string;
  device_url: string;
  name: string;
  named: boolean; // by the user
  client_id: string;
  client_secret: string;
  scopes: string;
  scoped: boolean; // by the user
  account: string;
  device: boolean;
  faults: Record<string, string>; // by field; "" belongs to none
  tried: number; // how often it was sent, or could not be
  adding: string; // the name of the session whose sign-in runs
}

const blank: Draft = {
  way: "provider",
  search: "",
  provider: null,
  vars: {},
  issuer: "",
  discovery: null,
  authorize_url: "",
  token_url: "",
  device_url: "",
  name: "",
  named: false,
  client_id: "",
  client_secret: "",
  scopes: "",
  scoped: false,
  account: "",
  device: false,
  faults: {},
  tried: 0,
  adding: "",
};

let draft = blank;
const drawers = new Set<() => void>();

export function edit(patch: Partial<Draft>): void {
  draft = { ...draft, ...patch };
  for (const draw of drawers) draw();
}

export const forget = (): void => edit(blank);

export function useDraft(): Draft {
  const [, draw] = useState(0);
  useLayoutEffect(() => {
    const again = () => draw((n) => n + 1);
    drawers.add(again);
    return () => void drawers.delete(again);
  }, []);
  return draft;
}

// No provider tells which of the two it dislikes.
export const oneOfTwo = `One of the two is wrong: this, or the ${fields["client_id"]?.label ?? "client ID"}.`;

/** type changes a field and takes what was wrong with it away. */
export function type(field: string, patch: Partial<Draft>): void {
  const { [field]: taken, ...faults } = draft.faults;
  if (field === "client_id" && faults["client_secret"] === oneOfTwo) delete faults["client_secret"];
  if (field === "client_secret" && taken === oneOfTwo) delete faults["client_id"];
  edit({ ...patch, faults });
}

/** free is a name that no session has yet. */
function free(wish: string): string {
  const taken = current().sessions;
  let name = wish;
  for (let n = 2; taken.has(name); n++) name = `${wish}-${n}`;
  return name;
}

function suggested(wish: string): Partial<Draft> {
  if (draft.named) return {};
  const { name: _, ...faults } = draft.faults;
  return { name: free(wish), faults };
}
const granted = (scopes: string[] | undefined): Partial<Draft> =>
  draft.scoped ? {} : { scopes: (scopes ?? []).join(" ") };

export function choose(provider: Provider): void {
  const vars: Record<string, string> = {};
  for (const v of provider.vars ?? []) vars[v.name] = v.default ?? "";
  edit({ provider, vars, ...suggested(provider.id), ...granted(provider.scopes), faults: {} });
}

export function isWeb(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

let asked = Promise.resolve(); // the last question; the keeper takes one at a time

/** discover asks the issuer that was typed what it is. */
export function discover(): Promise<void> {
  return (asked = asked.then(discoverNow));
}

async function discoverNow(): Promise<void> {
  const issuer = draft.issuer.trim();
  if (!isWeb(issuer) || draft.discovery) return;
  try {
    const found = await ask<Discovery>("POST", "/v1/discover", { issuer });
    if (draft.issuer.trim() !== issuer) return;
    const host = new URL(found.issuer || issuer).hostname;
    edit({ discovery: found, ...suggested(found.provider || host), ...granted(found.scopes) });
    type("issuer", {});
    say("This is a provider that Sessionkeeper can use.");
  } catch (error) {
    if (draft.issuer.trim() !== issuer) return;
    const text = failed(error);
    const { issuer: _, ...others } = draft.faults;
    edit({ discovery: null, faults: { issuer: text, ...others } }); // as the fields lie
    say(text);
  }
}

function missing(d: Draft): Record<string, string> {
  const faults: Record<string, string> = {};
  const need = (field: string, value: string, text: string) => {
    if (!value.trim()) faults[field] = text;
  };
  const address = (field: "issuer" | "authorize_url" | "token_url" | "device_url", needed: boolean) => {
    if (!d[field].trim() ? needed : !isWeb(d[field].trim()))
      faults[field] = "Enter an address that begins with https://.";
  };
  if (d.way === "provider")
    for (const v of d.provider?.vars ?? []) need(`vars.${v.name}`, d.vars[v.name] ?? "", "Fill this in.");
  if (d.way === "issuer") address("issuer", true);
  if (d.way === "manual") {
    address("authorize_url", !d.device);
    address("token_url", true);
    address("device_url", d.device);
  }
  need("name", d.name, "Give the session a name.");
  need(
    "client_id",
    d.client_id,
    `Enter the ${fields["client_id"]?.label ?? "client ID"}. You get it where you register the app.`,
  );
  if (d.way === "provider" && d.provider?.secret === "required") {
    need("client_secret", d.client_secret, "This provider gives every app a secret. Enter it.");
  }
  if (!faults["name"] && current().sessions.has(d.name.trim()))
    faults["name"] = "There is a session of this name. Choose another name.";
  return faults;
}

function definition(d: Draft): Definition {
  const body: Definition = {
    client_id: d.client_id.trim(),
    sign_in: d.device ? { device: true } : { no_browser: true },
  };
  if (d.way === "provider" && d.provider) {
    body.provider = d.provider.id;
    if (d.provider.vars?.length)
      body.vars = Object.fromEntries(d.provider.vars.map((v) => [v.name, (d.vars[v.name] ?? "").trim()]));
  } else if (d.way === "issuer") body.issuer = d.issuer.trim();
  else {
    for (const field of ["authorize_url", "token_url", "device_url"] as const)
      if (d[field].trim()) body[field] = d[field].trim();
  }
  if (d.client_secret) body.client_secret = d.client_secret.trim();
  const scopes = split(d.scopes);
  if (scopes.length > 0) body.scopes = scopes;
  if (d.account.trim()) body.account = d.account.trim();
  return body;
}

/** submit adds the session and begins its sign-in. */
export async function submit(): Promise<void> {
  const name = draft.name.trim();
  const wrong = missing(draft);
  if (Object.keys(wrong).length > 0) return edit({ faults: wrong, tried: draft.tried + 1 });
  edit({ faults: {} });
  try {
    const answer = await ask<{ login?: Login } & Partial<Session>>("PUT", address(name), definition(draft));
    if (!answer.login) return added();
    edit({ adding: name });
    began(name, answer.login, { ended });
  } catch (error) {
    const text = failed(error);
    if (text) refused({ [error instanceof Refusal ? error.field : ""]: text });
  }
}

function refused(faults: Record<string, string>): void {
  edit({ faults, tried: draft.tried + 1, adding: "" });
}

function ended(login: Login): void {
  if (login.status === "done") return added();
  if (login.failure === "cancelled") return edit({ adding: "" });
  refused(faultsOf(login));
}

/** faultsOf puts a failure beside the fields that it is about. */
function faultsOf(login: Login): Record<string, string> {
  const text = login.detail || "The sign-in did not work. Try again.";
  const field = login.field ?? "";
  if ((field === "client_id" || field === "client_secret") && draft.client_secret) {
    return { client_id: text, client_secret: oneOfTwo };
  }
  return { [field]: text };
}

function added(): void {
  const name = draft.adding || draft.name.trim();
  forget();
  say(sentences.added.replace("{name}", name));
  location.hash = "";
}
