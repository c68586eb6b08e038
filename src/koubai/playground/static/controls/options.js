// Things of koubai as they are called on the page.

/**
 * As the options of a choice.
 *
 * @param {readonly import("../types.js").Choice[]} known
 * @param {import("../texts.js").Texts} texts
 */
export const optionsOf = (known, texts) => known.map(({ name, text }) => ({ name, label: texts.called(name), text }));

/** A feature's name in signs: x1*x2 becomes x₁x₂. @param {string} name */
export const featureText = (name) => name.replace(/x([12])/g, (_, number) => (number === "1" ? "x₁" : "x₂")).replace("^2", "²").replace("*", "");
