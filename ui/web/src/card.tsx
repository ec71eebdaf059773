// One session.
import { h } from "preact";
import type { VNode } from "preact";
import { useId, useState } from "preact/hooks";
import { address, ask } from "./keeper";
import { Mark } from "./marks";
import { Panel } from "./panel";
import { Act, Field, Form, Long, memo } from "./parts";
import { signIn } from "./signin";
import { change, note, say } from "./state";
import type { Note, SignIn } from "./state";
import { Facts } from "./facts";
import { Permissions } from "./scopes";
import { TimesOf } from "./times";
import { Timeline } from "./timeline";
import { fields, fill, isolated, labels, plain, problemOf, sentences, stateWord, titled, tone } from "./words";
import type { Problem } from "./words";
import type { LoginRequest, Session, Use } from "./wire";

interface CardProps {
  session: Session;
  provider: string; // its name
  running: SignIn | undefined;
  opened: boolean; // its sign-in page was opened, but not from here, and comes back by itself
  locked: boolean; // the keychain as a whole, which is told above
  note: Note | undefined;
}

export const post = (s: Session, action: string, body: unknown = {}): Promise<unknown> =>
  ask("POST", address(s.name, action), body);

export const Card = memo(({ session: s, provider, running, opened, locked, note: told }: CardProps) => {
  const [open, setOpen] = useState(false);
  const id = useId();
  const account = s.account.email || s.account.name || s.account.sub || "";
  const problem = problemOf(s);
  const waits = locked && s.state === "keychain_locked";
  const tell = (text: string) => note(s.name, text);
  return (
    <li class="session card" data-tone={tone(s.state)} data-state={s.state}>
      <Mark of={s.state} />
      <div class="head">
        <h3 tabIndex={-1} data-home dir="auto">
          {plain(s.name)}
        </h3>
        <p class="who">
          {account && <bdi>{plain(account)}</bdi>}
          {account && provider && " · "}
          {provider && <bdi>{plain(provider)}</bdi>}
        </p>
      </div>
      <p class="state">{stateWord(s.state)}</p>
      <button
        type="button"
        class="quiet fold"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={`${labels.details} of ${titled(s.name)}`}
        onClick={() => setOpen(!open)}
      >
        {labels.details}
        <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
          <path d="m2 4 4 4 4-4" />
        </svg>
      </button>
      <div class="rest">
        {waits ? <p class="why">Waits for the keychain</p> : <Trouble session={s} problem={problem} />}
        <TimesOf session={s} />
        {told && <Told session={s} told={told} />}
        {running ? (
          <Panel name={s.name} running={running} key={running.id} />
        ) : (
          !waits && <Cure session={s} problem={problem} opened={opened} tell={tell} />
        )}
        {open && (
          <div id={id} class="details">
            <Actions
              session={s}
              asked={running !== undefined || problem?.action === "sign_in_again"}
              tell={tell}
            />
            <Timeline name={s.name} session={s} />
            <Permissions session={s} declined={told?.declined ?? []} running={running !== undefined} />
            <Facts session={s} problem={problem} />
          </div>
        )}
      </div>
    </li>
  );
});

function Trouble({ session: s, problem }: { session: Session; problem: Problem | null }): VNode | null {
  if (!problem)
    return s.detail ? (
      <p class="why">
        <Long text={s.detail} />
      </p>
    ) : null;
  const title = problem.title.toLowerCase();
  const known = stateWord(s.state).toLowerCase().split(" ").every((word) => title.includes(word));
  const lacks = s.reason === "scope_changed" ? (s.scopes_missing ?? []) : [];
  return (
    <div class={s.state === "active" ? "why told" : "why"} data-tone="wait">
      <p>
        {!known && <strong>{problem.title}. </strong>}
        {problem.detail}
      </p>
      {lacks.length > 0 && (
        <p class="soft">
          Missing: <Long text={lacks.join(", ")} />
        </p>
      )}
      {s.detail && (s.state === "setup_needed" || s.state === "paused") && (
        <p class="soft">
          <Long text={s.detail} />
        </p>
      )}
    </div>
  );
}

function Told({ session: s, told }: { session: Session; told: Note }): VNode {
  return (
    <div class="note told" data-tone={told.failure ? "bad" : "wait"}>
      <p>
        <Long text={told.text} />
      </p>
      {told.failure === "wrong_account" && s.reason !== "wrong_account" && (
        <Other session={s} tell={(text) => note(s.name, text)} />
      )}
    </div>
  );
}

/** Other moves a session to the account that signed in instead of its own. */
function Other({ session: s, tell }: { session: Session; tell: (text: string) => void }): VNode {
  return (
    <Act
      run={() => signIn(s.name, { as_other: true })}
      failed={tell}
      label={`Use the other account for ${titled(s.name)}`}
    >
      Use the other account
    </Act>
  );
}

