// Frames as they come over the socket: see ``packed`` in playground/protocol.py.

/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").FrameHeader} FrameHeader */

const KINDS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** What does not come with every frame, and stays valid until it comes anew. */
const COURSE = /** @type {const} */ ([
  "courseStep", "courseTrain", "testStep", "testLoss", "testAccuracy", "besideStep", "besideLoss", "records",
]);

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
 * ``frame``, with the curves that came with ``missed``, a frame before it that is not going to be drawn.
 *
 * @param {Frame} frame
 * @param {Frame | null} missed
 * @returns {Frame}
 */
export function withCourseOf(frame, missed) {
  if (!missed || missed.header.state !== frame.header.state) return frame;
  const kept = Object.fromEntries(COURSE.filter((name) => missed[name]).map((name) => [name, missed[name]]));
  return /** @type {Frame} */ ({ ...kept, ...frame });
}
