// Adds a session: first which provider, then what its client is called there, then the sign-in.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { choose, discover, edit, forget, isWeb, oneOfTwo, submit, type, useDraft } from "./draft";
import type { Draft, Way } from "./draft";
import { Panel } from "./panel";
import { Field, Form, Long } from "./parts";
import { Bring, Known, Register, pageless } from "./provider";
import type { State } from "./state";
import type { Provider } from "./wire";
import { capital, fields, fill, isolated, labels, plain } from "./words";

const ways: [Way, string, string][] = [
  ["provider", "From the list", "Google, GitHub, Microsoft and others"],
  ["issuer", "By its address", "Your company's or your own sign-in server"],
  ["manual", "By hand", "You know its two addresses"],
];

export function AddView({ state }: { state: State }): VNode {
  const d = useDraft();
  const running = d.adding ? state.signIns.get(d.adding) : undefined;
  const heading = useRef<HTMLHeadingElement>(null);
  return (
    <section class="add" aria-labelledby="add-title">
      <h2 id="add-title" tabIndex={-1} data-home ref={heading}>
        {labels.add.replace("…", "")}
      </h2>
      {running ? (
        <div class="card">
          <Panel name={d.adding} running={running} key={running.id} />
        </div>
      ) : (
        <Fragment>
          <fieldset class="ways">
            <legend>Where do you want to sign in?</legend>
            {ways.map(([way, word, hint]) => (
              <label key={way}>
                <input
                  type="radio"
                  name="way"
                  value={way}
                  checked={d.way === way}
                  onChange={() => edit({ way, faults: {} })}
                />
                <span>
                  <strong>{word}</strong>
                  <span class="soft">{hint}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {d.way === "provider" && !d.provider ? (
            <Choice providers={state.providers} search={d.search} />
          ) : (
            <Details d={d} all={state.providers ?? []} />
          )}
        </Fragment>
      )}
    </section>
  );
}

// Where most people have an account; the others follow by name.
const popular = ["google", "microsoft", "github", "gitlab", "slack", "atlassian"];

function Choice({ providers, search }: { providers: readonly Provider[] | null; search: string }): VNode {
  if (!providers) return <p class="soft">Reading the list …</p>;
  const wanted = search.trim().toLowerCase();
  const found = providers
    .filter((p) => p.name.toLowerCase().includes(wanted) || p.id.includes(wanted))
    .sort((a, b) => a.name.localeCompare(b.name));
  const first = wanted
    ? []
    : popular.map((id) => found.find((p) => p.id === id)).filter((p): p is Provider => p !== undefined);
  const rest = found.filter((p) => !first.includes(p));
  return (
    <div class="card">
      <Field
        name="search"
        type="search"
        label="Find a provider"
        required
        value={search}
        set={(text) => edit({ search: text })}
      />
      <p class="away" role="status">
        {search ? `${found.length} found` : ""}
      </p>
      {first.length > 0 && <Buttons providers={first} title="Often used" />}
      {rest.length > 0 && <Buttons providers={rest} title={first.length > 0 ? "All others" : ""} />}
      {found.length === 0 && (
        <p>
          It is not in the list.{" "}
          <button type="button" class="quiet" onClick={() => edit({ way: "issuer" })}>
            Add it by its address
          </button>
        </p>
      )}
    </div>
  );
}

function Buttons({ providers, title }: { providers: readonly Provider[]; title: string }): VNode {
  return (
    <Fragment>
      {title && <h3 class="shelf">{title}</h3>}
      <ul class="providers">
        {providers.map((p) => (
          <li key={p.id}>
            <button type="button" onClick={() => choose(p)}>
              {plain(p.name)}
            </button>
          </li>
        ))}
      </ul>
    </Fragment>
  );
}

const text = (field: string) => fields[field] ?? { label: field, hint: "" };

/** hintOf leaves out what holds only for a field that may stay empty, and that it may, which stands beside its label. */
const hintOf = (field: string, required = false): string =>
  required ? (text(field).hint.split("; ")[0] ?? "") : text(field).hint.replace(/; optional$/, "");

interface InputProps {
  d: Draft;
  field:
    | "name"
    | "issuer"
    | "authorize_url"
    | "token_url"
    | "device_url"
    | "client_id"
    | "client_secret"
    | "scopes"
    | "account";
  required?: boolean;
  kind?: "text" | "secret" | "url";
  more?: Partial<Draft>; // what typing here changes besides
}

function Input({ d, field, required, kind, more }: InputProps): VNode {
  return (
    <Field
      name={field}
      label={text(field).label}
      hint={hintOf(field, required)}
      required={required ?? false}
      type={kind ?? "text"}
      value={d[field]}
      fault={d.faults[field]}
      set={(value) => type(field, { ...more, [field]: value })}
    />
  );
}

/** partOf is what people call a part of a provider's addresses. */
const partOf = (name: string): string =>
  fields[name === "redirect" ? "redirect_uri" : name]?.label ?? capital(plain(name));

/** Vars are the parts of a provider's addresses that differ from one customer to the next. */
function Vars({ d, provider }: { d: Draft; provider: Provider }): VNode {
  return (
    <Fragment>
      {(provider.vars ?? []).map((v) => {
        const field = `vars.${v.name}`;
        return (
          <Field
            key={v.name}
            name={field}
            label={partOf(v.name)}
            hint={v.hint && capital(plain(v.hint))}
            required
            value={d.vars[v.name] ?? ""}
            fault={d.faults[field]}
            set={(value) => type(field, { vars: { ...d.vars, [v.name]: value } })}
          />
        );
      })}
    </Fragment>
  );
}

function Chosen({ provider }: { provider: Provider }): VNode {
  return (
    <div class="chosen">
      <strong>
        <bdi>{plain(provider.name)}</bdi>
      </strong>
      <button type="button" class="quiet" onClick={() => edit({ provider: null, faults: {} })}>
        Choose another
      </button>
    </div>
  );
}

/** filled is an address with its parts in their places; "" where one of them is missing. */
function filled(address: string, parts: Record<string, string>): string {
  const whole = fill(address, Object.fromEntries(Object.entries(parts).filter(([, part]) => part.trim())));
  return /\{\w+\}/.test(whole) ? "" : whole;
}

function Details({ d, all }: { d: Draft; all: readonly Provider[] }): VNode {
  const provider = d.way === "provider" ? d.provider : null;
  const told = provider ?? (d.way === "issuer" && all.find((p) => p.id === d.discovery?.provider));
  const redirect =
    (provider?.redirect_uri && filled(provider.redirect_uri, d.vars)) ??
    (d.way === "issuer" ? d.discovery?.redirect_uri : undefined) ??
    (d.way === "manual" ? "http://127.0.0.1/callback" : "");
  const secret = provider?.secret ?? "";
  const device = d.way === "manual" || Boolean(provider ? provider.device_url : d.discovery?.device_url);
  if (provider && pageless(provider)) {
    return (
      <div class="card stack">
        <Chosen provider={provider} />
        <Register provider={provider} redirect="" />
        <Bring provider={provider} />
        <Known provider={provider} />
      </div>
    );
  }
  return (
    <Form
      class="card"
      run={submit}
      label={labels.sign_in}
      cancel={() => {
        forget();
        location.hash = "";
      }}
    >
      <Summary d={d} />
      {provider && <Chosen provider={provider} />}
      {d.way === "issuer" && <Issuer d={d} />}
      {d.way === "manual" && (
        <Fragment>
          <Input d={d} field="authorize_url" kind="url" required={!d.device} />
          <Input d={d} field="token_url" kind="url" required />
          <Input d={d} field="device_url" kind="url" required={d.device} />
        </Fragment>
      )}
      <Register provider={provider} redirect={redirect} />
      {told && <Known provider={told} />}
      {provider && <Vars d={d} provider={provider} />}
      <Input d={d} field="name" required more={{ named: true }} />
      <Input d={d} field="client_id" required />
      {secret !== "none" && <Input d={d} field="client_secret" kind="secret" required={secret === "required"} />}
      <Input d={d} field="scopes" more={{ scoped: true }} />
      <Input d={d} field="account" />
      {device && (
        <label class="check">
          <input
            type="checkbox"
            checked={d.device}
            onChange={(event) => edit({ device: event.currentTarget.checked })}
          />
          {labels.another_device}
        </label>
      )}
    </Form>
  );
}

/** Summary lists what is wrong, and takes the focus when there is something new. */
function Summary({ d }: { d: Draft }): VNode | null {
  const box = useRef<HTMLDivElement>(null);
  const faults = Object.entries(d.faults);
  const things = d.faults["client_secret"] === oneOfTwo ? faults.length - 1 : faults.length;
  useLayoutEffect(() => {
    if (d.tried > 0) box.current?.focus();
  }, [d.tried]);
  if (faults.length === 0 || d.tried === 0) return null;
  const go = (field: string) => (event: Event) => {
    event.preventDefault();
    (box.current?.closest("form")?.elements.namedItem(field) as HTMLElement | null)?.focus();
  };
  return (
    <div class="faults" ref={box} tabIndex={-1} role="group" aria-labelledby="faults-title">
      <h3 id="faults-title">
        {things === 1 ? "Something is not right yet" : `${things} things are not right yet`}
      </h3>
      <ul>
        {faults.map(([field, fault]) => {
          const known = field.startsWith("vars.") ? partOf(field.slice(5)) : fields[field]?.label;
          return (
            <li key={field}>
              {known && (
                <Fragment>
                  <a href={`#${field}`} onClick={go(field)}>
                    {known}
                  </a>
                  :{" "}
                </Fragment>
              )}
              <Long text={fault} />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const settled = 700; // milliseconds without a key until the address is asked

function Issuer({ d }: { d: Draft }): VNode {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!isWeb(d.issuer.trim()) || d.discovery) return undefined;
    const timer = setTimeout(() => {
      setAsking(true);
      void discover().finally(() => setAsking(false));
    }, settled);
    return () => clearTimeout(timer);
  }, [d.issuer]);
  const found = d.discovery;
  return (
    <Fragment>
      <Input d={d} field="issuer" kind="url" required more={{ discovery: null }} />
      {asking && <p class="soft">Asking …</p>}
      {d.faults["issuer"] && isWeb(d.issuer) && (
        <p>
          <button type="button" class="quiet" onClick={() => edit({ way: "manual", faults: {} })}>
            Enter its addresses by hand
          </button>
        </p>
      )}
      {found && (
        <div class="found">
          <p class="good">
            <strong>Sessionkeeper can use this provider.</strong>
          </p>
          <p>
            {found.offline
              ? "It can keep you signed in."
              : "It does not say that it can keep you signed in: the session may end after a short while."}
          </p>
          <details>
            <summary>{labels.details}</summary>
            <dl class="facts">
              {(
                [
                  ["Issuer", found.issuer],
                  [text("authorize_url").label, found.authorize_url],
                  [text("token_url").label, found.token_url],
                  [text("device_url").label, found.device_url],
                ] as [string, string | undefined][]
              ).map(
                ([name, value]) =>
                  value && (
                    <div key={name}>
                      <dt>{name}</dt>
                      <dd>
                        <code>{isolated(value)}</code>
                      </dd>
                    </div>
                  ),
              )}
            </dl>
          </details>
        </div>
      )}
    </Fragment>
  );
}
