// Numbers as they are read.

const MINUS = "\u2212";

/**
 * About ``digits`` significant digits, never longer than ten letters.
 *
 * @param {number | null | undefined} value
 * @param {number} [digits]
 */
export function short(value, digits = 3) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(value);
  if (size === 0) return "0";
  const text = size >= 1e6 || size < 1e-4 ? size.toExponential(Math.max(0, digits - 2)) : plain(size, digits);
  return (value < 0 ? MINUS : "") + text.replace("e-", `e${MINUS}`).replace("e+", "e");
}

/**
 * @param {number} size
 * @param {number} digits
 */
function plain(size, digits) {
  const places = Math.max(0, Math.min(8, digits - 1 - Math.floor(Math.log10(size))));
  return size.toFixed(places);
}

/**
 * With ``places`` digits after the point: for numbers that stand under each other.
 *
 * @param {number | null | undefined} value
 * @param {number} places
 */
export function fixed(value, places) {
  if (value === null || value === undefined || !Number.isFinite(value) || Math.abs(value) >= 1e6) return short(value, 4);
  return value.toFixed(places).replace("-", MINUS);
}

/**
 * As ARIA has numbers: without an exponent.
 *
 * @param {number} value
 */
export function decimal(value) {
  const most = 1e20;
  return Math.max(-most, Math.min(most, value)).toFixed(9).replace(/\.?0+$/, "");
}

/** @param {number} value */
export function whole(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}

/**
 * @param {number | null | undefined} share  0 to 1
 */
export function percent(share) {
  if (share === null || share === undefined || !Number.isFinite(share)) return "–";
  return `${(100 * share).toFixed(share > 0 && share < 1 ? 1 : 0)}%`;
}

/**
 * Two numbers with so many digits that their difference can be read, and at least six.
 *
 * @param {number | null | undefined} one
 * @param {number | null | undefined} other
 * @returns {[string, string]}
 */
export function apart(one, other) {
  if (one === null || one === undefined || other === null || other === undefined) return [short(one, 6), short(other, 6)];
  const size = Math.max(Math.abs(one), Math.abs(other));
  const between = Math.abs(one - other);
  const lost = between > 0 ? Math.ceil(Math.log10(size / between)) : 0;
  const digits = Math.min(16, Math.max(6, 4 + lost));
  const text = (/** @type {number} */ value) =>
    digits === 6 ? short(value, 6) : value.toPrecision(digits).replace(/-/g, MINUS).replace("e+", "e");
  return [text(one), text(other)];
}

/**
 * A time, as it is read.
 *
 * @param {number} microseconds
 */
export function time(microseconds) {
  const units = /** @type {const} */ ([[1, "µs"], [1e3, "ms"], [1e6, "s"], [6e7, "min"], [3.6e9, "h"]]);
  const [size, name] = units.findLast(([least]) => microseconds >= least) ?? units[0];
  return `${short(microseconds / size)} ${name}`;
}

/**
 * Round numbers from ``least`` to ``most``, about ``count`` of them: for an axis.
 *
 * @param {number} least
 * @param {number} most
 * @param {number} count
 */
export function ticks(least, most, count) {
  const rough = (most - least) / Math.max(1, count);
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((size) => size >= rough * 0.999) ?? power;
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const all = [];
  for (let number = Math.ceil(least / step - 1e-9); number * step <= most + 1e-9 * step; number++) {
    all.push({ at: number * step, text: fixed(number * step + 0, Math.min(8, places)) });
  }
  return all;
}
