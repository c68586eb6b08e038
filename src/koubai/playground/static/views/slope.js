// What was chosen in the network: a parameter with its value, to be edited, frozen or cut, and its slope as it is measured and
// exactly; or a unit with all that goes into it.

import { make, paced, say, set } from "./make.js";
import { apart as digits, short, whole as counted } from "./numbers.js";
import { judged, wanted } from "./number_input.js";
import { indexOf, placeName, placeOf, placeText, unitOf, unitText } from "./places.js";

/** @typedef {import("./page.js").Page} Page */

const ASK_EVERY = 250; // milliseconds
const ASK_EVERY_PLAYING = 700;

/** @type {import("./page.js").MakeView} */
export function slopeView(root, tell, texts) {
  const end = new AbortController();
  const { signal } = end;
  const title = make("h3", { class: "slope-title" });
  const value = make("input", {
    class: "slope-value",
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "slope-may",
  });
  const may = make("p", { class: "view-hidden", id: "slope-may", "aria-live": "polite" });
  const named = make("label", { class: "slope-edit" }, make("span", {}, texts("page-slope-value")), value);
  const freeze = make("button", { type: "button", class: "slope-freeze" }, texts("page-slope-freeze"));
  const cut = make("button", { type: "button", class: "slope-cut" }, texts("page-slope-cut"));
  const [measured, exact, apart] = [make("dd"), make("dd"), make("dd")];
  const figures = make(
    "dl",
    { class: "slope-figures" },
    make("div", {}, make("dt", {}, texts("page-slope-measured")), measured),
    make("div", {}, make("dt", {}, texts("page-slope-exact")), exact),
    make("div", {}, make("dt", {}, texts("page-slope-apart")), apart),
  );
  const rows = make("p", { class: "slope-rows" });
  const formula = make("p", { class: "slope-formula" });
  const stays = make("p", { class: "slope-stays" });
  const list = make("ul", { class: "slope-list", "aria-label": texts("page-slope-into") });
  root.classList.add("view", "view-slope");
  root.append(title, make("div", { class: "slope-row" }, named, freeze, cut), may, rows, figures, formula, stays, list);

  /** @type {Page | null} */
  let page = null;
  let listOf = "";
  /** @type {Map<string, HTMLElement>} */
  let numbers = new Map();
  let asked = "";
  let hasTyped = false;

  const ask = paced((/** @type {string} */ place) => tell({ type: "slope", place }), signal, ASK_EVERY);
  const askSlowly = paced((/** @type {string} */ place) => tell({ type: "slope", place }), signal, ASK_EVERY_PLAYING);

  /** @param {Page} now */
  function update(now) {
    page = now;
    const { chosen, theme } = now;
    root.dataset.theme = theme;
    set(root, { "data-empty": chosen === null });
    if (!chosen) return;
    const isPlace = "place" in chosen;
    for (const element of [named, may, rows, figures, formula, stays]) set(element, { hidden: !isPlace });
    set(list, { hidden: isPlace });
    if (isPlace) showPlace(now, chosen.place);
    else showUnit(now, chosen.unit);
  }

  /**
   * @param {Page} now
   * @param {string} name
   */
  function showPlace({ state, frame, slope }, name) {
    const place = placeOf(name);
    const at = place ? indexOf(state.sizes, place) : -1;
    if (!place || at < 0) return;
    const number = frame.parameters[at] ?? 0;
    say(title, placeText(place, state, texts));
    if (root.dataset.of !== name) hasTyped = false;
    root.dataset.of = name;
    if (!hasTyped) value.value = short(number, 5);
    showJudged();
    showFrozen([name], [name]);
    const { status, step } = frame.header;
    const key = `${name} ${state.state} ${step} ${number}`;
    if (key !== asked) {
      asked = key;
      (status === "playing" ? askSlowly : ask)(name);
    }
    const isOfIt = slope !== null && slope !== undefined && slope.place === name;
    set(figures, { "data-waits": !isOfIt });
    say(measured, isOfIt ? short(slope.measured, 5) : "–");
    say(exact, isOfIt ? short(slope.exact, 5) : "–");
    const isMeasured = isOfIt && slope.measured !== null && slope.exact !== null;
    say(apart, isMeasured ? short((slope.measured ?? 0) - (slope.exact ?? 0), 2) : "–");
    say(rows, isOfIt ? rowsOf(slope) : "");
    say(formula, isOfIt ? formulaOf(slope) : "");
    const { cut: gone, frozen } = state.setting;
    say(stays, gone.includes(name) ? texts("page-slope-cut-now") : frozen.includes(name) ? texts("page-slope-frozen") : "");
  }

  /**
   * By which method the slope was measured, and on which rows.
   *
   * @param {import("../types.js").SlopeAnswer} slope
   */
  function rowsOf(slope) {
    const called = texts(`page-name-${slope.method}`);
    const said = {
      method: called.startsWith("page-name-") ? slope.method : called,
      step: counted(slope.step),
      rows: counted(slope.rows),
      all: counted(slope.all),
    };
    return texts(slope.rows === slope.all ? "page-slope-rows" : "page-slope-batch", said);
  }

  /**
   * The formula of the method, with its numbers.
   *
   * @param {import("../types.js").SlopeAnswer} slope
   */
  function formulaOf({ method, above, below, drawn, h, measured }) {
    if (method === "backprop") return texts("page-slope-backprop");
    const width = (/** @type {number} */ times) => String(Number((times * h).toPrecision(3)));
    if (method === "complex-step") return texts("page-slope-complex", { above: short(above, 5), h: width(1) });
    const [more, less] = digits(above, below);
    if (drawn !== null) {
      return texts("page-slope-drawn", { above: more, below: less, width: width(2), drawn: String(Number(drawn.toPrecision(4))).replace("-", "−") });
    }
    const times = method === "forward" ? 1 : 2;
    const said = texts("page-slope-formula", { above: more, below: less, width: width(times) });
    if (method !== "central" || above === null || below === null || measured === null) return said;
    const rounded = (above - below) / (2 * h);
    const isLost = Math.abs(rounded - measured) > 1e-5 * Math.abs(measured); // a unit in the fifth digit, the last that is shown
    return isLost ? `${said} ${texts("page-slope-digits", { value: short(rounded, 3) })}` : said;
  }

  /**
   * @param {Page} now
   * @param {string} name
   */
  function showUnit({ state, frame }, name) {
    const unit = unitOf(name);
    if (!unit) return;
    say(title, unitText(unit.layer, unit.unit, state, texts));
    const places = placesInto(name);
    showFrozen(places, placesToCut(name));
    const key = JSON.stringify([name, state.sizes, state.inputs]);
    if (key !== listOf) {
      listOf = key;
      numbers = new Map();
      list.replaceChildren(...places.map((place) => itemOf(place, state)));
    }
    for (const [place, number] of numbers) {
      const found = placeOf(place);
      if (found) say(number, short(frame.parameters[indexOf(state.sizes, found)] ?? 0));
    }
  }

  /**
   * @param {string} place
   * @param {import("./page.js").State} state
   */
  function itemOf(place, state) {
    const found = placeOf(place);
    const number = make("span", { class: "slope-number" });
    numbers.set(place, number);
    const words = !found
      ? place
      : found.kind === "b"
        ? texts("page-slope-bias")
        : found.layer > 1
          ? String(found.from + 1)
          : (state.inputs[found.from] ?? "");
    const source = make("span", { "aria-hidden": "true" }, words);
    const whole = make("span", { class: "view-hidden" }, found ? placeText(found, state, texts) : place);
    const button = make("button", { type: "button" }, source, whole, number);
    button.addEventListener("click", () => tell({ type: "page", action: "choose", chosen: { place } }), { signal });
    return make("li", {}, button);
  }

  /**
   * The bias of a unit and the weights into it.
   *
   * @param {string} name
   */
  function placesInto(name) {
    const unit = unitOf(name);
    if (!unit || !page) return [];
    const count = page.state.sizes[unit.layer - 1] ?? 0;
    const weights = Array.from({ length: count }, (_, from) => placeName("w", unit.layer, from, unit.unit));
    return [placeName("b", unit.layer, -1, unit.unit), ...weights];
  }

  /**
   * What a unit says to the next layer, or, of an output, what it hears.
   *
   * @param {string} name
   */
  function placesToCut(name) {
    const unit = unitOf(name);
    if (!unit || !page) return [];
    const next = page.state.sizes[unit.layer + 1];
    if (next === undefined) return placesInto(name);
    return Array.from({ length: next }, (_, to) => placeName("w", unit.layer + 1, unit.unit, to));
  }

  /**
   * @param {string[]} places  that the button freezes
   * @param {string[]} cuts  that the other one cuts
   */
  function showFrozen(places, cuts) {
    const [frozen, gone] = [new Set(page?.state.setting.frozen), new Set(page?.state.setting.cut)];
    const all = (/** @type {string[]} */ these, /** @type {Set<string>} */ those) => these.length > 0 && these.every((place) => those.has(place));
    const isCut = all(cuts, gone);
    set(freeze, { "aria-pressed": all(places, frozen) ? "true" : "false" });
    set(cut, { "aria-pressed": isCut ? "true" : "false", title: isCut ? texts("page-slope-uncut") : null });
  }

  /** What may be written as the value, or why what is written can't be. */
  function showJudged() {
    const bounds = page?.bounds;
    if (!bounds) return;
    const { fault } = hasTyped ? judged(value.value, bounds, texts) : { fault: "" };
    say(may, fault || wanted(bounds, texts));
    set(value, { "aria-invalid": fault ? "true" : null, title: wanted(bounds, texts) });
    set(may, { class: fault ? "refused" : "view-hidden" });
  }

  freeze.addEventListener(
    "click",
    () => {
      const chosen = page?.chosen;
      if (!chosen) return;
      const places = "place" in chosen ? [chosen.place] : placesInto(chosen.unit);
      tell({ type: "freeze", places, frozen: freeze.getAttribute("aria-pressed") !== "true" });
    },
    { signal },
  );
  cut.addEventListener(
    "click",
    () => {
      const chosen = page?.chosen;
      if (!chosen) return;
      const places = "place" in chosen ? [chosen.place] : placesToCut(chosen.unit);
      tell({ type: "cut", places, cut: cut.getAttribute("aria-pressed") !== "true" });
    },
    { signal },
  );

  const take = () => {
    const chosen = page?.chosen;
    if (!hasTyped || !page?.bounds || !chosen || !("place" in chosen)) return;
    const { value: number, fault } = judged(value.value, page.bounds, texts);
    if (fault || number === null) return; // it stays, with the sentence that says why
    hasTyped = false;
    showJudged();
    tell({ type: "edit", values: { [chosen.place]: number } });
  };
  value.addEventListener(
    "input",
    () => {
      hasTyped = true;
      showJudged();
    },
    { signal },
  );
  value.addEventListener("change", take, { signal });
  value.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter") take();
      if (event.key === "Escape" && hasTyped) {
        hasTyped = false;
        event.preventDefault();
        if (page) update(page);
      }
    },
    { signal },
  );

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-slope");
      root.replaceChildren();
    },
  };
}
