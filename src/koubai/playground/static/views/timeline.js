// All steps that were made, from the first to the last; any of them can be shown again.

import { lookOf } from "./colours.js";
import { contextOf, make, paced, set, sizeOf } from "./make.js";
import { whole } from "./numbers.js";

/** @typedef {import("./page.js").Page} Page */

const THUMB = 18; // pixels, as in views.css
const TICKS = 6;
const GO_EVERY = 40;

/** @type {import("./page.js").MakeView} */
export function timelineView(root, tell, texts) {
  const end = new AbortController();
  const { signal } = end;
  const range = make("input", {
    type: "range",
    class: "timeline-range",
    min: 0,
    max: 0,
    step: 1,
    "aria-label": texts("page-timeline-label"),
  });
  const ticks = make("canvas", { class: "timeline-ticks", "aria-hidden": "true" });
  root.classList.add("view", "view-timeline");
  root.append(range, ticks);

  /** @type {Page | null} */
  let page = null;
  /** @type {Int32Array | null} */
  let records = null;
  let known = "";
  let isHeld = false;
  const go = paced((/** @type {number} */ step) => tell({ type: "go", step }), signal, GO_EVERY);
  const size = sizeOf(root, () => page && update(page), signal);

  /** @param {Page} now */
  function update(now) {
    page = now;
    const { step, last } = now.frame.header;
    root.dataset.theme = now.theme;
    set(range, { max: last, "aria-valuetext": texts("page-timeline-value", { step: whole(step), last: whole(last) }) });
    if (!isHeld && range.valueAsNumber !== step) range.value = String(step);
    range.style.setProperty("--share", String(last ? Math.min(1, range.valueAsNumber / last) : 0));
    const isNew = now.frame.records !== undefined && now.frame.records !== records;
    if (isNew) records = now.frame.records ?? null;
    const key = JSON.stringify([last, now.theme, size.width, devicePixelRatio]);
    if (isNew || key !== known) drawTicks(now, last);
    known = key;
  }

  /**
   * @param {Page} now
   * @param {number} last
   */
  function drawTicks({ theme }, last) {
    const { width } = size;
    if (width < 40) return;
    const context = contextOf(ticks, width, TICKS);
    context.clearRect(0, 0, width, TICKS);
    context.fillStyle = lookOf(theme).quiet;
    const room = width - THUMB;
    let before = -Infinity;
    for (const record of records ?? []) {
      const at = Math.round(THUMB / 2 + (last ? (record / last) * room : 0));
      if (record > last || at - before < 3) continue;
      before = at;
      context.fillRect(at - 0.5, 0, 1, TICKS);
    }
  }

  const hold = (/** @type {boolean} */ held) => () => void (isHeld = held);
  range.addEventListener("pointerdown", hold(true), { signal });
  for (const name of ["pointerup", "pointercancel", "blur"]) range.addEventListener(name, hold(false), { signal });
  range.addEventListener(
    "input",
    () => {
      range.style.setProperty("--share", String(Number(range.max) ? range.valueAsNumber / Number(range.max) : 0));
      go(range.valueAsNumber);
    },
    { signal },
  );
  range.addEventListener(
    "keydown",
    (event) => {
      // one step to the left or right is what the page's own keys do too
      if (["ArrowUp", "ArrowDown", "PageUp", "PageDown"].includes(event.key)) event.stopPropagation();
    },
    { signal },
  );

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-timeline");
      root.replaceChildren();
    },
  };
}