/** lost asks for what a provider took away besides, which the session's settings need not name. */
const lost = (s: Session): LoginRequest =>
  s.state === "active" && s.scopes_missing?.length ? { scopes: s.scopes_missing } : {};

interface CureProps {
  session: Session;
  problem: Problem | null;
  opened: boolean;
  tell: (text: string) => void;
}

/** Cure is the button that helps. */
function Cure({ session: s, problem, opened, tell }: CureProps): VNode | null {
  const name = titled(s.name);
  if (opened) {
    return (
      <div class="panel" data-part="opened">
        <p>{fill(sentences.waiting, { name: isolated(s.name) })}</p>
        <div class="buttons">
          <Act run={() => signIn(s.name)} failed={tell} label={`Open the page again: ${name}`}>
            Open the page again
          </Act>
        </div>
      </div>
    );
  }
  switch (problem?.action) {
    case "sign_in":
    case "sign_in_again":
      return (
        <div class="buttons">
          <Act kind="main" run={() => signIn(s.name, lost(s))} failed={tell} label={`${problem.label} to ${name}`}>
            {problem.label}
          </Act>
          {s.reason === "wrong_account" && <Other session={s} tell={tell} />}
        </div>
      );
    case "resume":
      return (
        <div class="buttons">
          <Act kind="main" run={() => post(s, "/resume")} failed={tell} label={`${problem.label} ${name}`}>
            {problem.label}
          </Act>
        </div>
      );
    case "unlock":
      return (
        <div class="buttons">
          <Act
            kind="main"
            run={() => ask("POST", "/v1/keychain/unlock", {})}
            failed={tell}
            label={`${problem.label} the keychain for ${name}`}
          >
            {problem.label}
          </Act>
        </div>
      );
    case "set_secret":
      return <Secret session={s} label={problem.label} />;
    default:
      return s.state === "retrying" ? (
        <div class="buttons">
          <Act run={() => post(s, "/refresh")} failed={tell} label={`${labels.try_again}: ${name}`}>
            {labels.try_again}
          </Act>
        </div>
      ) : null;
  }
}

/** Secret asks for a client secret. It is sent and forgotten. */
function Secret({ session: s, label }: { session: Session; label: string }): VNode {
  const [open, setOpen] = useState(false);
  const [secret, setSecret] = useState("");
  const [fault, setFault] = useState("");
  if (!open) {
    return (
      <div class="buttons">
        <button type="button" class="main" aria-label={`${label} ${titled(s.name)}`} onClick={() => setOpen(true)}>
          {label}
        </button>
      </div>
    );
  }
  const send = async () => {
    if (!secret) throw new Error("Enter the secret.");
    await post(s, "/secret", { client_secret: secret });
    setOpen(false);
    setSecret("");
  };
  const tell = (text: string) => {
    setFault(text);
    if (text) say(text);
  };
  return (
    <Form class="secret" run={send} failed={tell} label={labels.save} cancel={() => setOpen(false)}>
      <Field
        name="client_secret"
        label={fields["client_secret"]?.label ?? ""}
        type="secret"
        required
        value={secret}
        set={setSecret}
        fault={fault}
        hint={fields["client_secret"]?.hint}
      />
    </Form>
  );
}

interface ActionsProps {
  session: Session;
  asked: boolean; // to sign in, above
  tell: (text: string) => void;
}

/** Actions are what can be done besides. */
function Actions({ session: s, asked, tell }: ActionsProps): VNode {
  const name = titled(s.name);
  const is = (...states: string[]) => states.includes(s.state);
  const uses = () => ask<Use[]>("GET", address(s.name, "/uses"));
  const signOut = async () => {
    const [related, used] = await Promise.all([ask<string[]>("GET", address(s.name, "/related")), uses()]);
    change({ question: { what: "sign_out", name: s.name, related, uses: used } });
  };
  const remove = async () => change({ question: { what: "remove", name: s.name, related: [], uses: await uses() } });
  return (
    <div class="buttons">
      {is("active", "retrying", "expiring") && (
        <Act run={() => post(s, "/refresh")} failed={tell} label={`${labels.refresh} ${name}`}>
          {labels.refresh}
        </Act>
      )}
      {(is("active", "retrying") || (is("paused") && s.detail)) && !asked && (
        <Act run={() => signIn(s.name)} failed={tell} label={`${labels.sign_in_again} to ${name}`}>
          {labels.sign_in_again}
        </Act>
      )}
      {!is("paused", "signed_out") && (
        <Act run={() => post(s, "/pause")} failed={tell} label={`${labels.pause} ${name}`}>
          {labels.pause}
        </Act>
      )}
      {!is("signed_out") && (
        <Act run={signOut} failed={tell} label={`${labels.sign_out} of ${name}`}>
          {labels.sign_out}
        </Act>
      )}
      <Act run={remove} failed={tell} label={`${labels.remove} ${name}`}>
        {labels.remove}
      </Act>
    </div>
  );
}
