// What is said of a provider: how an app is registered there, what is known of its sessions, and what is not.
import { Fragment, h } from "preact";
import type { ComponentChildren, VNode } from "preact";
import { Copy, Long } from "./parts";
import { webAddress } from "./signin";
import type { Provider } from "./wire";
import { plain, titled } from "./words";

/** Register says what to do at the provider first. */
export function Register({ provider, redirect }: { provider: Provider | null; redirect: string }): VNode | null {
  const console = webAddress(provider?.console_url);
  if (!redirect && !console && !provider?.note) return null;
  const steps: ComponentChildren[] = [];
  if (console) {
    steps.push(
      <Fragment>
        Open{" "}
        <a href={console} target="_blank" rel="noopener noreferrer">
          {new URL(console).host}
        </a>
        {provider?.note ? "." : " and register an app."}
      </Fragment>,
    );
  } else if (!provider?.note) steps.push("Register an app there.");
  const told = provider?.note ? parted(provider.note, redirect) : null;
  if (provider?.note) {
    steps.push(
      told ? (
        <Fragment>
          <Copy text={redirect} what="the return address" around={[told[0], told[1]]} />
          {told[2] && <p>{told[2]}</p>}
        </Fragment>
      ) : (
        <Long text={provider.note} />
      ),
    );
  }
  if (redirect && !told) {
    steps.push(
      <Fragment>
        Give it this return address (redirect URI): <Copy text={redirect} what="the return address" />
      </Fragment>,
    );
  }
  return (
    <div class="register">
      <h3>First, at {provider ? titled(provider.name) : "the provider"}</h3>
      <ol>
        {steps.map((step, i) => (
          <li key={i}>{step}</li>
        ))}
      </ol>
    </div>
  );
}

/**
 * parted is a note in three: before the address that it names, so that the address is said once, the rest of that
 * sentence, and what follows; null where it does not name it.
 */
function parted(note: string, redirect: string): [string, string, string] | null {
  const at = redirect ? note.indexOf(redirect) : -1;
  const [before, after] = [note.slice(0, at), note.slice(at + redirect.length)];
  if (at < 0 || note.length > longestNote || /^[\w/:%-]/.test(after)) return null;
  const end = after.indexOf(". ") + 1 || after.length;
  return [plain(before), plain(after.slice(0, end)), plain(after.slice(end).trim())];
}

const longestNote = 400;

/** Known is what is known of a provider's sessions, and what is not. */
export function Known({ provider }: { provider: Provider }): VNode | null {
  const facts = provider.facts ?? [];
  if (facts.length === 0) return null;
  return (
    <details class="known">
      <summary>How long a sign-in lasts, and what ends it</summary>
      <dl class="facts">
        {facts.map((f) => (
          <div key={f.about}>
            <dt>{plain(f.label)}</dt>
            <dd class={f.known ? undefined : "soft"}>
              <Long text={f.text} />
            </dd>
          </div>
        ))}
        <div>
          <dt>ends when</dt>
          <dd>
            <ul>
              {["access is revoked at the provider", ...(provider.ends_when ?? [])].map((when, i) => (
                <li key={i}>
                  <Long text={when} />
                </li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
    </details>
  );
}

/** pageless reports whether nobody can sign in there from here: no page to do so is known, and none is to be found out. */
export const pageless = (p: Provider): boolean =>
  Boolean(p.token_url) && !p.authorize_url && !p.device_url && !p.issuer;

/** Bring says how a refresh token is brought along, which is never typed into a page. */
export function Bring({ provider }: { provider: Provider }): VNode {
  const vars = (provider.vars ?? []).map((v) => ` --var ${v.name}=${(v.default ?? "") || "VALUE"}`).join("");
  const client = provider.auth_style === "none" ? "" : " --client-id ID";
  const command = `sessionkeeper add NAME --provider ${provider.id}${vars}${client} --refresh-token-file FILE`;
  return (
    <div class="register">
      <h3>Then, in a terminal</h3>
      <p>No page to sign in on is known here. Put a refresh token into a file and add the session with:</p>
      <p>
        <Copy text={plain(command)} what="the command" />
      </p>
    </div>
  );
}
