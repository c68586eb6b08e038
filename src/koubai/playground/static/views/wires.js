// The weights of a network as lines: width by size, colour and dashes by sign. Where there are very many, all are drawn
// faintly on a canvas, and only those of one unit as lines that can be taken hold of.

import { lookOf } from "./colours.js";
import { curveOf, endsOf, strength } from "./geometry.js";
import { contextOf, drawn, set } from "./make.js";
import { indexOf, placeName } from "./places.js";

/** @typedef {import("./geometry.js").Geometry} Geometry */
/** @typedef {import("./page.js").Page} Page */
/**
 * @typedef {Object} Wire
 * @property {number} layer  from 1
 * @property {number} from
 * @property {number} to
 * @property {string} place
 * @property {number} at  in a frame's ``parameters``
 * @property {SVGPathElement} line
 * @property {SVGPathElement} band  what is taken hold of
 * @property {SVGPathElement | null} lock
 */

export const MOST_LINES = 700;
const EVERY = 45; // milliseconds from one drawing of the lines to the next, while it is playing: they are what costs most
const CANVAS_EVERY = 200; // milliseconds from one drawing of very many weights to the next
export const LOCK = "M-3.2 -0.6h6.4v4.6h-6.4zM-2 -0.6v-1.6a2 2 0 0 1 4 0v1.6";

export class Wires {
  /** @param {HTMLElement} stage */
  constructor(stage) {
    this.canvas = make("network-canvas");
    this.lines = drawn("g", { class: "wires" });
    this.bands = drawn("g");
    this.locks = drawn("g", { class: "locks", "aria-hidden": "true" });
    this.svg = drawn(
      "svg",
      { class: "network-wires" },
      drawn("g", { "aria-hidden": "true" }, this.lines),
      this.bands,
      this.locks,
    );
    stage.append(this.canvas, this.svg);
    /** @type {Map<string, Wire>} */
    this.wires = new Map();
    this.many = false;
    this.known = "";
    this.offset = 0;
    this.drawn = this.painted = -Infinity;
    this.active = "";
  }

  /**
   * Lines where they are to be. Of very many only those of the unit ``centre`` (layer, unit).
   *
   * @param {Geometry} geometry
   * @param {readonly number[]} sizes
   * @param {string} key  the same for the same geometry
   * @param {{layer: number, unit: number} | null} centre
   * @returns {boolean}  whether they are others than before
   */
  arrange(geometry, sizes, key, centre) {
    let count = 0;
    for (let layer = 1; layer < sizes.length; layer++) count += (sizes[layer - 1] ?? 0) * (sizes[layer] ?? 0);
    this.many = count > MOST_LINES;
    const whole = key + (this.many ? JSON.stringify(centre) : "");
    if (whole === this.known) return false;
    this.known = whole;
    this.drawn = this.painted = -Infinity;
    set(this.svg, { width: geometry.width, height: geometry.height });
    set(this.canvas, { hidden: !this.many });
    this.wires.clear();
    for (const group of [this.lines, this.bands, this.locks]) group.replaceChildren();
    for (let layer = 1; layer < sizes.length; layer++) {
      for (let to = 0; to < (sizes[layer] ?? 0); to++) {
        for (let from = 0; from < (sizes[layer - 1] ?? 0); from++) {
          const isOfCentre =
            centre && ((centre.layer === layer && centre.unit === to) || (centre.layer === layer - 1 && centre.unit === from));
          if (this.many && !isOfCentre) continue;
          this.add(geometry, sizes, layer, from, to);
        }
      }
    }
    return true;
  }

  /**
   * @param {Geometry} geometry
   * @param {readonly number[]} sizes
   * @param {number} layer
   * @param {number} from
   * @param {number} to
   */
  add(geometry, sizes, layer, from, to) {
    const d = curveOf(geometry, layer, from, to);
    const place = placeName("w", layer, from, to);
    const line = drawn("path", { d, class: "wire" });
    const band = drawn("path", { d, class: "wire-band", "data-item": place, role: "slider", tabindex: -1 });
    this.lines.append(line);
    this.bands.append(band);
    const at = indexOf(sizes, { kind: "w", layer, from, to });
    this.wires.set(place, { layer, from, to, place, at, line, band, lock: null });
  }

