// Frames as they come over the socket: see ``packed`` in playground/protocol/incoming.py.

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").FrameHeader} FrameHeader */

const KINDS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** What does not come with every frame, and stays valid until it comes anew: what comes together, under the name that is always there. */
const KEPT = /** @type {const} */ ({
  courseStep: ["courseStep", "courseTrain", "testStep", "testLoss", "testAccuracy", "records"],
  besideField: ["besideField", "besideWinner", "besideStep", "besideLoss"],
});

/**
 * The frame that ``buffer`` holds. Its arrays are views of the buffer, not copies.
 *
 * @param {ArrayBuffer} buffer
 * @returns {Frame}
 */
export function frameOf(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  /** @type {FrameHeader} */
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  /** @type {Record<string, unknown>} */
  const frame = { header };
  for (const { name, type, shape, at } of header.arrays) {
    const kind = KINDS[/** @type {keyof typeof KINDS} */ (type)];
    if (!kind) throw new TypeError(type);
    frame[name] = new kind(buffer, 4 + length + at, shape.reduce((all, one) => all * one, 1));
  }
  return /** @type {Frame} */ (/** @type {unknown} */ (frame));
}

/**
 * ``frame``, with the curves and the run beside that came with ``before``, the frame before it, or were kept with that one.
 *
 * @param {Frame} frame
 * @param {Frame | null} before
 * @returns {Frame}
 */
export function withCourseOf(frame, before) {
  if (!before) return frame;
  const missing = [...(frame.courseStep ? [] : KEPT.courseStep), ...(frame.besideField || !frame.header.beside ? [] : KEPT.besideField)];
  const kept = Object.fromEntries(missing.filter((name) => before[name]).map((name) => [name, before[name]]));
  return /** @type {Frame} */ ({ ...kept, ...frame });
}
