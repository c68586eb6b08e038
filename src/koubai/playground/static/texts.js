// The page's sentences, by their keys. They stand in src/koubai/locale/.

/** @typedef {"en" | "ja"} Language */
/** @typedef {import("./views/page.js").Texts} Say */
/** @typedef {Say & {language: Language, has(key: string): boolean, called(name: string): string}} Texts */

/** @type {readonly Language[]} */
export const LANGUAGES = ["en", "ja"];

/**
 * @param {Language} language
 * @param {Record<string, string>} sentences
 * @returns {Texts}
 */
export function textsOf(language, sentences) {
  /** @type {Say} */
  const say = (key, values = {}) =>
    (sentences[key] ?? key).replace(/\{(\w+)\}/g, (braces, name) => String(values[name] ?? braces));
  return Object.assign(say, {
    language,
    has: (/** @type {string} */ key) => key in sentences,
    // what a thing of koubai is called on the page; most are called as on the command line
    called: (/** @type {string} */ name) => sentences[`page-name-${name}`] ?? name,
  });
}

/**
 * @param {Language} language
 * @param {AbortSignal} signal
 * @returns {Promise<Texts>}
 */
export async function fetchTexts(language, signal) {
  const answer = await fetch(`/texts/${language}.json`, { signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return textsOf(language, await answer.json());
}

/**
 * The first of the browser's languages that the page has.
 *
 * @param {readonly string[]} wanted
 * @returns {Language}
 */
export function languageOf(wanted) {
  for (const one of wanted) {
    const short = one.slice(0, 2).toLowerCase();
    const found = LANGUAGES.find((language) => language === short);
    if (found) return found;
  }
  return "en";
}
