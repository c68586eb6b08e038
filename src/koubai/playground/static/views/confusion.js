// Which class is taken for which: true classes down, answers across.

import { lookOf, shareColour } from "./colours.js";
import { make, say, set } from "./make.js";

/** @typedef {import("./page.js").Page} Page */

const LEAST_EVERY = 120; // milliseconds: numbers that change faster aren't read

/** @type {import("./page.js").MakeView} */
export function confusionView(root, _tell, texts) {
  const end = new AbortController();
  const { signal } = end;
  const tabs = make("div", { class: "confusion-parts", role: "group", "aria-label": texts("page-confusion-part") });
  const buttons = /** @type {const} */ (["train", "test"]).map((part) => {
    const button = make("button", { type: "button" }, texts(`page-curves-${part}`));
    button.addEventListener(
      "click",
      () => {
        wanted = part;
        shown = -Infinity;
        if (page) update(page);
      },
      { signal },
    );
    tabs.append(button);
    return /** @type {const} */ ([part, button]);
  });
  const table = make("table", { class: "confusion-table" });
  const scroll = make(
    "div",
    { class: "confusion-scroll", tabindex: 0, role: "region", "aria-label": texts("page-confusion-label") },
    table,
  );
  root.classList.add("view", "view-confusion");
  root.append(tabs, scroll);

  /** @type {"train" | "test"} */
  let wanted = "test";
  /** @type {Page | null} */
  let page = null;
  let known = "";
  let shown = -Infinity;
  /** @type {HTMLTableCellElement[][]} */
  let cells = [];

  /** @param {Page} now */
  function update(now) {
    page = now;
    const { state, frame, theme } = now;
    root.dataset.theme = theme;
    if (frame.header.status === "playing" && performance.now() - shown < LEAST_EVERY) return;
    shown = performance.now();
    const part = wanted === "test" && frame.header.test ? "test" : "train";
    set(tabs, { hidden: frame.header.test === null });
    for (const [one, button] of buttons) set(button, { "aria-pressed": one === part ? "true" : "false" });
    const worth = frame.header[part] ?? frame.header.train;
    const { classes } = state.data;
    set(scroll, { hidden: worth.confusion === null });
    if (!worth.confusion) return;
    const key = JSON.stringify(classes);
    if (key !== known) {
      known = key;
      build(classes);
    }
    const look = lookOf(theme);
    worth.confusion.forEach((row, truth) => {
      const all = row.reduce((sum, count) => sum + count, 0) || 1;
      row.forEach((count, answer) => {
        const cell = cells[truth]?.[answer];
        if (!cell) return;
        say(cell, String(count));
        cell.style.backgroundColor = shareColour(theme, count / all, truth === answer);
        cell.style.color = look.ink;
        set(cell, { "data-empty": count === 0, "data-right": truth === answer });
      });
    });
  }

  /** @param {string[]} classes */
  function build(classes) {
    const head = make("tr", {}, make("td"), ...classes.map((name) => make("th", { scope: "col" }, name)));
    cells = classes.map(() => classes.map(() => make("td")));
    const rows = classes.map((name, truth) => make("tr", {}, make("th", { scope: "row" }, name), ...(cells[truth] ?? [])));
    const caption = make("caption", {}, texts("page-confusion-label"));
    set(table, { "data-many": classes.length > 6 });
    table.replaceChildren(caption, make("thead", {}, head), make("tbody", {}, ...rows));
  }

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-confusion");
      root.replaceChildren();
    },
  };
}
