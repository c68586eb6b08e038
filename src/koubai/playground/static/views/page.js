// What every view is given. Only types are here.
//
// A view is made by its function (root, tell, texts) -> {update, destroy}. It fills root, which it gives the class "view"
// (views.css is linked by the page), and keeps to root's width; field and network to its height too, if it has one. Another
// language: destroy, and make anew. A key that a view has used is marked by preventDefault: the page's own keys are to leave
// it alone. The network's view sends ``look`` itself.

/** @typedef {import("../types.js").State} State */
/** @typedef {import("../types.js").Frame} Frame */

/**
 * A sentence of locale/, by its key, with what stands in its braces.
 *
 * @typedef {(key: string, values?: Record<string, string | number>) => string} Texts
 */

/**
 * What a view asks for: a message of protocol.py, or, with the type "page", something that only the page knows of.
 *
 * @typedef {{type: string, [field: string]: unknown} | PageAction} Told
 * @typedef {(message: Told) => void} Tell
 */

/**
 * @typedef {{type: "page", action: "hover", unit: string | null}
 *     | {type: "page", action: "choose", chosen: Chosen}
 *     | {type: "page", action: "tool", tool: Tool}
 *     | {type: "page", action: "clear", cleared: import("../state.js").Cleared}
 *     | {type: "page", action: "logarithmic", on: boolean}} PageAction
 */

/** @typedef {{place: string} | {unit: string} | null} Chosen  a parameter such as "w1[0,3]", or a unit such as "1[3]" */
/**
 * @typedef {Object} Tool
 * @property {"none" | "draw" | "erase"} kind
 * @property {number} value  the class, or the value, of the points drawn
 */

/**
 * @typedef {Object} Page
 * @property {State} state
 * @property {Frame} frame
 * @property {"light" | "dark"} theme
 * @property {boolean} large  for a projector
 * @property {boolean} reduced  whether motion is to be reduced
 * @property {{unit: string} | null} hover  the unit that is pointed at
 * @property {Chosen} chosen
 * @property {Tool} tool
 * @property {boolean} showTest  whether the points of the test are shown
 * @property {boolean} discrete  whether the field shows classes, without shades
 * @property {boolean} [logarithmic]  whether the loss curve's scale is
 * @property {import("../types.js").SlopeAnswer | null} [slope]  the last that came
 * @property {import("../types.js").PriceAnswer | null} [price]  the last that came
 * @property {import("../types.js").NumberBounds | null} [bounds]  what a parameter may be
 * @property {import("../state.js").Cleared} [cleared]
 */

/** @typedef {{update(page: Page): void, destroy(): void}} View  update is called at most once per animation frame */
/** @typedef {(root: HTMLElement, tell: Tell, texts: Texts) => View} MakeView */

export {};
