// A sign-in that runs, beside its session.
import { Fragment, h } from "preact";
import type { ComponentChildren, VNode } from "preact";
import { useState } from "preact/hooks";
import { Act, Copy, Field, Form, Long } from "./parts";
import { cancel, paste, signIn, webAddress } from "./signin";
import { current, say } from "./state";
import type { SignIn } from "./state";
import { fill, isolated, labels, plain, sentences, titled } from "./words";

export function Panel({ name, running }: { name: string; running: SignIn }): VNode {
  const [fault, setFault] = useState("");
  const url = webAddress(running.login_url);
  const device = sentences.device.split("{link}");
  const tell = (text: string) => {
    setFault(text);
    if (text) say(text);
  };
  const ways = (
    <Fragment>
      <Act run={() => cancel(name, running)} label={`Cancel the sign-in to ${titled(name)}`}>
        {labels.cancel}
      </Act>
      {!running.user_code && !running.fresh && !deviceless(name) && (
        <Act
          kind="quiet"
          run={() => signIn(name, { device: true, scopes: [...running.asked] })}
          failed={tell}
          label={`${labels.another_device}: ${titled(name)}`}
        >
          {labels.another_device}
        </Act>
      )}
    </Fragment>
  );
  return (
    <div
      class="panel"
      data-part="sign-in"
      role="group"
      aria-label={`${labels.sign_in}: ${titled(name)}`}
      tabIndex={-1}
      data-home
    >
      {running.user_code ? (
        <Fragment>
          <p>
            {device[0]}
            {url && (
              <a href={url} target="_blank" rel="noopener noreferrer">
                {plain(url)}
              </a>
            )}
            {device[1]}
          </p>
          <p class="code">
            <Copy text={running.user_code} what="the code" />
          </p>
        </Fragment>
      ) : (
        <Fragment>
          <p>{running.paste ? sentences.paste : fill(sentences.waiting, { name: isolated(name) })}</p>
          {url && (
            <p>
              <a href={url} target="_blank" rel="noopener noreferrer">
                Open the sign-in page
              </a>
            </p>
          )}
        </Fragment>
      )}
      {running.detail && (
        <p class="soft">
          <Long text={running.detail} />
        </p>
      )}
      {running.user_code ? (
        fault && (
          <p class="fault">
            <Long text={fault} />
          </p>
        )
      ) : (
        <Paste name={name} running={running} tell={tell} fault={fault} beside={running.paste && ways} />
      )}
      {!running.paste && <div class="buttons">{ways}</div>}
    </div>
  );
}

/** deviceless reports whether a session's provider is known not to let anybody sign in on another device. */
function deviceless(name: string): boolean {
  const { sessions, providers } = current();
  const known = providers?.find((p) => p.id === sessions.get(name)?.provider);
  return known !== undefined && Boolean(known.token_url) && !known.device_url && !known.issuer;
}

interface PasteProps {
  name: string;
  running: SignIn;
  fault: string;
  tell: (text: string) => void;
  beside: ComponentChildren; // the button
}

function Paste({ name, running, fault, tell, beside }: PasteProps): VNode {
  const [place, setPlace] = useState("");
  const form = (
    <Form run={() => paste(name, running, place)} failed={tell} label="Finish" beside={beside}>
      <Field
        name="address"
        label={running.paste ? "The address of that page" : "Copy its whole address from the browser and paste it here"}
        required
        focus={running.paste ?? false}
        value={place}
        set={setPlace}
        fault={fault}
      />
    </Form>
  );
  if (running.paste) return form;
  return (
    <details class="paste">
      <summary>The page at the end does not load?</summary>
      {form}
    </details>
  );
}
