// What a session may do at its provider, and asking for more of it.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Field, Form, Long } from "./parts";
import { signIn } from "./signin";
import { say } from "./state";
import { fields, labels, titled } from "./words";
import type { Session } from "./wire";

const shown = 30; // at first; a few providers have hundreds

/** Scopes lists them as the provider calls them. */
function Scopes({ of: scopes }: { of: readonly string[] }): VNode {
  const [whole, setWhole] = useState(false);
  return (
    <Fragment>
      <ul class="scopes">
        {(whole ? scopes : scopes.slice(0, shown)).map((scope, i) => (
          <li key={i}>
            <code>
              <Long text={scope} />
            </code>
          </li>
        ))}
      </ul>
      {!whole && scopes.length > shown && (
        <button type="button" class="quiet" onClick={() => setWhole(true)}>
          Show all {scopes.length}
        </button>
      )}
    </Fragment>
  );
}

/** split takes a list apart that somebody wrote. */
export const split = (text: string): string[] => [...new Set(text.split(/[\s,]+/).filter(Boolean))];

interface PermissionsProps {
  session: Session;
  declined: readonly string[]; // at the sign-in just now
  running: boolean; // a sign-in
}

/** Permissions are what the session has, what it lacks, and a way to ask for it. */
export function Permissions({ session: s, declined, running }: PermissionsProps): VNode {
  const has = s.scopes ?? [],
    lacks = s.scopes_missing ?? [];
  const refused = declined.filter((scope) => !has.includes(scope) && !lacks.includes(scope));
  return (
    <div class="permissions">
      <h4>{labels.permissions}</h4>
      {has.length > 0 ? <Scopes of={has} /> : <p class="soft">The provider has named none.</p>}
      {lacks.length > 0 && (
        <Fragment>
          <h5>Needed, and not given</h5>
          <Scopes of={lacks} />
        </Fragment>
      )}
      {refused.length > 0 && (
        <Fragment>
          <h5>Asked for, and not given</h5>
          <Scopes of={refused} />
        </Fragment>
      )}
      {!running && s.state !== "paused" && s.state !== "keychain_locked" && (
        <More session={s} wish={[...lacks, ...refused]} />
      )}
    </div>
  );
}

/** More asks for further ones, which takes a sign-in. */
function More({ session: s, wish }: { session: Session; wish: readonly string[] }): VNode {
  const [text, setText] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const name = titled(s.name);
  if (text === null) {
    return (
      <div class="buttons">
        <button
          type="button"
          aria-label={`Ask for more permissions of ${name}`}
          onClick={() => setText(wish.length > 0 ? `${wish.join(" ")} ` : "")}
        >
          Ask for more…
        </button>
      </div>
    );
  }
  const ask = async () => {
    const scopes = split(text);
    if (scopes.length === 0) throw new Error("Enter at least one.");
    await signIn(s.name, { scopes });
    setText(null);
  };
  const tell = (wrong: string) => {
    setFault(wrong);
    if (wrong) say(wrong);
  };
  return (
    <Form class="ask" run={ask} failed={tell} label="Ask and sign in" cancel={() => setText(null)}>
      <Field
        name="more_scopes"
        label="Further permissions"
        hint={`${fields["scopes"]?.hint ?? ""}; put spaces between them. Until you have signed in, the session goes on with what it has.`}
        required
        focus
        value={text}
        set={(value) => {
          setFault("");
          setText(value);
        }}
        fault={fault}
      />
    </Form>
  );
}
