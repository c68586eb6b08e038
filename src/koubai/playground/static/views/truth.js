// A gate's truth table, with what the network answers to each row now.

import { lookOf } from "./colours.js";
import { make, paced, say, set } from "./make.js";
import { fixed } from "./numbers.js";

/** @typedef {import("./page.js").Page} Page */

const SPEAK_EVERY = 2500;

/** @type {import("./page.js").MakeView} */
export function truthView(root, _tell, texts) {
  const end = new AbortController();
  const table = make("table", { class: "truth-table" });
  const scroll = make("div", { class: "truth-scroll", role: "region", "aria-label": texts("page-truth-label") }, table);
  const count = make("p", { class: "truth-count" });
  const spoken = make("p", { class: "view-hidden", role: "status" });
  root.classList.add("view", "view-truth");
  root.append(count, scroll, spoken);

  let known = "";
  /** @type {Record<"row" | "answer" | "bar" | "share" | "sign" | "word", HTMLElement>[]} */
  let rows = [];
  const speak = paced((/** @type {string} */ text) => say(spoken, text), end.signal, SPEAK_EVERY);

  /** @param {Page} now */
  function update({ state, frame, theme }) {
    root.dataset.theme = theme;
    const { table: inputs, answers, classes } = state.data;
    const { answers: given, chosen } = frame.header;
    set(root, { "data-empty": inputs === null });
    if (!inputs || !answers || !given) return;
    const key = JSON.stringify([inputs, answers, classes, state.data.features, state.data.target, state.output]);
    if (key !== known) {
      known = key;
      build(state, inputs, answers);
    }
    const look = lookOf(theme);
    let right = 0;
    rows.forEach(({ row, answer, bar, share, sign, word }, at) => {
      const probabilities = given[at] ?? [];
      const isRight = chosen[at] === answers[at];
      if (isRight) right += 1;
      const number = chosen[at] ?? 0;
      say(answer, classes[number] ?? String(number));
      // of two classes the bar says how probable class 1 is; of more, how sure the answer
      const value = probabilities.length === 2 ? (probabilities[1] ?? 0) : (probabilities[number] ?? 0);
      bar.style.transform = `scaleX(${Math.min(1, Math.max(0, value))})`;
      bar.style.backgroundColor = (probabilities.length === 2 ? look.colours[1] : look.colours[number]) ?? look.ink;
      say(share, fixed(value, 3));
      set(row, { "data-right": isRight ? "yes" : "no" });
      say(sign, isRight ? "✓" : "✕");
      say(word, texts(isRight ? "page-truth-right" : "page-truth-wrong"));
    });
    const text = texts("page-truth-count", { right, all: rows.length });
    say(count, text);
    set(count, { "data-all": right === rows.length });
    speak(text);
  }

  /**
   * @param {import("../types.js").State} state
   * @param {number[][]} inputs
   * @param {number[]} answers
   */
  function build({ data: { classes, features, target }, output }, inputs, answers) {
    const width = inputs[0]?.length ?? 0;
    const names = Array.from(
      { length: width },
      (_, at) => (features.length === width ? features[at] : undefined) ?? `x${at + 1}`,
    );
    const column = (/** @type {string} */ text, /** @type {string} */ kind) => make("th", { scope: "col", class: kind }, text);
    const one = output === "softmax" ? "page-truth-share" : "page-place-output"; // without softmax it is no probability
    const shares = classes.length === 2 ? texts(one, { name: classes[1] ?? "1" }) : texts("page-truth-sure");
    const head = make(
      "tr",
      {},
      ...names.map((name) => column(name, "truth-input")),
      column(target, "truth-target"),
      column(texts("page-truth-answer"), "truth-answer"),
      column(shares, "truth-share"),
      make("th", { scope: "col", class: "truth-verdict" }, make("span", { class: "view-hidden" }, texts("page-truth-verdict"))),
    );
    rows = inputs.map((values, at) => {
      const answer = make("td", { class: "truth-answer" });
      const bar = make("span", { class: "truth-fill" });
      const share = make("span", { class: "truth-number" });
      const sign = make("span", { class: "truth-sign", "aria-hidden": "true" });
      const word = make("span", { class: "truth-word" });
      const cells = values.map((value) => make("td", { class: "truth-input" }, String(value)));
      const row = make(
        "tr",
        {},
        ...cells,
        make("td", { class: "truth-target" }, classes[answers[at] ?? 0] ?? ""),
        answer,
        make(
          "td",
          { class: "truth-share" },
          make("div", {}, make("span", { class: "truth-bar", "aria-hidden": "true" }, bar), share),
        ),
        make("td", { class: "truth-verdict" }, sign, word),
      );
      return { row, answer, bar, share, sign, word };
    });
    const caption = make("caption", { class: "view-hidden" }, texts("page-truth-label"));
    table.replaceChildren(caption, make("thead", {}, head), make("tbody", {}, ...rows.map(({ row }) => row)));
    set(scroll, { tabindex: rows.length > 8 ? 0 : null });
  }

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-truth");
      root.replaceChildren();
    },
  };
}
