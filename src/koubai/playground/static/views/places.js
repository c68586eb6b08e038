// Where a parameter stands: "w1[0,3]" is the weight from input 0 to unit 3 of the first layer, "b2[1]" a bias of the second.

/** @typedef {{kind: "w" | "b", layer: number, from: number, to: number}} Place  of a bias, ``from`` is -1 */

/**
 * @param {"w" | "b"} kind
 * @param {number} layer  from 1
 * @param {number} from
 * @param {number} to
 */
export function placeName(kind, layer, from, to) {
  return kind === "b" ? `b${layer}[${to}]` : `w${layer}[${from},${to}]`;
}

/**
 * @param {string} name
 * @returns {Place | null}
 */
export function placeOf(name) {
  const found = /^([wb])(\d+)\[(\d+)(?:,(\d+))?\]$/.exec(name);
  if (!found) return null;
  const [, kind, layer, first, second] = found;
  if (kind === "b") return { kind, layer: Number(layer), from: -1, to: Number(first) };
  return second === undefined ? null : { kind: "w", layer: Number(layer), from: Number(first), to: Number(second) };
}

/**
 * Where a parameter stands in a frame's ``parameters``; -1 where the network has none such.
 *
 * @param {readonly number[]} sizes
 * @param {Place} place
 */
export function indexOf(sizes, { kind, layer, from, to }) {
  let start = 0;
  for (let before = 1; before < layer; before++) start += ((sizes[before - 1] ?? 0) + 1) * (sizes[before] ?? 0);
  const [inputs, units] = [sizes[layer - 1] ?? 0, sizes[layer] ?? 0];
  if (layer < 1 || to >= units || from >= inputs) return -1;
  return kind === "w" ? start + from * units + to : start + inputs * units + to;
}

/**
 * @param {number} layer  from 1
 * @param {number} unit  from 0
 */
export function unitName(layer, unit) {
  return `${layer}[${unit}]`;
}

/**
 * @param {string} name
 * @returns {{layer: number, unit: number} | null}
 */
export function unitOf(name) {
  const found = /^(\d+)\[(\d+)\]$/.exec(name);
  return found && { layer: Number(found[1]), unit: Number(found[2]) };
}

/**
 * The unit whose whole field is to be seen: the one pointed at, else the one chosen; empty for none.
 *
 * @param {import("./page.js").Page} page
 */
export function lookedAt({ hover, chosen }) {
  return hover?.unit ?? (chosen && "unit" in chosen ? chosen.unit : "");
}

/**
 * What a person calls a parameter.
 *
 * @param {Place} place
 * @param {import("./page.js").State} state
 * @param {import("./page.js").Texts} texts
 */
export function placeText(place, state, texts) {
  const to = unitText(place.layer, place.to, state, texts);
  if (place.kind === "b") return texts("page-place-bias", { unit: to });
  return texts("page-place-weight", { source: unitText(place.layer - 1, place.from, state, texts), unit: to });
}

/**
 * What a person calls a unit; layer 0 are the inputs.
 *
 * @param {number} layer
 * @param {number} unit
 * @param {import("./page.js").State} state
 * @param {import("./page.js").Texts} texts
 */
export function unitText(layer, unit, state, texts) {
  if (layer === 0) return state.inputs[unit] ?? "";
  if (layer < state.sizes.length - 1) return texts("page-place-unit", { number: unit + 1, layer });
  return texts("page-place-output", { name: outputText(unit, state) });
}

/**
 * @param {number} unit
 * @param {import("./page.js").State} state
 */
export function outputText(unit, state) {
  return state.data.classes[unit] ?? state.data.target;
}
