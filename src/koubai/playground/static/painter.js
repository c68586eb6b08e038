// When views are drawn: at most once in an animation frame, of the newest of everything; the server hears of what was drawn.

import { withCourseOf } from "./frames.js";

/** @typedef {import("./views/page.js").View} View */
/** @typedef {import("./views/page.js").Page} Page */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./state.js").Store} Store */

/**
 * @typedef {Object} Painter
 * @property {(view: View) => () => void} add  returns what takes it away again
 * @property {(frame: Frame) => void} frame  that came
 */

/**
 * @param {import("./state.js").PageState} page
 * @returns {Page | null}
 */
export function pageOf(page) {
  const { shown, theme, large, reduced, hover, chosen, tool, showTest, discrete, logarithmic, slope, price, cleared } = page;
  const bounds = page.welcome?.limits.numbers["parameter"] ?? null;
  return shown && { ...shown, theme, large, reduced, hover, chosen, tool, showTest, discrete, logarithmic, slope, price, bounds, cleared };
}

/**
 * @param {Store} store
 * @param {(number: number) => void} drawn
 * @returns {Painter}
 */
export function painterOf(store, drawn) {
  /** @type {Set<View>} */
  const views = new Set();
  /** @type {Frame | null} */
  let waiting = null;
  /** @type {Frame | null} */
  let newest = null; // whether or not it was drawn: what does not come with every frame is kept from it
  /** @type {Page | null} */
  let last = null; // with what the views were drawn
  let asked = 0;

  function paint() {
    asked = 0;
    const frame = waiting;
    waiting = null;
    if (frame) store.act({ type: "frame", frame });
    const page = pageOf(store.get());
    if (page && !alike(page, last)) {
      last = page;
      for (const view of views) view.update(page);
    }
    if (frame) drawn(frame.header.frame);
  }

  function want() {
    if (!asked) asked = requestAnimationFrame(paint);
  }

  store.subscribe(want);
  return {
    add(view) {
      views.add(view);
      const page = pageOf(store.get());
      if (page) view.update(page);
      return () => {
        views.delete(view);
        view.destroy();
      };
    },
    frame(frame) {
      newest = withCourseOf(frame, newest);
      waiting = newest;
      want();
    },
  };
}

/**
 * @param {Page} page
 * @param {Page | null} other
 */
function alike(page, other) {
  return other !== null && /** @type {(keyof Page)[]} */ (Object.keys(page)).every((name) => page[name] === other[name]);
}
