// What several views are made of.
import { Component, h } from "preact";
import type { ComponentChildren, ComponentType, VNode } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { failed } from "./live";
import { say } from "./state";
import { labels, plain, sentences } from "./words";

/** memo draws again only when one of the properties is another one. */
export function memo<P extends object>(draw: (props: P) => VNode | null): ComponentType<P> {
  return class extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const was = this.props as Record<string, unknown>;
      return Object.entries(next).some(([key, value]) => was[key] !== value);
    }
    override render(): VNode | null {
      return h(draw as ComponentType<object>, this.props as object);
    }
  };
}

/** useAct does something, once at a time, and says what went wrong; "": it begins anew. */
export function useAct(
  run: () => Promise<unknown> | void,
  tell: (text: string) => void = say,
): [boolean, () => void] {
  const [busy, setBusy] = useState(false);
  const act = async () => {
    if (busy) return;
    tell("");
    setBusy(true);
    try {
      await run();
    } catch (error) {
      tell(failed(error));
    } finally {
      setBusy(false);
    }
  };
  return [busy, () => void act()];
}

interface ActProps {
  run: () => Promise<unknown> | void;
  label?: string; // for a screen reader, where the text is not enough
  kind?: "main" | "danger" | "quiet";
  failed?: (text: string) => void;
  children: ComponentChildren;
}

/** Act is a button that does something. A disabled one would lose the focus, so it is only marked while it is busy. */
export function Act({ run, label, kind, failed: tell, children }: ActProps): VNode {
  const [busy, act] = useAct(run, tell);
  return (
    <button type="button" class={kind} aria-label={label} aria-disabled={busy || undefined} onClick={act}>
      {children}
    </button>
  );
}

interface FormProps {
  run: () => Promise<unknown> | void;
  failed?: (text: string) => void;
  label: string; // of the button that sends it
  class?: string;
  cancel?: () => void;
  beside?: ComponentChildren; // that button
  children: ComponentChildren;
}

/** Form sends what it has; what is wrong is said by our own words, in every browser alike. */
export function Form({ run, failed: tell, label, class: name, cancel, beside, children }: FormProps): VNode {
  const [busy, act] = useAct(run, tell);
  const send = (event: Event) => {
    event.preventDefault();
    act();
  };
  return (
    <form class={name} noValidate onSubmit={send}>
      {children}
      <div class="buttons">
        <button type="submit" class="main" aria-disabled={busy || undefined}>
          {label}
        </button>
        {cancel && (
          <button type="button" onClick={cancel}>
            {labels.cancel}
          </button>
        )}
        {beside}
      </div>
    </form>
  );
}

const shortened = 400;

/** Long is a text that others wrote, of any length and in any script. */
export function Long({ text }: { text: string }): VNode {
  const [whole, setWhole] = useState(false);
  const clean = plain(text);
  if (whole || clean.length <= shortened + 50) return <bdi class="long">{clean}</bdi>;
  return (
    <span>
      <bdi class="long">{[...clean].slice(0, shortened).join("")}…</bdi>{" "}
      <button type="button" class="quiet" onClick={() => setWhole(true)}>
        Show all of it
      </button>
    </span>
  );
}

interface CopyProps {
  text: string;
  what: string; // for a screen reader
  around?: readonly [string, string]; // a sentence that has the text within
}

/** Copy copies a text, or selects it where the browser does not let us. */
export function Copy({ text, what, around }: CopyProps): VNode {
  const [done, setDone] = useState(false);
  const code = useRef<HTMLElement>(null);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setDone(true);
      say(sentences.copied);
    } catch {
      if (code.current) getSelection()?.selectAllChildren(code.current);
    }
  };
  return (
    <span class={around ? "copy-within" : "copy"}>
      {around?.[0]}
      <code ref={code} dir="auto">
        {text}
      </code>
      {around && `${around[1]} `}
      <button type="button" aria-label={`${done ? labels.copied : labels.copy} ${what}`} onClick={() => void copy()}>
        {done ? labels.copied : labels.copy}
      </button>
    </span>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string | undefined;
  fault?: string | undefined;
  value: string;
  type?: "text" | "secret" | "url" | "search";
  required?: boolean;
  focus?: boolean; // it was asked for just now
  set: (value: string) => void;
  children?: ComponentChildren;
}

// A password field makes browsers offer to keep what is in it as the password of this page.
const masks = CSS.supports("-webkit-text-security", "disc");

/** Field is a text field with its label, its hint, and what is wrong with it. */
export function Field(p: FieldProps): VNode {
  const id = useId();
  const [bare, setBare] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (p.focus) input.current?.focus();
  }, []);
  const secret = p.type === "secret";
  const hidden = secret && !bare;
  const said = [p.hint && `${id}-hint`, p.fault && `${id}-fault`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label for={id}>
        {p.label}
        {p.required ? "" : <span class="soft"> (optional)</span>}
      </label>
      {p.hint && (
        <p class="hint" id={`${id}-hint`}>
          {p.hint}
        </p>
      )}
      <div class={secret ? "with-switch" : undefined}>
        <input
          ref={input}
          id={id}
          name={p.name}
          class={hidden && masks ? "masked" : undefined}
          type={hidden && !masks ? "password" : secret ? "text" : (p.type ?? "text")}
          value={p.value}
          required={p.required}
          dir="auto"
          spellcheck={false}
          autocomplete={hidden && !masks ? "new-password" : "off"}
          autocapitalize="off"
          autocorrect={false as unknown as string} // of the element it is true or false
          aria-invalid={p.fault ? true : undefined}
          aria-describedby={said || undefined}
          onInput={(event) => p.set(event.currentTarget.value)}
        />
        {secret && (
          <button
            type="button"
            class="quiet"
            aria-pressed={bare}
            aria-label={`Show the ${p.label}`}
            onClick={() => setBare(!bare)}
          >
            Show
          </button>
        )}
      </div>
      {p.fault && (
        <p class="fault" id={`${id}-fault`}>
          <Long text={p.fault} />
        </p>
      )}
      {p.children}
    </div>
  );
}
