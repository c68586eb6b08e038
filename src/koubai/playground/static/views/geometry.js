// Where units and weights of a network stand in its drawing, in pixels.

import { outputText } from "./places.js";

/**
 * @typedef {Object} Geometry
 * @property {number} width
 * @property {number} height
 * @property {number} unit  the side of a unit's picture
 * @property {number} spacing  from one unit to the next below it, where they are closest
 * @property {number[]} columns  x of the middle of every layer; layer 0 are the inputs
 * @property {number[][]} rows  y of every unit of every layer
 * @property {number} widest  of a weight's line
 * @property {number} letter
 * @property {number} inputs  from one input to the next: where there are many they stand closer, and without names
 */

const HEADING = 30; // above the units
const BELOW = 12;
const CLOSEST = 16;
const FURTHEST = 84;

/** @param {string} text */
export function lettersOf(text) {
  let letters = 0;
  for (const letter of text) letters += letter > "\u2e80" ? 1.75 : 1;
  return letters;
}

/**
 * @param {import("./page.js").State} state
 * @param {number} width  that there is; more is taken where units need it
 * @param {number} height
 * @param {boolean} large
 * @returns {Geometry}
 */
export function geometryOf(state, width, height, large) {
  const { sizes, inputs } = state;
  const letter = large ? 17 : 12.5;
  const outputs = Array.from({ length: sizes.at(-1) ?? 1 }, (_, unit) => outputText(unit, state));
  const room = height - HEADING - BELOW;
  const crowded = (sizes[0] ?? 0) * CLOSEST > Math.max(room, CLOSEST * Math.max(...sizes.slice(1)));
  const [left, right] = [inputs, outputs].map((names, side) => {
    const longest = crowded && side === 0 ? 1 : Math.max(...names.map(lettersOf));
    return 14 + Math.min(longest, 14) * letter * 0.58;
  });
  const most = Math.max(...sizes.slice(crowded ? 1 : 0));
  const spacing = Math.max(CLOSEST, Math.min(large ? FURTHEST * 1.3 : FURTHEST, room / most));
  const unit = Math.max(11, Math.min(large ? 60 : 46, spacing * 0.74));
  const layers = sizes.length - 1;
  const spare = width - (left ?? 0) - (right ?? 0) - unit;
  const gap = Math.max(unit > 24 ? 92 : 76, Math.min(large ? 320 : 260, spare / layers));
  const total = Math.max(width, (left ?? 0) + (right ?? 0) + unit + gap * layers);
  const tall = Math.max(height, HEADING + BELOW + spacing * most);
  const start = (total - gap * layers - unit - (left ?? 0) - (right ?? 0)) / 2 + (left ?? 0) + unit / 2;
  const middle = HEADING + (tall - HEADING - BELOW) / 2;
  /** @param {number} size */
  const apartOf = (size) => Math.min(spacing * (size < most ? 1.25 : 1), (tall - HEADING - BELOW) / size);
  return {
    width: Math.floor(total),
    height: Math.floor(tall),
    unit,
    spacing,
    columns: sizes.map((_, layer) => start + gap * layer),
    rows: sizes.map((size) => {
      const apart = apartOf(size);
      return Array.from({ length: size }, (_, at) => middle + (at - (size - 1) / 2) * apart);
    }),
    widest: Math.max(1.2, Math.min(large ? 11 : 8, spacing * 0.22)),
    letter,
    inputs: apartOf(sizes[0] ?? 1),
  };
}

/**
 * The ends of a weight's line.
 *
 * @param {Geometry} geometry
 * @param {number} layer  from 1
 * @param {number} from
 * @param {number} to
 * @returns {[number, number, number, number]}
 */
export function endsOf({ columns, rows, unit }, layer, from, to) {
  const half = unit / 2;
  return [(columns[layer - 1] ?? 0) + half, rows[layer - 1]?.[from] ?? 0, (columns[layer] ?? 0) - half, rows[layer]?.[to] ?? 0];
}

/**
 * @param {Geometry} geometry
 * @param {number} layer
 * @param {number} from
 * @param {number} to
 */
export function curveOf(geometry, layer, from, to) {
  const [left, top, right, bottom] = endsOf(geometry, layer, from, to).map((number) => Math.round(number * 10) / 10);
  const middle = ((left ?? 0) + (right ?? 0)) / 2;
  return `M${left} ${top}C${middle} ${top} ${middle} ${bottom} ${right} ${bottom}`;
}

/**
 * Where the bias of a unit stands: at its lower left.
 *
 * @param {Geometry} geometry
 * @param {number} layer
 * @param {number} number
 * @returns {[number, number]}
 */
export function biasPlace({ columns, rows, unit }, layer, number) {
  return [(columns[layer] ?? 0) - unit / 2 - 1, (rows[layer]?.[number] ?? 0) + unit / 2 - 1];
}

/**
 * How strong a parameter is drawn, 0 to 1.
 *
 * @param {number} value
 */
export function strength(value) {
  return Number.isFinite(value) ? Math.min(1, Math.abs(value) / 4) ** 0.7 : 1;
}
