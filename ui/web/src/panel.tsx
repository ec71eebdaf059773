// A sign-in that runs, beside its session.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { Act, Copy, Field, Form, Long } from "./parts";
import { cancel, paste, signIn, webAddress } from "./signin";
import { say } from "./state";
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
          <p>{fill(sentences.waiting, { name: isolated(name) })}</p>
          {url && (
            <p>
              <a href={url} target="_blank" rel="noopener noreferrer">
                Open the sign-in page
              </a>
            </p>
          )}
        </Fragment>
      )}
      {!running.user_code && <Paste name={name} running={running} tell={tell} fault={fault} />}
      {running.user_code && fault && (
        <p class="fault">
          <Long text={fault} />
        </p>
      )}
      <div class="buttons">
        <Act run={() => cancel(name, running)} label={`Cancel the sign-in to ${titled(name)}`}>
          {labels.cancel}
        </Act>
        {!running.user_code && !running.fresh && (
          <Act
            kind="quiet"
            run={() => signIn(name, { device: true })}
            failed={tell}
            label={`${labels.another_device}: ${titled(name)}`}
          >
            {labels.another_device}
          </Act>
        )}
      </div>
    </div>
  );
}

interface PasteProps {
  name: string;
  running: SignIn;
  fault: string;
  tell: (text: string) => void;
}

function Paste({ name, running, fault, tell }: PasteProps): VNode {
  const [place, setPlace] = useState("");
  return (
    <details class="paste">
      <summary>The page at the end does not load?</summary>
      <Form run={() => paste(name, running, place)} failed={tell} label="Finish">
        <Field
          name="address"
          label="Copy its whole address from the browser and paste it here"
          required
          value={place}
          set={setPlace}
          fault={fault}
        />
      </Form>
    </details>
  );
}
