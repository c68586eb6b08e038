// The big plane: what the network answers everywhere, the boundary, and the points, which may be drawn and erased. While a
// unit is hovered or chosen it shows what that unit says; with a run beside there are two planes.

import { CLASSES, lookOf, markPath, shareOf } from "./colours.js";
import { ERASER, handOver } from "./hand.js";
import { drawn, make, paced, say, set, sizeOf } from "./make.js";
import { fixed, percent, short } from "./numbers.js";
import { lookedAt, unitOf, unitText } from "./places.js";
import { Plane } from "./plane.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./plane.js").Shades} Shades */

/** @type {import("../types.js").Points} */
const NO_POINTS = { x: [], y: [], value: [], part: [] };

/** @type {import("./page.js").MakeView} */
export function fieldView(root, tell, texts) {
  const end = new AbortController();
  const stage = make("div", { class: "field-stage" });
  const legend = make("ul", { class: "field-legend" });
  const reading = make("p", { class: "field-reading" });
  const spoken = make("p", { class: "view-hidden", "aria-live": "polite" });
  const note = make("p", { class: "field-note" });
  const cursor = make("div", { class: "field-cursor", hidden: true });
  root.classList.add("view", "view-field");
  root.append(stage, make("div", { class: "field-below" }, legend, reading), note, spoken);

  const bar = make("span", { class: "field-bar", "aria-hidden": "true" });
  const ends = { low: make("span", { class: "field-end" }), high: make("span", { class: "field-end" }) };
  const plane = new Plane(stage);
  const hint = make("p", { class: "field-hint", hidden: true }, texts("page-cleared"));
  plane.element.append(cursor, hint);
  set(plane.element, { role: "application", "aria-roledescription": texts("page-field-role") });
  /** @type {Plane | null} */
  let other = null;
  /** @type {Page | null} */
  let page = null;
  /** @type {[number, number] | null} */
  let point = null;
  let legendOf = "";
  /** @type {Shades | null} */
  let besideFields = null; // they come once

  const speak = paced((/** @type {string} */ text) => say(spoken, text), end.signal, 700);
  const size = sizeOf(stage, () => page && update(page), end.signal);

  /** @param {Page} now */
  function update(now) {
    page = now;
    const { state, frame, theme, large, discrete, showTest } = now;
    root.dataset.theme = theme;
    if (frame.besideField) besideFields = { field: frame.besideField, winner: frame.besideWinner ?? null, signed: false };
    if (!state.beside) besideFields = null;
    const beside = besideFields !== null;
    set(stage, { "data-planes": beside ? 2 : 1 });
    if (beside && !other) other = new Plane(stage);
    if (!beside && other) {
      other.element.remove();
      other = null;
    }
    const [width, height] = [Math.floor(size.width / (beside ? 2 : 1)), size.height];
    if (width < 60 || height < 60) return;
    const setup = { state: (now.cleared ?? "no") !== "no" ? { ...state, points: NO_POINTS } : state, theme, large, discrete, showTest, width, height };
    const looked = frame.look ? unitOf(lookedAt(now)) : null;
    plane.arrange(setup, looked !== null);
    if (looked && frame.look) {
      plane.paint({ field: frame.look, winner: null, signed: true }, unitText(looked.layer, looked.unit, state, texts));
    } else {
      plane.paint({ field: frame.field, winner: frame.winner ?? null, signed: false }, beside ? texts("page-field-this") : "");
    }
    if (other && besideFields) {
      other.arrange(setup, false);
      other.paint(besideFields, state.beside?.text ?? "");
    }
    set(hint, { hidden: now.cleared !== "empty" });
    const kind = now.tool.kind;
    set(plane.element, { "data-tool": kind, "aria-label": labelOf(now) });
    say(note, state.data.share < 0.9995 ? texts("page-field-share", { percent: percent(state.data.share) }) : "");
    set(note, { hidden: note.textContent === "" });
    showLegend(now);
    showReading(false);
  }

  /** @param {Page} now */
  function labelOf({ state, frame, tool }) {
    const { data } = state;
    const what = texts("page-field-label", {
      data: data.name,
      across: data.axes[0],
      up: data.axes[1],
      step: frame.header.step,
    });
    return tool.kind === "none" ? what : `${what} ${texts(tool.kind === "draw" ? "page-field-draw" : "page-field-erase")}`;
  }

  /** @param {Page} now */
  function showLegend(now) {
    const { state, frame, theme, showTest } = now;
    const { classes, task, rows, target } = state.data;
    const unit = frame.look ? unitOf(lookedAt(now)) : null;
    const key = JSON.stringify([classes, task, rows.test > 0 && showTest, theme, target, unit !== null]);
    const [low, high] = unit ? [-scaleOf(now), scaleOf(now)] : frame.header.range;
    say(ends.low, short(low, 2));
    say(ends.high, short(high, 2));
    if (key === legendOf) return;
    legendOf = key;
    const look = lookOf(theme);
    bar.style.background = `linear-gradient(90deg, ${look.fields[0]}, ${look.undecided}, ${look.fields[1]})`;
    legend.replaceChildren(
      ...classes.map((name, number) => make("li", {}, markOf(number, look, false), make("span", {}, name))),
    );
    if (task === "regress" || unit) legend.prepend(make("li", {}, unit ? null : target, ends.low, bar, ends.high));
    if (rows.test > 0 && showTest) legend.append(make("li", {}, markOf(0, look, true), texts("page-field-test")));
  }

  /**
   * What 127 stands for in the field of the unit that is looked at.
   *
   * @param {Page} now
   */
  function scaleOf(now) {
    const unit = unitOf(lookedAt(now));
    if (!unit) return 1;
    const before = now.state.sizes.slice(1, unit.layer).reduce((all, count) => all + count, 0);
    return now.frame.scales[before + unit.unit] ?? 1;
  }

  /** @param {boolean} byKeys  only then it is spoken */
  function showReading(byKeys) {
    if (!page || !point) {
      say(reading, "");
      set(cursor, { hidden: true });
      return;
    }
    const [x, y] = point;
    const { state, tool } = page;
    const text = `${state.data.axes[0]} ${fixed(x, 2)}  ${state.data.axes[1]} ${fixed(y, 2)} → ${answerAt(x, y)}`;
    say(reading, text);
    if (byKeys) speak(text);
    const [across, down] = plane.place(x, y);
    const wide = tool.kind === "erase" ? 2 * ERASER * plane.inner.width : 14;
    const look = lookOf(page.theme);
    set(cursor, { hidden: false, "data-tool": tool.kind });
    Object.assign(cursor.style, {
      width: `${wide}px`,
      height: `${wide}px`,
      transform: `translate(${across - wide / 2}px, ${down - wide / 2}px)`,
      borderColor: tool.kind === "draw" && state.data.task === "classify" ? look.colours[tool.value % CLASSES] : look.ink,
    });
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  function answerAt(x, y) {
    if (!page) return "";
    const { state, frame } = page;
    const side = Math.round(Math.sqrt(frame.field.length));
    const at = plane.cell(x, y, side);
    const looked = frame.look ? unitOf(lookedAt(page)) : null;
    if (looked && frame.look) {
      return short(((frame.look[at] ?? 0) / 127) * scaleOf(page));
    }
    const value = frame.field[at] ?? 0;
    const share = state.data.task === "classify" && !frame.winner ? shareOf(value) : value / 255;
    if (state.data.task === "regress") {
      const [low, high] = frame.header.range;
      return short(low + share * (high - low));
    }
    if (frame.winner) return `${state.data.classes[frame.winner[at] ?? 0] ?? ""} ${percent(share)}`;
    return `${state.data.classes[share >= 0.5 ? 1 : 0] ?? ""} ${percent(Math.max(share, 1 - share))}`;
  }

  handOver(
    plane,
    {
      tool: () => page?.tool ?? { kind: "none", value: 0 },
      isCleared: () => page?.cleared === "empty",
      tell,
      moved(to, byKeys) {
        point = to;
        showReading(byKeys);
      },
    },
    end.signal,
  );

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-field");
      root.replaceChildren();
    },
  };
}

/**
 * @param {number} number
 * @param {import("./colours.js").Look} look
 * @param {boolean} hollow
 */
function markOf(number, look, hollow) {
  const path = drawn("path", {
    d: markPath(number, 5.5),
    fill: hollow ? "none" : (look.colours[number % CLASSES] ?? look.ink),
    stroke: hollow ? look.quiet : (look.edges[number % CLASSES] ?? look.paper),
    "stroke-width": hollow ? 1.8 : 1,
  });
  return drawn("svg", { class: "view-mark", viewBox: "-8 -8 16 16", "aria-hidden": "true" }, path);
}
