// What was chosen in the network: a parameter with its value, to be edited, frozen or cut, and its slope as it is measured and
// exactly; or a unit with all that goes into it.

import { make, paced, say, set } from "./make.js";
import { short, typed, whole as counted } from "./numbers.js";
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
  });
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
  const formula = make("p", { class: "slope-formula" });
  const list = make("ul", { class: "slope-list", "aria-label": texts("page-slope-into") });
  root.classList.add("view", "view-slope");
  root.append(title, make("div", { class: "slope-row" }, named, freeze, cut), figures, formula, list);

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
    for (const element of [named, figures, formula]) set(element, { hidden: !isPlace });
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
    if (!(document.activeElement === value && hasTyped)) value.value = short(number, 5);
    showFrozen([name]);
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
    say(apart, isOfIt ? short(slope.measured - slope.exact, 2) : "–");
    say(
      formula,
      isOfIt && slope.h > 0
        ? texts("page-slope-formula", {
            above: short(slope.above, 6),
            below: short(slope.below, 6),
            width: String(Number((2 * slope.h).toPrecision(3))),
            step: counted(slope.step),
          })
        : "",
    );
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
    showFrozen(places);
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

  /** @param {string[]} places */
  function showFrozen(places) {
    const frozen = new Set(page?.state.setting.frozen);
    const isFrozen = places.length > 0 && places.every((place) => frozen.has(place));
    set(freeze, { "aria-pressed": isFrozen ? "true" : "false" });
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
      if (chosen) tell({ type: "cut", places: "place" in chosen ? [chosen.place] : placesToCut(chosen.unit) });
    },
    { signal },
  );

  const take = () => {
    if (!hasTyped) return;
    const chosen = page?.chosen;
    const number = typed(value.value);
    hasTyped = false;
    set(value, { "aria-invalid": Number.isFinite(number) ? null : "true" });
    if (chosen && "place" in chosen && Number.isFinite(number)) tell({ type: "edit", values: { [chosen.place]: number } });
    else if (page) update(page);
  };
  value.addEventListener(
    "input",
    () => {
      hasTyped = true;
      set(value, { "aria-invalid": Number.isFinite(typed(value.value)) ? null : "true" });
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
        set(value, { "aria-invalid": null });
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
