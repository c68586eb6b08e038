// One plane with its axes: a field as shades, the boundary, and the points of the data. It draws only; field.js tells it what.

import { contours } from "../vendor/contour.js";
import { CLASSES, classShades, fieldShades, lookOf, markPath, shareOf, signShades } from "./colours.js";
import { contextOf, make, say, set } from "./make.js";
import { ticks } from "./numbers.js";

/** @typedef {import("./page.js").State} State */
/** @typedef {import("./colours.js").Theme} Theme */

/**
 * @typedef {Object} Shades  what is drawn as areas
 * @property {Uint8Array | Int8Array} field
 * @property {Uint8Array | null} winner
 * @property {boolean} signed  whether the field is of one unit: -127 to 127
 */

/**
 * @typedef {Object} Setup  all of what rarely changes
 * @property {State} state
 * @property {Theme} theme
 * @property {boolean} large
 * @property {boolean} discrete
 * @property {boolean} showTest
 * @property {number} width
 * @property {number} height
 */

const POINTS_MOST_LARGE = [20, 150, 800]; // up to so many points, a mark is of this size:
const RADII = [7.5, 5, 4, 3];

export class Plane {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.areas = make("canvas", { class: "field-areas", "aria-hidden": "true" });
    this.marks = make("canvas", { class: "field-marks", "aria-hidden": "true" });
    this.title = make("p", { class: "field-title" });
    this.element = make("div", { class: "field-plane" }, this.areas, this.marks, this.title);
    root.append(this.element);
    this.small = document.createElement("canvas");
    this.inner = { left: 0, top: 0, width: 1, height: 1 };
    /** @type {[number, number, number, number]} */
    this.extent = [0, 1, 0, 1];
    this.known = "";
    /** @type {{points: unknown, data: unknown}} */
    this.drawn = { points: null, data: null };
    /** @type {Uint32Array<ArrayBuffer>} */
    this.table = new Uint32Array(256);
    this.classes = 2;
    /** @type {Setup | null} */
    this.setup = null;
    /** @type {Shades | null} */
    this.shades = null;
  }

  /**
   * Axes and points, where any of it is new.
   *
   * @param {Setup} setup
   * @param {boolean} signed
   */
  arrange(setup, signed) {
    const { state, theme, large, discrete, showTest, width, height } = setup;
    const key = JSON.stringify([theme, large, discrete, showTest, width, height, devicePixelRatio, signed]);
    if (key === this.known && this.drawn.points === state.points && this.drawn.data === state.data) return;
    this.known = key;
    this.drawn = { points: state.points, data: state.data };
    this.setup = setup;
    this.shades = null;
    this.classes = state.data.classes.length;
    const values = state.data.task === "regress";
    if (signed) this.table = signShades(theme);
    else if (values || this.classes <= 2) this.table = fieldShades(theme, !values, discrete ? (values ? 8 : 2) : 0);
    else this.table = classShades(theme, this.classes, discrete);
    const [letter, room] = large ? [16, 50] : [11.5, 36];
    const context = contextOf(this.marks, width, height);
    context.clearRect(0, 0, width, height);
    context.font = `${letter}px ${getComputedStyle(this.element).fontFamily}`;
    const isLong = context.measureText(state.data.axes[1]).width > room - 8;
    const top = isLong ? Math.round(letter * 1.8) : 6;
    const side = Math.max(40, Math.min(width - room - 6, height - letter * 2 - top - 2));
    const left = Math.max(room, Math.round((width - side + room - 6) / 2));
    this.inner = { left, top, width: side, height: side };
    this.extent = state.data.extent;
    this.title.style.left = `${left + 6}px`;
    this.title.style.top = `${top + 6}px`;
    this.drawAxes(context, state.data.axes, theme, isLong);
    this.drawPoints(context, setup);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {[string, string]} axes
   * @param {Theme} theme
   * @param {boolean} isLong  whether the name of the axis that goes up needs room above the plane
   */
  drawAxes(context, axes, theme, isLong) {
    const look = lookOf(theme);
    const { left, top, width, height } = this.inner;
    const [low, high, bottom, upper] = this.extent;
    context.lineWidth = 1;
    context.strokeStyle = look.faint;
    context.strokeRect(left + 0.5, top + 0.5, width - 1, height - 1);
    context.fillStyle = look.quiet;
    context.textAlign = "center";
    context.textBaseline = "top";
    const name = context.measureText(axes[0]).width;
    for (const { at, text } of ticks(low, high, width > 260 ? 6 : 4)) {
      const [x] = this.place(at, 0);
      if (x < left + 4 || x > left + width - name - 14) continue;
      context.fillText(text, x, top + height + 6);
    }
    context.textAlign = "right";
    context.fillText(axes[0], left + width, top + height + 6);
    context.textBaseline = "middle";
    for (const { at, text } of ticks(bottom, upper, height > 260 ? 6 : 4)) {
      const [, y] = this.place(0, at);
      if (y < top + (isLong ? 4 : 20) || y > top + height - 6) continue;
      context.fillText(text, left - 6, y);
    }
    if (!isLong) {
      context.fillText(axes[1], left - 6, top + 8);
      return;
    }
    context.textAlign = "left";
    context.fillText(shortened(context, axes[1], width), left, top / 2);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Setup} setup
   */
  drawPoints(context, { state, theme, large, showTest }) {
    const look = lookOf(theme);
    const { x, y, value, part } = state.points;
    const sizes = POINTS_MOST_LARGE.findIndex((most) => x.length <= most);
    const radius = (RADII[sizes < 0 ? 3 : sizes] ?? 3) * (large ? 1.4 : 1) * Math.min(1, 0.5 + this.inner.width / 600);
    const values = state.data.task === "regress";
    const [least, most] = values ? spanOf(value) : [0, 1];
    const paths = Array.from({ length: values ? 2 : CLASSES }, (_, number) => new Path2D(markPath(number, radius)));
    const { left, top, width, height } = this.inner;
    context.save();
    context.beginPath();
    context.rect(left - radius, top - radius, width + 2 * radius, height + 2 * radius);
    context.clip();
    context.lineJoin = "round";
    for (let at = 0; at < x.length; at++) {
      const test = part[at] === 1;
      if (test && !showTest) continue;
      const [across, down] = this.place(x[at] ?? 0, y[at] ?? 0);
      const share = ((value[at] ?? 0) - least) / (most - least || 1);
      const number = values ? (share < 0.5 ? 0 : 1) : (value[at] ?? 0) % CLASSES;
      const path = /** @type {Path2D} */ (paths[number]);
      const colour = look.colours[number] ?? look.ink;
      context.translate(across, down);
      if (test) {
        context.fillStyle = look.paper;
        context.strokeStyle = colour;
        context.lineWidth = Math.max(1.6, radius * 0.42);
      } else {
        context.fillStyle = colour;
        context.strokeStyle = look.edges[number] ?? look.paper;
        context.lineWidth = radius > 4 ? 1.5 : 1;
      }
      context.globalAlpha = test ? 0.75 : 1;
      if (values && !test) context.globalAlpha = 0.3 + 0.7 * Math.abs(2 * share - 1);
      context.fill(path);
      context.globalAlpha = 1;
      context.stroke(path);
      context.translate(-across, -down);
    }
    context.restore();
  }

  /**
   * The areas and their boundary.
   *
   * @param {Shades} shades
   * @param {string} title
   */
  paint(shades, title) {
    const { setup, inner, table } = this;
    say(this.title, title);
    set(this.title, { hidden: title === "" });
    if (!setup || (this.shades && this.shades.field === shades.field && this.shades.signed === shades.signed)) return;
    this.shades = shades;
    const { field, winner, signed } = shades;
    const side = Math.round(Math.sqrt(field.length));
    if (this.small.width !== side) this.small.width = this.small.height = side;
    const few = /** @type {CanvasRenderingContext2D} */ (this.small.getContext("2d"));
    const image = few.createImageData(side, side);
    const pixels = new Uint32Array(image.data.buffer);
    if (winner && !signed)
      for (let at = 0; at < pixels.length; at++) pixels[at] = table[256 * (winner[at] ?? 0) + (field[at] ?? 0)] ?? 0;
    else for (let at = 0; at < pixels.length; at++) pixels[at] = table[(field[at] ?? 0) & 255] ?? 0;
    few.putImageData(image, 0, 0);
    const context = contextOf(this.areas, setup.width, setup.height);
    context.clearRect(0, 0, setup.width, setup.height);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.small, inner.left, inner.top, inner.width, inner.height);
    this.drawBoundary(context, shades, side);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Shades} shades
   * @param {number} side
   */
  drawBoundary(context, { field, winner, signed }, side) {
    const { setup, inner } = this;
    if (!setup) return;
    context.save();
    context.beginPath();
    context.rect(inner.left, inner.top, inner.width, inner.height);
    context.clip();
    context.strokeStyle = lookOf(setup.theme).ink;
    context.lineJoin = "round";
    const trace = contours().size([side, side]);
    /** @type {(values: ArrayLike<number>, level: number, width: number, strength: number) => void} */
    const line = (values, level, width, strength) => {
      context.globalAlpha = strength;
      context.lineWidth = width;
      context.beginPath();
      for (const rings of trace.contour(/** @type {number[]} */ (values), level).coordinates) {
        for (const ring of rings) this.traceRing(context, ring, side);
      }
      context.stroke();
    };
    const wide = setup.large ? 2.5 : 1.6;
    if (signed) line(evened(field, side), 0.5, wide * 0.7, 0.7);
    else if (setup.state.data.task === "regress") for (const level of [51, 102, 153, 204]) line(field, level, 1, 0.3);
    else if (winner)
      for (let number = 0; number < this.classes; number++) line(smoothed(winner, number, side), 0.5, wide * 0.75, 0.6);
    else line(Float32Array.from(field, shareOf), 0.5, wide, 0.8);
    context.restore();
  }

  /**
   * A ring without what runs along the plane's own border, which is no boundary of the field.
   *
   * @param {CanvasRenderingContext2D} context
   * @param {number[][]} ring
   * @param {number} side
   */
  traceRing(context, ring, side) {
    const { left, top, width, height } = this.inner;
    let wasOutside = true;
    for (let at = 0; at < ring.length; at++) {
      const [x = 0, y = 0] = ring[at] ?? [];
      const isOutside = x <= 0.5 || y <= 0.5 || x >= side - 0.5 || y >= side - 0.5;
      const [across, down] = [left + (x / side) * width, top + (y / side) * height];
      if (at > 0 && !(wasOutside && isOutside)) context.lineTo(across, down);
      else context.moveTo(across, down);
      wasOutside = isOutside;
    }
  }

  /**
   * Where a point of the plane stands on the screen.
   *
   * @param {number} x
   * @param {number} y
   * @returns {[number, number]}
   */
  place(x, y) {
    const { left, top, width, height } = this.inner;
    const [low, high, bottom, upper] = this.extent;
    return [left + ((x - low) / (high - low)) * width, top + ((upper - y) / (upper - bottom)) * height];
  }

  /**
   * The point of the plane at a place of the screen; null outside.
   *
   * @param {{clientX: number, clientY: number}} event
   * @returns {[number, number] | null}
   */
  pointAt(event) {
    const box = this.marks.getBoundingClientRect();
    const { left, top, width, height } = this.inner;
    const across = (event.clientX - box.left - left) / width;
    const down = (event.clientY - box.top - top) / height;
    if (across < 0 || across > 1 || down < 0 || down > 1) return null;
    const [low, high, bottom, upper] = this.extent;
    return [low + across * (high - low), upper - down * (upper - bottom)];
  }

  /**
   * Which of a field's values stands at a point.
   *
   * @param {number} x
   * @param {number} y
   * @param {number} side
   */
  cell(x, y, side) {
    const [low, high, bottom, upper] = this.extent;
    const across = Math.min(side - 1, Math.max(0, Math.floor(((x - low) / (high - low)) * side)));
    const down = Math.min(side - 1, Math.max(0, Math.floor(((upper - y) / (upper - bottom)) * side)));
    return down * side + across;
  }
}

