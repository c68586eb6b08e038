// A finger that lands on a slider may be about to scroll the page: what it changes there counts once the finger has gone along the slider, or
// is lifted. Where the browser takes it to scroll, the slider has its value again.

const ALONG = 6; // pixels

/**
 * Listens until ``signal``.
 *
 * @param {HTMLElement} root
 * @param {AbortSignal} signal
 */
export function listenToTouch(root, signal) {
  /** @type {{range: HTMLInputElement, pointer: number, before: string, x: number, y: number, changed: boolean} | null} */
  let held = null;

  /** @param {boolean} counts */
  function decide(counts) {
    if (!held) return;
    const { range, before, changed } = held;
    held = null;
    if (!changed) return;
    if (counts) range.dispatchEvent(new Event("input", { bubbles: true }));
    else range.value = before;
  }

  /** @param {PointerEvent} event */
  function down({ target, pointerType, pointerId, clientX, clientY }) {
    decide(false);
    if (pointerType !== "touch" || !(target instanceof HTMLInputElement) || target.type !== "range") return;
    held = { range: target, pointer: pointerId, before: target.value, x: clientX, y: clientY, changed: false };
  }

  /** @param {PointerEvent} event */
  function move({ pointerId, clientX, clientY }) {
    if (held?.pointer !== pointerId) return;
    const [across, down] = [Math.abs(clientX - held.x), Math.abs(clientY - held.y)];
    if (across >= ALONG && across > down) decide(true);
  }

  /** @param {Event} event */
  function input(event) {
    if (!held || event.target !== held.range) return;
    held.changed = true;
    event.stopImmediatePropagation();
  }

  const early = { signal, capture: true };
  root.addEventListener("pointerdown", down, early);
  root.addEventListener("pointermove", move, early);
  root.addEventListener("pointerup", ({ pointerId }) => held?.pointer === pointerId && decide(true), early);
  root.addEventListener("pointercancel", ({ pointerId }) => held?.pointer === pointerId && decide(false), early);
  root.addEventListener("input", input, early);
}
