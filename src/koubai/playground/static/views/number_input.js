// Numbers that a person types: what they mean, and, where one isn't possible, the sentence that says so.

import { short, whole } from "./numbers.js";

/** @typedef {import("../types.js").NumberBounds} NumberBounds */
/** @typedef {import("./page.js").Texts} Texts */

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const GROUPED = /^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$/;
const ONE_COMMA = /^[+-]?\d+,\d+$/;

/**
 * What stands there in plain signs: full-width digits, other minus signs and points are read too.
 *
 * @param {string} text
 */
function plain(text) {
  return text.normalize("NFKC").replace(/[−–ー‐ｰ]/g, "-").replace(/。/g, ".").replace(/[、，]/g, ",").replace(/\s/g, "");
}

/**
 * What a person has typed, NaN where it is no number. A comma may stand for the point, or apart the thousands.
 *
 * @param {string} text
 * @param {boolean} [isWhole]  a whole number is wanted: "1,000" is a thousand then, and else can be read in two ways
 */
export function typed(text, isWhole = false) {
  let signs = plain(text);
  const twoWays = ONE_COMMA.test(signs) && GROUPED.test(signs) && !isWhole && !/^[+-]?0/.test(signs);
  if (twoWays) return NaN;
  if (GROUPED.test(signs) && (isWhole || !ONE_COMMA.test(signs))) signs = signs.replaceAll(",", "");
  else if (ONE_COMMA.test(signs)) signs = signs.replace(",", ".");
  return NUMBER.test(signs) ? Number(signs) : NaN;
}

/** @param {number} number @param {boolean} isWhole */
function bound(number, isWhole) {
  if (isWhole) return whole(number).replaceAll("\u2009", "\u202f"); // which no line is broken at
  const size = Math.abs(number);
  return size === 0 || (size < 1e6 && size >= 1e-4) ? String(number) : short(number, 2);
}

/**
 * What may be written, in words.
 *
 * @param {NumberBounds} bounds
 * @param {Texts} texts
 */
export function wanted({ least, most, above, whole: isWhole, empty }, texts) {
  const kind = isWhole ? "page-number-whole" : above ? "page-number-above" : "page-number-between";
  const said = texts(kind, { least: bound(least, isWhole), most: bound(most, isWhole) });
  return empty ? texts("page-number-or-empty", { wanted: said }) : said;
}

/**
 * The number that was typed, null for none; or the sentence that says why it isn't possible.
 *
 * @param {string} text
 * @param {NumberBounds} bounds
 * @param {Texts} texts
 * @returns {{value: number | null, fault: string}}
 */
export function judged(text, bounds, texts) {
  const signs = plain(text);
  const may = wanted(bounds, texts);
  if (signs === "") return { value: null, fault: bounds.empty ? "" : texts("page-number-none", { wanted: may }) };
  const value = typed(text, bounds.whole);
  const { least, most, above } = bounds;
  const fits = Number.isFinite(value) && (above ? value > least : value >= least) && value <= most;
  if (fits && (!bounds.whole || Number.isInteger(value))) return { value, fault: "" };
  if (Number.isNaN(value) && ONE_COMMA.test(signs) && GROUPED.test(signs)) {
    return { value: null, fault: texts("page-number-comma", { text: signs, point: signs.replace(",", "."), plain: signs.replace(",", "") }) };
  }
  const shown = text.trim().length > 24 ? `${[...text.trim()].slice(0, 23).join("")}…` : text.trim();
  return { value: null, fault: texts("page-number-bad", { text: shown, wanted: may }) };
}