/**
 * @param {number[]} values
 * @returns {[number, number]}
 */
function spanOf(values) {
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return least < 0 && most > 0 ? [-Math.max(-least, most), Math.max(-least, most)] : [least, most];
}

/**
 * A field of few shades, each point averaged with its neighbours: its contour shows no steps.
 *
 * @param {Uint8Array | Int8Array} field
 * @param {number} side
 * @returns {ArrayLike<number>}
 */
function evened(field, side) {
  const mean = (/** @type {ArrayLike<number>} */ values, /** @type {number} */ stride) =>
    Float32Array.from(values, (own, at) => {
      let sum = own;
      for (const way of [-2, -1, 1, 2]) {
        const other = at + way * stride;
        sum += stride === 1 && Math.floor(other / side) !== Math.floor(at / side) ? own : (values[other] ?? own);
      }
      return sum / 5;
    });
  return mean(mean(field, 1), side);
}

/**
 * 1 where ``number`` wins, 0 elsewhere, averaged with the neighbours: its contour has no steps.
 *
 * @param {Uint8Array} winner
 * @param {number} number
 * @param {number} side
 */
function smoothed(winner, number, side) {
  const across = new Float32Array(winner.length);
  for (let at = 0; at < winner.length; at++) {
    const column = at % side;
    const [before, behind] = [column ? at - 1 : at, column < side - 1 ? at + 1 : at];
    across[at] = Number(winner[before] === number) + 2 * Number(winner[at] === number) + Number(winner[behind] === number);
  }
  return across.map((value, at) => ((across[at - side] ?? value) + 2 * value + (across[at + side] ?? value)) / 16);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} width
 */
function shortened(context, text, width) {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}