  /**
   * @param {Geometry} geometry
   * @param {Page} page
   * @param {string} active  the parameter that is hovered or chosen
   */
  paint(geometry, { state, frame, theme, reduced }, active) {
    const { status } = frame.header;
    const isSoon = performance.now() - this.drawn < EVERY && active === this.active;
    if (status === "playing" && isSoon) return;
    this.drawn = performance.now();
    this.active = active;
    const flows = status === "playing" && !reduced;
    set(this.lines, { "data-flows": flows });
    if (flows) {
      this.offset = (this.offset + 2) % 3120; // a multiple of the lengths of both kinds of dashes
      this.lines.style.strokeDashoffset = `${-this.offset}`;
    }
    const frozen = new Set(state.setting.frozen);
    const cut = new Set(state.setting.cut);
    for (const wire of this.wires.values()) {
      const value = frame.parameters[wire.at] ?? 0;
      const share = strength(value);
      const isFrozen = frozen.has(wire.place);
      set(wire.line, {
        "stroke-width": (0.5 + geometry.widest * share).toFixed(1),
        "stroke-opacity": (0.35 + 0.65 * Math.sqrt(share)).toFixed(2),
        "data-sign": cut.has(wire.place) ? "cut" : value < 0 ? "below" : "above",
        "data-active": wire.place === active,
      });
      if (isFrozen !== (wire.lock !== null)) this.lock(geometry, wire, isFrozen);
    }
    if (this.many) this.paintMany(geometry, state, frame, theme, status === "playing");
  }

  /**
   * @param {Geometry} geometry
   * @param {Wire} wire
   * @param {boolean} on
   */
  lock(geometry, wire, on) {
    wire.lock?.remove();
    wire.lock = null;
    if (!on) return;
    const [left, top, right, bottom] = endsOf(geometry, wire.layer, wire.from, wire.to);
    wire.lock = drawn("path", { d: LOCK, class: "lock", transform: `translate(${(left + right) / 2} ${(top + bottom) / 2})` });
    this.locks.append(wire.lock);
  }

  /**
   * @param {Geometry} geometry
   * @param {import("./page.js").State} state
   * @param {import("./page.js").Frame} frame
   * @param {import("./colours.js").Theme} theme
   * @param {boolean} playing
   */
  paintMany(geometry, { sizes }, { parameters }, theme, playing) {
    if (playing && performance.now() - this.painted < CANVAS_EVERY) return;
    this.painted = performance.now();
    const context = contextOf(this.canvas, geometry.width, geometry.height);
    context.clearRect(0, 0, geometry.width, geometry.height);
    const look = lookOf(theme);
    const shades = [0.12, 0.3, 0.6, 1];
    const paths = [0, 1].map(() => shades.map(() => new Path2D()));
    let at = 0;
    for (let layer = 1; layer < sizes.length; layer++) {
      const [inputs, units] = [sizes[layer - 1] ?? 0, sizes[layer] ?? 0];
      for (let from = 0; from < inputs; from++) {
        for (let to = 0; to < units; to++, at++) {
          const value = parameters[at] ?? 0;
          const share = strength(value);
          if (share < 0.04) continue;
          const path = paths[value < 0 ? 0 : 1]?.[Math.min(3, Math.floor(4 * share))];
          const [left, top, right, bottom] = endsOf(geometry, layer, from, to);
          path?.moveTo(left, top);
          path?.lineTo(right, bottom);
        }
      }
      at += units;
    }
    paths.forEach((ofSign, sign) => {
      context.strokeStyle = look.signs[sign] ?? look.ink;
      context.setLineDash(sign === 0 ? [4, 3] : []);
      ofSign.forEach((path, number) => {
        context.globalAlpha = 0.55 * (shades[number] ?? 1);
        context.lineWidth = Math.max(0.4, Math.min(geometry.widest, 2.4) * (shades[number] ?? 1));
        context.stroke(path);
      });
    });
  }
}

/** @param {string} name */
function make(name) {
  const canvas = document.createElement("canvas");
  canvas.className = name;
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}
