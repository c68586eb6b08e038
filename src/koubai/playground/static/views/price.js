// What a step costs: what the definition would need, what is really computed, and backprop; each with its time.

import { make, say, set } from "./make.js";
import { short, time, whole } from "./numbers.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("../types.js").PriceAnswer} Price */

const LEAST_EVERY = 150; // milliseconds: numbers that change faster aren't read

/** @type {import("./page.js").MakeView} */
export function priceView(root, tell, texts) {
  const end = new AbortController();
  const heading = make("h3", { class: "price-heading" });
  const ask = make("button", { type: "button", class: "price-ask" }, texts("page-price-measure"));
  const parts = { defined: partOf(), made: partOf(), backprop: partOf() };
  const list = make("dl", { class: "price-parts" }, ...Object.values(parts).map(({ row }) => row));
  const ratio = make("p", { class: "price-said", role: "status" });
  const soFar = make("p", { class: "price-said" });
  root.classList.add("view", "view-price");
  root.append(make("div", { class: "price-top" }, heading, ask), list, ratio, soFar);
  ask.addEventListener("click", () => tell({ type: "price" }), { signal: end.signal });
  let shown = -Infinity;

  /** @param {Page} now */
  function update({ state, frame, theme, price }) {
    root.dataset.theme = theme;
    if (frame.header.status === "playing" && performance.now() - shown < LEAST_EVERY) return;
    shown = performance.now();
    const isOfNow = price !== null && price !== undefined && price.method === state.setting.method;
    for (const part of [list, ratio, soFar]) set(part, { hidden: !isOfNow });
    say(heading, isOfNow ? texts("page-price-label", { step: whole(price.step) }) : texts("page-price-waiting"));
    if (!isOfNow) return;
    const { method, evaluation, microseconds, backprop, defined, rows } = price;
    const isExact = method === "backprop"; // of it there is nothing to compare
    const wholeTime = evaluation === null ? null : defined * evaluation;
    const most = Math.max(wholeTime ?? 0, microseconds ?? 0, backprop ?? 0) || 1;
    set(parts.defined.row, { hidden: isExact });
    set(parts.backprop.row, { hidden: isExact });
    const reckoned = { count: whole(defined), rows: whole(rows), time: evaluation === null ? "–" : time(evaluation) };
    show(parts.defined, texts("page-price-defined"), wholeTime, most, texts("page-price-defined-text", reckoned));
    show(parts.made, texts("page-price-made", { method: called(method) }), microseconds, most, madeOf(price));
    show(parts.backprop, texts("page-price-backprop"), backprop, most, texts("page-price-made-backprop", { rows: whole(rows) }));
    const times = backprop === null || microseconds === null || isExact ? null : short(microseconds / (backprop || 1), 2);
    say(ratio, times === null ? "" : texts("page-price-ratio", { times }));
    const { made, defined: needed } = frame.header;
    const all = evaluation === null ? "–" : time(needed * evaluation);
    say(soFar, isExact || !made ? "" : texts("page-price-so-far", { steps: whole(made), count: whole(needed), time: all }));
  }

  /** @param {string} method */
  function called(method) {
    const name = texts(`page-name-${method}`);
    return name.startsWith("page-name-") ? method : name;
  }

  /** What is really computed. @param {Price} price */
  function madeOf({ method, made, curves, points, rows }) {
    if (made === null) return texts("page-price-made-curves", { points: whole(points), curves: whole(curves) });
    if (method === "backprop") return texts("page-price-made-backprop", { rows: whole(rows) });
    const said = { count: whole(made), rows: whole(rows) };
    return method === "loop" ? texts("page-price-made-loop", said) : texts("page-price-made-program", said);
  }

  /**
   * @param {ReturnType<typeof partOf>} part
   * @param {string} name
   * @param {number | null} microseconds
   * @param {number} most
   * @param {string} said
   */
  function show(part, name, microseconds, most, said) {
    say(part.name, name);
    say(part.number, microseconds === null ? "–" : time(microseconds));
    part.bar.style.width = `${(100 * (microseconds ?? 0)) / most}%`;
    say(part.said, said);
  }

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-price");
      root.replaceChildren();
    },
  };
}

function partOf() {
  const bar = make("span", { class: "price-bar" });
  const [name, number] = [make("dt"), make("dd", { class: "price-number" })];
  const said = make("dd", { class: "price-said" });
  const track = make("dd", { class: "price-track", "aria-hidden": "true" }, bar);
  return { row: make("div", { class: "price-part" }, name, track, number, said), name, number, said, bar };
}
