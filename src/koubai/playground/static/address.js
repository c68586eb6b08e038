// The address of the page: after its # the whole setting, with the step where the training rests.

/** @typedef {import("./state.js").Store} Store */

const PAUSE = 250; // milliseconds; browsers refuse many changes in a short time

/**
 * What the address is to hold after its #; null while that is not known.
 *
 * @param {import("./state.js").PageState} page
 * @param {boolean} [moving]  with the step even while the training goes on
 */
export function hashOf({ state, shown }, moving = false) {
  if (!state) return null;
  const header = shown?.state === state ? shown.frame.header : null;
  const rests = header?.status !== "playing" && header?.status !== "preparing";
  const reached = header && Math.max(header.step, header.status === "diverged" ? header.divergence?.step ?? 0 : 0);
  const step = reached && (rests || moving) ? reached : 0;
  const parts = [state.link, step > 0 ? `step=${step}` : ""].filter(Boolean);
  return parts.join("&");
}

/**
 * Keeps the address as the page is; calls ``asked`` where somebody else has changed it.
 *
 * @param {Store} store
 * @param {() => void} asked
 * @param {AbortSignal} signal
 */
export function keepAddress(store, asked, signal) {
  let timer = 0;
  let mine = location.hash.slice(1);

  function write() {
    timer = 0;
    const hash = hashOf(store.get());
    if (hash === null || hash === mine || signal.aborted) return;
    mine = hash;
    history.replaceState(null, "", `${location.pathname}${location.search}${hash && `#${hash}`}`);
  }

  signal.addEventListener("abort", store.subscribe(() => {
    if (!timer) timer = window.setTimeout(write, PAUSE);
  }));
  window.addEventListener("hashchange", () => {
    if (location.hash.slice(1) === mine) return;
    mine = location.hash.slice(1);
    asked();
  }, { signal });
}
