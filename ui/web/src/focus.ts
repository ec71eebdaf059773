// The focus never falls off the page: where its element moved it follows, and where that went it goes to the heading of
// the nearest thing that is still there.

let last: HTMLElement | null = null;
let above: Element[] = []; // around last, from the inside out

function note(element: HTMLElement): void {
  last = element;
  above = [];
  for (let e = last.parentElement; e; e = e.parentElement) above.push(e);
}

const visible = (e: Element): boolean => e.isConnected && e.getClientRects().length > 0;

function restore(): void {
  const active = document.activeElement;
  if (active && active !== document.body) {
    if (active !== last) note(active as HTMLElement);
    return;
  }
  if (!last) return;
  if (visible(last)) return last.focus({ preventScroll: true });
  for (const e of above) {
    if (!visible(e)) continue;
    const home = e.querySelector<HTMLElement>("[data-home]");
    if (home) return home.focus({ preventScroll: true });
  }
}

/** keepFocus watches over the focus within root. */
export function keepFocus(root: HTMLElement): void {
  root.addEventListener("focusin", (event) => note(event.target as HTMLElement));
  // Who clicks beside everything wants the focus nowhere.
  root.ownerDocument.addEventListener("pointerdown", () => (last = null));
  new MutationObserver(restore).observe(root, { childList: true, subtree: true });
}
