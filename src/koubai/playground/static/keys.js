// The keyboard: a key does what the button does that bears its name.

/** @typedef {import("./app.js").App} App */

/** What the keys 1 to 9 stand for, in steps a second; null: as many as can be. */
export const SPEEDS = [1, 3, 10, 30, 100, 300, 1000, 3000, null];

/** The sheet of keys: what is pressed, and the sentence that says what it does. */
export const SHEET = /** @type {const} */ ([
  ["page-key-space", "page-keys-play"],
  ["→", "page-keys-step"],
  ["Shift →", "page-keys-ten"],
  ["←", "page-keys-back"],
  ["Home", "page-keys-home"],
  ["End", "page-keys-end"],
  ["R", "page-keys-reset"],
  ["N", "page-keys-renew"],
  ["1 – 9", "page-keys-speed"],
  ["L", "page-keys-language"],
  ["D", "page-keys-theme"],
  ["B", "page-keys-large"],
  ["Esc", "page-keys-escape"],
  ["?", "page-keys-sheet"],
]);

const TYPED = "input:not([type=range]):not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const PRESSED = "button, a, summary, input, [role=tab], [role=button]";
const MOVED = "input, [role=tab], [role=slider], [role=radio], [role=application]";

/**
 * Listens until ``signal``.
 *
 * @param {App} app
 * @param {AbortSignal} signal
 */
export function listenToKeys(app, signal) {
  const { store, act } = app;

  /** @param {KeyboardEvent} event */
  function pressed(event) {
    const at = event.target instanceof Element ? event.target : document.body;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (store.get().dialog || at.closest(TYPED)) return;
    const { key } = event;
    if ((key === " " || key === "Enter") && at.closest(PRESSED)) return;
    if (/^(Arrow|Home|End)/.test(key) && at.closest(MOVED)) return;
    const deed = deedOf(key, event.shiftKey);
    if (!deed) return;
    event.preventDefault();
    deed();
  }

  /**
   * @param {string} key
   * @param {boolean} shift
   * @returns {(() => void) | null}
   */
  function deedOf(key, shift) {
    if (key >= "1" && key <= "9" && key.length === 1) return () => act.speed(SPEEDS[Number(key) - 1] ?? null);
    switch (key.length === 1 ? key.toLowerCase() : key) {
      case " ": return act.toggle;
      case "ArrowRight": return () => act.forward(shift ? 10 : 1);
      case "ArrowLeft": return () => act.back(shift ? 10 : 1);
      case "Home": return () => act.go(0);
      case "End": return act.end;
      case "r": return act.reset;
      case "n": return act.renew;
      case "l": return act.language;
      case "d": return act.theme;
      case "b": return act.large;
      case "Escape": return act.leave;
      case "?": return () => store.act({ type: "set", values: { dialog: "keys" } });
      default: return null;
    }
  }

  document.addEventListener("keydown", pressed, { signal });
}
