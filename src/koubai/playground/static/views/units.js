// The units of a network: their frames, names and biases. Their pictures are drawn by pictures.js.

import { biasPlace, lettersOf, strength } from "./geometry.js";
import { drawn, set } from "./make.js";
import { indexOf, outputText, placeName, unitName } from "./places.js";
import { LOCK } from "./wires.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */
/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./page.js").State} State */
/** @typedef {{layer: number, unit: number, name: string, frame: SVGRectElement}} Unit */
/**
 * @typedef {Object} Bias
 * @property {string} place
 * @property {number} at  in a frame's ``parameters``
 * @property {SVGCircleElement} hold  what is taken hold of
 * @property {SVGPathElement} mark
 * @property {SVGPathElement} lock
 */

const MOST_LETTERS = 14;

export class Units {
  /**
   * @param {HTMLElement} stage
   * @param {import("./page.js").Texts} texts
   */
  constructor(stage, texts) {
    this.texts = texts;
    this.names = drawn("g", { class: "network-names", "aria-hidden": "true" });
    this.frames = drawn("g");
    this.marks = drawn("g", { "aria-hidden": "true" });
    this.holds = drawn("g");
    this.svg = drawn("svg", { class: "network-units" }, this.names, this.frames, this.marks, this.holds);
    stage.append(this.svg);
    /** @type {Map<string, Unit>} */
    this.units = new Map();
    /** @type {Map<string, Bias>} */
    this.biases = new Map();
    this.known = "";
  }

  /**
   * @param {Geometry} geometry
   * @param {State} state
   * @param {string} key  the same for the same geometry and names
   * @returns {boolean}  whether they are others than before
   */
  arrange(geometry, state, key) {
    if (key === this.known) return false;
    this.known = key;
    const { sizes } = state;
    set(this.svg, { width: geometry.width, height: geometry.height });
    for (const group of [this.names, this.frames, this.marks, this.holds]) group.replaceChildren();
    this.units.clear();
    this.biases.clear();
    this.names.style.fontSize = `${geometry.letter}px`;
    sizes.forEach((size, layer) => {
      this.addHeading(geometry, state, layer);
      for (let unit = 0; unit < size; unit++) this.addUnit(geometry, state, layer, unit);
    });
    return true;
  }

  /**
   * @param {Geometry} geometry
   * @param {State} state
   * @param {number} layer
   */
  addHeading({ columns, width, letter }, { sizes, setting, output }, layer) {
    const last = sizes.length - 1;
    const hidden = this.texts(`page-name-${setting.activations[layer - 1] ?? ""}`);
    const words =
      layer === 0
        ? this.texts("page-network-inputs")
        : layer < last
          ? hidden.startsWith("page-name-")
            ? (setting.activations[layer - 1] ?? "")
            : hidden
          : this.texts(`page-network-${output}`);
    const half = lettersOf(words) * letter * 0.28;
    const x = Math.max(half, Math.min(columns[layer] ?? 0, width - half)); // nothing of it is cut at the sides
    this.names.append(
      drawn("text", { x, y: 14, "text-anchor": "middle", class: "network-heading" }, words),
    );
  }

