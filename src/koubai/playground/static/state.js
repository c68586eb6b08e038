// All that the page knows, as one object that never changes: an action makes another one of it.

/** @typedef {import("./types.js").Welcome} Welcome */
/** @typedef {import("./types.js").State} State */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {import("./types.js").ServerMessage} ServerMessage */
/** @typedef {import("./texts.js").Texts} Texts */
/** @typedef {import("./wishes.js").Group} Group */
/** @typedef {import("./views/page.js").Chosen} Chosen */
/** @typedef {import("./views/page.js").Tool} Tool */
/** @typedef {import("./views/page.js").PageAction} PageAction */

/** @typedef {"descent" | "price" | "take" | "runs"} Tab */
/** @typedef {{number: number, kind: "fault" | "said", text: string, stays: boolean}} Notice  stays: until it is closed */
/** @typedef {"no" | "empty" | "begun"} Cleared  empty: all points were taken away, the next one takes their place; begun: it was drawn */

/**
 * @typedef {Object} PageState
 * @property {Texts} texts
 * @property {import("./connection.js").Condition} condition  of the connection
 * @property {number} code  with which it was closed
 * @property {string} reason  that the server gave for that
 * @property {Welcome | null} welcome
 * @property {State | null} state  the newest
 * @property {{state: State, frame: Frame} | null} shown  what the views show: a frame, and the state it belongs to
 * @property {import("./types.js").KeptRun[] | null} runs
 * @property {import("./types.js").SlopeAnswer | null} slope
 * @property {import("./types.js").PriceAnswer | null} price
 * @property {readonly Notice[]} notices
 * @property {number} faults  that came so far
 * @property {"light" | "dark"} theme
 * @property {boolean} large
 * @property {boolean} reduced
 * @property {boolean} narrow  one column
 * @property {readonly Group[]} hidden
 * @property {readonly Group[]} locked
 * @property {{unit: string} | null} hover
 * @property {Chosen} chosen
 * @property {Tool} tool
 * @property {Cleared} cleared
 * @property {boolean} showTest
 * @property {boolean} discrete
 * @property {boolean} logarithmic
 * @property {Tab} tab
 * @property {"" | "keys" | "share"} dialog
 */

/**
 * @typedef {PageAction
 *     | {type: "frame", frame: Frame}
 *     | {type: "condition", condition: PageState["condition"], code: number, reason: string}
 *     | {type: "notice", kind: Notice["kind"], text: string, stays?: boolean}
 *     | {type: "noticed", number: number}
 *     | {type: "set", values: Partial<PageState>}
 *     | ServerMessage} Action
 */

const MOST_NOTICES = 3;

/**
 * @param {Pick<PageState, "texts" | "theme" | "large" | "reduced" | "narrow" | "hidden" | "locked">} wishes
 * @returns {PageState}
 */
export function opening(wishes) {
  return {
    condition: "opening", code: 0, reason: "", welcome: null, state: null, shown: null, runs: null, slope: null, price: null, notices: [],
    faults: 0, hover: null, chosen: null, tool: { kind: "none", value: 0 }, cleared: "no", showTest: true, discrete: false, logarithmic: false,
    tab: "descent", dialog: "", ...wishes,
  };
}

/**
 * @param {PageState} page
 * @param {Notice["kind"]} kind
 * @param {string} text
 * @param {boolean} [stays]
 * @returns {PageState}
 */
function noticed(page, kind, text, stays = false) {
  const others = page.notices.filter((notice) => notice.text !== text);
  const number = Math.max(0, ...page.notices.map((notice) => notice.number)) + 1;
  return { ...page, notices: [...others, { number, kind, text, stays }].slice(-MOST_NOTICES) };
}

/**
 * Whether the plane is shown empty still: until other points come.
 *
 * @param {PageState} page
 * @param {State} state  the new one
 * @returns {Cleared}
 */
function clearedAt({ cleared, state: before }, { points, setting }) {
  if (cleared === "no" || setting.data !== "own") return "no";
  return points === null || JSON.stringify(points) === JSON.stringify(before?.points) ? cleared : "no";
}

/**
 * Whether a parameter or unit that was chosen is still there.
 *
 * @param {Chosen} chosen
 * @param {number[]} sizes
 */
function isThere(chosen, sizes) {
  if (!chosen) return true;
  const found = /^([wb]?)(\d+)\[(\d+)(?:,(\d+))?\]$/.exec("place" in chosen ? chosen.place : chosen.unit);
  if (!found) return false;
  const [, array, layer, first, second] = found;
  const [before, behind] = [sizes[Number(layer) - 1] ?? 0, sizes[Number(layer)] ?? 0];
  return array === "w" ? Number(first) < before && Number(second) < behind : Number(first) < behind;
}

/**
 * @param {PageState} page
 * @param {PageAction} asked
 * @returns {PageState}
 */
function acted(page, asked) {
  switch (asked.action) {
    case "hover":
      return { ...page, hover: asked.unit === null ? null : { unit: asked.unit } };
    case "choose":
      return { ...page, chosen: asked.chosen, slope: null };
    case "tool":
      return { ...page, tool: asked.tool };
    case "clear":
      return { ...page, cleared: asked.cleared };
    case "logarithmic":
      return { ...page, logarithmic: asked.on };
  }
}

/**
 * @param {PageState} page
 * @param {Action} action
 * @returns {PageState}
 */
export function reduce(page, action) {
  switch (action.type) {
    case "page":
      return acted(page, action);
    case "set":
      return { ...page, ...action.values };
    case "frame":
      // one of a state that is no longer, or not yet, known can't be drawn
      if (!page.state || action.frame.header.state !== page.state.state) return page;
      return { ...page, shown: { state: page.state, frame: action.frame } };
    case "state": {
      const chosen = isThere(page.chosen, action.sizes) ? page.chosen : null;
      const tool = action.data.planar ? page.tool : { kind: /** @type {const} */ ("none"), value: 0 };
      const points = action.points ?? page.state?.points ?? { x: [], y: [], value: [], part: [] };
      const hover = isThere(page.hover, action.sizes) ? page.hover : null;
      return { ...page, state: { ...action, points }, chosen, hover, tool, cleared: clearedAt(page, action) };
    }
    case "welcome":
      return { ...page, welcome: action };
    case "condition":
      return { ...page, condition: action.condition, code: action.code, reason: action.reason };
    case "fault": {
      // what goes wrong as the page opens is not to be overlooked; what was drawn on an empty plane is not there, if that was it
      const cleared = page.cleared === "begun" ? "no" : page.cleared;
      return { ...noticed(page, "fault", action.text, page.shown === null), faults: page.faults + 1, cleared };
    }
    case "note":
      return noticed(page, "said", action.text);
    case "notice":
      return noticed(page, action.kind, action.text, action.stays);
    case "noticed":
      return { ...page, notices: page.notices.filter((notice) => notice.number !== action.number) };
    case "runs":
      return { ...page, runs: action.runs };
    case "slope":
      return { ...page, slope: action };
    case "price":
      return { ...page, price: action };
  }
}

/**
 * @typedef {Object} Store
 * @property {() => PageState} get
 * @property {(action: Action) => void} act
 * @property {(listener: () => void) => () => void} subscribe  returns what ends it
 */

/**
 * @param {PageState} first
 * @returns {Store}
 */
export function storeOf(first) {
  let page = first;
  /** @type {Set<() => void>} */
  const listeners = new Set();
  return {
    get: () => page,
    act(action) {
      const next = reduce(page, action);
      if (next === page) return;
      page = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
