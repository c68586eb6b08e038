// What the address asks of the page itself, in its query: ?lang= ?theme= ?large=1 ?hide=a,b ?lock=a,b (and ?token=).

import { LANGUAGES } from "./texts.js";

/** Groups of controls, as they are named in a teacher's link. */
export const GROUPS = /** @type {const} */ ([
  "play", "steps", "reset", "renew", "speed", "timeline", "data", "sampling", "draw", "features", "layers", "edit", "method",
  "rate", "loss", "penalty", "batch", "start", "plan", "truth", "curves", "slope", "price", "take", "runs", "language", "share",
]);

/** @typedef {typeof GROUPS[number]} Group */

/**
 * @typedef {Object} Wishes
 * @property {"en" | "ja" | null} language  null: as the browser says
 * @property {"light" | "dark" | null} theme  null: as the system says
 * @property {boolean} large
 * @property {readonly Group[]} hidden
 * @property {readonly Group[]} locked
 */

/**
 * @param {string | null} text
 * @returns {Group[]}
 */
function groups(text) {
  const named = new Set((text ?? "").split(","));
  return GROUPS.filter((group) => named.has(group));
}

/**
 * @param {string} search
 * @returns {Wishes}
 */
export function wishesOf(search) {
  const query = new URLSearchParams(search);
  const theme = query.get("theme");
  return {
    language: LANGUAGES.find((language) => language === query.get("lang")) ?? null,
    theme: theme === "light" || theme === "dark" ? theme : null,
    large: query.get("large") === "1",
    hidden: groups(query.get("hide")),
    locked: groups(query.get("lock")),
  };
}

/**
 * The query of ``search`` with these wishes in place of those in it; what else it holds stays.
 *
 * @param {string} search
 * @param {Partial<Wishes>} wishes
 */
export function searchWith(search, wishes) {
  const query = new URLSearchParams(search);
  /** @type {Record<string, string | null | undefined>} */
  const wanted = {
    lang: wishes.language,
    theme: wishes.theme,
    large: wishes.large === undefined ? undefined : wishes.large ? "1" : null,
    hide: wishes.hidden?.join(","),
    lock: wishes.locked?.join(","),
  };
  for (const [name, value] of Object.entries(wanted)) {
    if (value) query.set(name, value);
    else if (value !== undefined) query.delete(name);
  }
  const text = query.toString().replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}