  /**
   * @param {Geometry} geometry
   * @param {State} state
   * @param {number} layer
   * @param {number} unit
   */
  addUnit(geometry, state, layer, unit) {
    const { columns, rows, letter } = geometry;
    const spacing = layer === 0 ? geometry.inputs : geometry.spacing;
    const side = Math.max(1, Math.min(geometry.unit, spacing * (layer === 0 ? 0.8 : 1)));
    const [x, y] = [columns[layer] ?? 0, rows[layer]?.[unit] ?? 0];
    const last = state.sizes.length - 1;
    const name = unitName(layer, unit);
    const box = { x: x - side / 2, y: y - side / 2, width: side, height: side, rx: side * 0.14 };
    if ((layer === 0 || layer === last) && spacing >= letter * 0.8) {
      const words = layer === 0 ? (state.inputs[unit] ?? "") : outputText(unit, state);
      const beside = layer === 0 ? x - side / 2 - 8 : x + side / 2 + 8;
      const text = drawn(
        "text",
        { x: beside, y: y + letter * 0.35, "text-anchor": layer === 0 ? "end" : "start" },
        ...written(words),
      );
      this.names.append(text);
    }
    if (layer === 0) {
      this.frames.append(drawn("rect", { ...box, class: "unit-frame", "data-input": true, "aria-hidden": "true" }));
      return;
    }
    const frame = drawn("rect", { ...box, class: "unit-frame", "data-item": name, role: "button", tabindex: -1 });
    this.frames.append(frame);
    this.units.set(name, { layer, unit, name, frame });
    const place = placeName("b", layer, -1, unit);
    const [across, down] = biasPlace(geometry, layer, unit);
    const hold = drawn("circle", {
      cx: across,
      cy: down,
      r: Math.min(12, Math.max(5, spacing * 0.3)),
      class: "bias-hold",
      "data-item": place,
      role: "slider",
      tabindex: -1,
    });
    const mark = drawn("path", { class: "bias-mark", transform: `translate(${across} ${down})` });
    const lock = drawn("path", { d: LOCK, class: "lock", transform: `translate(${across - 9} ${down})`, visibility: "hidden" });
    this.marks.append(mark, lock);
    this.holds.append(hold);
    const at = indexOf(state.sizes, { kind: "b", layer, from: -1, to: unit });
    this.biases.set(place, { place, at, hold, mark, lock });
  }

  /**
   * @param {Geometry} geometry
   * @param {Page} page
   * @param {string} active  the parameter that is hovered or chosen
   */
  paint(geometry, { state, frame, chosen }, active) {
    const frozen = new Set(state.setting.frozen);
    const cut = new Set(state.setting.cut);
    const most = Math.min(8, Math.max(3, geometry.unit * 0.2));
    for (const bias of this.biases.values()) {
      const value = frame.parameters[bias.at] ?? 0;
      const radius = most * (0.4 + 0.6 * strength(value));
      const isFrozen = frozen.has(bias.place);
      const sign = cut.has(bias.place) ? "cut" : value < 0 ? "below" : "above";
      const r = radius.toFixed(1);
      set(bias.mark, {
        d:
          sign === "below"
            ? `M-${r} 0a${r} ${r} 0 1 0 ${(2 * radius).toFixed(1)} 0a${r} ${r} 0 1 0 -${(2 * radius).toFixed(1)} 0Z`
            : `M-${r} -${r}H${r}V${r}H-${r}Z`,
        "data-sign": sign,
        "data-active": bias.place === active,
      });
      set(bias.lock, { visibility: isFrozen ? "visible" : "hidden" });
    }
    for (const { name, frame: box } of this.units.values()) {
      set(box, { "aria-pressed": chosen !== null && "unit" in chosen && chosen.unit === name ? "true" : "false" });
    }
  }
}

/**
 * A name, shortened, with what follows ^ raised, and the digit of x1 to x9 lowered.
 *
 * @param {string} words
 * @returns {(string | SVGElement)[]}
 */
function written(words) {
  if (/^(sin\(π)?x\d(?!\d)/.test(words)) {
    return words
      .replaceAll("*", "")
      .split(/(\^\d|(?<=x)\d)/)
      .filter(Boolean)
      .map((part) => {
        if (part.startsWith("^")) return drawn("tspan", { class: "raised", dy: "-0.35em" }, part.slice(1));
        return /^\d$/.test(part) ? drawn("tspan", { class: "lowered" }, "₀₁₂₃₄₅₆₇₈₉"[Number(part)] ?? part) : part;
      });
  }
  if (lettersOf(words) <= MOST_LETTERS) return [words];
  let kept = words;
  while (lettersOf(kept) > MOST_LETTERS - 1) kept = kept.slice(0, -1);
  return [`${kept}…`, drawn("title", {}, words)];
}
