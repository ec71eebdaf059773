// Asks before what cannot be taken back.
import { Fragment, h } from "preact";
import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Refusal, address, ask } from "./keeper";
import { Act, Long } from "./parts";
import { change, note, say } from "./state";
import type { Question } from "./state";
import type { Logout, Session, Use } from "./wire";
import { fill, isolated, labels, programWord, remoteWord, sentences, stateWord, titled } from "./words";

async function signOut(name: string): Promise<Logout> {
  return ask<Logout>("POST", address(name, "/logout"), {});
}

/** outcome says what a sign-out left at the provider, where it did not simply end there. */
function outcome(name: string, out: Logout): void {
  const told = out.remote === "revoked" || out.remote === "nothing" ? "" : out.detail || remoteWord(out.remote);
  if (told) note(name, `${stateWord("signed_out")}: ${told}`);
}

async function remove(name: string): Promise<void> {
  await ask("DELETE", address(name));
  note(name, "");
  say(`“${isolated(name)}” was removed.`);
}

const mostUses = 5; // are named

/** called is what a person knows a user of a session by. */
function called({ face, label, program, pid }: Use): string {
  const name = titled(label || programWord(program ?? ""));
  if (face === "file") return fill(sentences.used_file, { name });
  if (face === "proxy") return fill(sentences.used_proxy, { name });
  const path = program ? titled(programWord(program)) : name;
  const known = [label && path !== name ? path : "", pid ? `process ${pid}` : ""].filter(Boolean).join(", ");
  return known ? `${name} (${known})` : name;
}

/** Uses names what stops working. */
function Uses({ uses }: { uses: Use[] }): VNode | null {
  if (uses.length === 0) return null;
  return (
    <div class="uses">
      <p>
        <strong>{sentences.stop_working}</strong>
      </p>
      <ul>
        {uses.slice(0, mostUses).map((use, i) => (
          <li key={i}>{called(use)}</li>
        ))}
        {uses.length > mostUses && <li>and {uses.length - mostUses} more</li>}
      </ul>
    </div>
  );
}

export function Ask({ question: q, session }: { question: Question; session: Session | undefined }): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [fault, setFault] = useState("");
  useLayoutEffect(() => dialog.current?.showModal(), []);
  const done = () => dialog.current?.close();
  const act = (run: () => Promise<void>) => async () => {
    await run();
    done();
  };
  // Where the access lives on, it is said before the last trace of it goes.
  const both = async () => {
    const { remote } = await signOut(q.name);
    if (remote === "unreachable" || remote === "unsupported")
      throw new Refusal(`${stateWord("signed_out")}: ${remoteWord(remote)}.`);
    await remove(q.name);
    done();
  };
  const keep = (
    <button type="button" onClick={done}>
      {labels.cancel}
    </button>
  );
  const name = titled(q.name);
  const inside =
    q.what === "sign_out" ? (
      <Fragment>
        <h2 id="question">{fill(sentences.confirm_sign_out, { name })}</h2>
        <p>{sentences.confirm_sign_out_detail}</p>
        {q.related.length > 0 && (
          <p>
            <strong>
              <Long text={fill(sentences.related, { names: q.related.map(titled).join(", ") })} />
            </strong>
          </p>
        )}
        <Uses uses={q.uses} />
        {fault && (
          <p class="fault">
            <Long text={fault} />
          </p>
        )}
        <div class="buttons">
          {keep}
          <Act kind="danger" failed={setFault} run={act(async () => outcome(q.name, await signOut(q.name)))}>
            {labels.sign_out}
          </Act>
        </div>
      </Fragment>
    ) : (
      <Fragment>
        <h2 id="question">{fill(sentences.confirm_remove, { name })}</h2>
        <p>{sentences.confirm_remove_detail}</p>
        <Uses uses={q.uses} />
        {fault && (
          <p class="fault">
            <Long text={fault} />
          </p>
        )}
        <div class="buttons">
          {keep}
          {session && session.state !== "signed_out" && (
            <Act kind="danger" failed={setFault} run={both}>
              Sign out and remove
            </Act>
          )}
          <Act kind="danger" failed={setFault} run={act(() => remove(q.name))}>
            Remove
          </Act>
        </div>
      </Fragment>
    );
  return (
    <dialog ref={dialog} aria-labelledby="question" onClose={() => change({ question: null })}>
      {inside}
    </dialog>
  );
}
