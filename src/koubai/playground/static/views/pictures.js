// Small pictures of what every unit says over the plane, all on one canvas.

import { signShades } from "./colours.js";
import { contextOf, set } from "./make.js";
import { unitOf } from "./places.js";

/** @typedef {import("./page.js").State} State */

const SIDE = 32;
const ACROSS = 32; // pictures in a row of the sheet
const GROWN = 2.1; // how much larger a picture is that is pointed at
const LEAST_GROWN = 84;

/** name of an input feature -> its value at a point */
const FEATURES = /** @type {Record<string, (x: number, y: number) => number>} */ ({
  x1: (x) => x,
  x2: (_, y) => y,
  "x1^2": (x) => x * x,
  "x2^2": (_, y) => y * y,
  "x1*x2": (x, y) => x * y,
  "sin(πx1)": (x) => Math.sin(Math.PI * x),
  "sin(πx2)": (_, y) => Math.sin(Math.PI * y),
});

/**
 * What the inputs say over the plane, as ``units`` of a frame; null where they are not of the plane.
 *
 * @param {State} state
 * @returns {Int8Array | null}
 */
export function inputPictures(state) {
  const { inputs, data } = state;
  const [low, high, bottom, top] = data.extent;
  const functions = data.planar ? inputs.map((name) => FEATURES[name]) : [];
  if (!functions.length || functions.some((one) => !one)) return null;
  const all = new Int8Array(inputs.length * SIDE * SIDE);
  functions.forEach((feature, number) => {
    const values = Array.from({ length: SIDE * SIDE }, (_, at) => {
      const [across, down] = [((at % SIDE) + 0.5) / SIDE, (Math.floor(at / SIDE) + 0.5) / SIDE];
      return feature?.(low + across * (high - low), top - down * (top - bottom)) ?? 0;
    });
    const scale = Math.max(...values.map(Math.abs)) || 1;
    all.set(
      values.map((value) => Math.round((127 * value) / scale)),
      number * SIDE * SIDE,
    );
  });
  return all;
}

export class Pictures {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.sheet = document.createElement("canvas");
    /** @type {ImageData | null} */
    this.image = null;
    this.table = new Uint32Array(256);
    this.theme = "";
    /** @type {{inputs: Int8Array | null, of: unknown}} */
    this.known = { inputs: null, of: null };
  }

  /**
   * @param {import("./geometry.js").Geometry} geometry
   * @param {import("./page.js").Page} page
   */
  paint(geometry, { state, frame, theme }) {
    if (this.theme !== theme) {
      this.theme = theme;
      this.table = signShades(theme);
    }
    if (this.known.of !== state) this.known = { inputs: inputPictures(state), of: state };
    const { inputs } = this.known;
    const ahead = inputs ? state.inputs.length : 0;
    const count = ahead + Math.floor(frame.units.length / (SIDE * SIDE));
    const high = SIDE * Math.ceil(count / ACROSS);
    const sheet = /** @type {CanvasRenderingContext2D} */ (this.sheet.getContext("2d"));
    if (!this.image || this.image.height !== high) {
      this.sheet.width = SIDE * ACROSS;
      this.sheet.height = high;
      this.image = sheet.createImageData(SIDE * ACROSS, high);
    }
    const pixels = new Uint32Array(this.image.data.buffer);
    if (inputs) this.fill(pixels, inputs, 0);
    this.fill(pixels, frame.units, ahead);
    sheet.putImageData(this.image, 0, 0);

    const context = contextOf(this.canvas, geometry.width, geometry.height);
    context.clearRect(0, 0, geometry.width, geometry.height);
    let number = 0;
    state.sizes.forEach((size, layer) => {
      if (layer === 0 && !inputs) return;
      for (let unit = 0; unit < size; unit++, number++) {
        const [x, y] = [geometry.columns[layer] ?? 0, geometry.rows[layer]?.[unit] ?? 0];
        this.draw(context, number, x - geometry.unit / 2, y - geometry.unit / 2, geometry.unit);
      }
    });
  }

  /**
   * The picture of the unit that is pointed at, large, on a canvas of its own above all else.
   *
   * @param {HTMLCanvasElement} canvas
   * @param {import("./geometry.js").Geometry} geometry
   * @param {import("./page.js").Page} page
   */
  grow(canvas, geometry, { state, hover }) {
    const unit = hover ? unitOf(hover.unit) : null;
    set(canvas, { hidden: unit === null });
    if (!unit) return;
    const side = Math.max(geometry.unit * GROWN, LEAST_GROWN);
    const ahead = this.known.inputs ? (state.sizes[0] ?? 0) : 0;
    const before = state.sizes.slice(1, unit.layer).reduce((all, size) => all + size, ahead);
    this.draw(contextOf(canvas, side, side), before + unit.unit, 0, 0, side);
    const within = (/** @type {number} */ at, /** @type {number} */ most) =>
      Math.max(2, Math.min(at - side / 2, most - side - 2));
    const left = within(geometry.columns[unit.layer] ?? 0, geometry.width);
    const top = within(geometry.rows[unit.layer]?.[unit.unit] ?? 0, geometry.height);
    canvas.style.transform = `translate(${left}px, ${top}px)`;
  }

  /**
   * @param {Uint32Array} pixels
   * @param {Int8Array} values
   * @param {number} ahead  of how many pictures there are before them
   */
  fill(pixels, values, ahead) {
    const { table } = this;
    for (let at = 0, number = ahead; at < values.length; number++) {
      const start = Math.floor(number / ACROSS) * SIDE * SIDE * ACROSS + (number % ACROSS) * SIDE;
      for (let row = 0; row < SIDE; row++) {
        let to = start + row * SIDE * ACROSS;
        for (let column = 0; column < SIDE; column++, at++, to++) pixels[to] = table[(values[at] ?? 0) & 255] ?? 0;
      }
    }
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {number} number  of the picture in the sheet
   * @param {number} left
   * @param {number} top
   * @param {number} side
   */
  draw(context, number, left, top, side) {
    // half a pixel inside, so that nothing of the neighbour in the sheet shines in
    const [across, down] = [(number % ACROSS) * SIDE + 0.5, Math.floor(number / ACROSS) * SIDE + 0.5];
    context.save();
    context.beginPath();
    context.roundRect(left, top, side, side, side * 0.14);
    context.clip();
    context.drawImage(this.sheet, across, down, SIDE - 1, SIDE - 1, left, top, side, side);
    context.restore();
  }
}
