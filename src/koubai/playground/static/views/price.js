// What the slopes cost: evaluations of the loss, and the time of a step beside that of backprop.

import { make, say, set } from "./make.js";
import { short, whole } from "./numbers.js";

/** @typedef {import("./page.js").Page} Page */

const LEAST_EVERY = 150; // milliseconds: numbers that change faster aren't read

/** @type {import("./page.js").MakeView} */
export function priceView(root, tell, texts) {
  const end = new AbortController();
  const count = make("strong", { class: "price-count" });
  const said = make("p", { class: "price-said" });
  const ask = make("button", { type: "button", class: "price-ask" }, texts("page-price-measure"));
  const [mine, theirs] = [barOf(), barOf()];
  const times = make("dl", { class: "price-times", hidden: true }, mine.name, mine.value, theirs.name, theirs.value);
  const ratio = make("p", { class: "price-ratio", role: "status" });
  root.classList.add("view", "view-price");
  root.append(make("p", { class: "price-made" }, count, " ", texts("page-price-evaluations")), said, ask, times, ratio);
  ask.addEventListener("click", () => tell({ type: "price" }), { signal: end.signal });
  let shown = -Infinity;

  /** @param {Page} now */
  function update({ state, frame, theme, price }) {
    root.dataset.theme = theme;
    if (frame.header.status === "playing" && performance.now() - shown < LEAST_EVERY) return;
    shown = performance.now();
    say(count, whole(frame.header.evaluations));
    say(said, frame.header.price);
    const isOfNow = price !== null && price !== undefined && price.method === state.setting.method;
    const isMeasured = isOfNow && price.backprop !== null && price.microseconds !== null;
    set(times, { hidden: !isMeasured });
    if (!isMeasured || price.method === "backprop") {
      // of backprop there is nothing to compare
      for (const part of [theirs.name, theirs.value]) set(part, { hidden: true });
      if (isMeasured) show(mine, texts("page-price-backprop"), price.microseconds, price.microseconds || 1);
      say(ratio, "");
      return;
    }
    for (const part of [theirs.name, theirs.value]) set(part, { hidden: false });
    const most = Math.max(price.microseconds, price.backprop) || 1;
    const name = texts(`page-name-${price.method}`);
    show(mine, name.startsWith("page-name-") ? price.method : name, price.microseconds, most);
    show(theirs, texts("page-price-backprop"), price.backprop, most);
    say(
      ratio,
      texts("page-price-ratio", {
        evaluations: whole(price.evaluations),
        times: short(price.microseconds / (price.backprop || 1), 2),
      }),
    );
  }

  /**
   * @param {ReturnType<typeof barOf>} parts
   * @param {string} name
   * @param {number} microseconds
   * @param {number} most
   */
  function show(parts, name, microseconds, most) {
    say(parts.name, name);
    say(parts.number, texts("page-price-time", { time: short(microseconds) }));
    parts.bar.style.width = `${(100 * microseconds) / most}%`;
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

function barOf() {
  const bar = make("span", { class: "price-bar", "aria-hidden": "true" });
  const number = make("span", { class: "price-number" });
  return {
    name: make("dt"),
    value: make("dd", {}, make("span", { class: "price-track", "aria-hidden": "true" }, bar), number),
    bar,
    number,
  };
}
