// Taking hold of units and parameters of the drawn network: pointing, choosing, dragging up and down, and the same by keys. A finger
// chooses only: what it does over the network may be meant to scroll the page.

import { paced } from "./make.js";
import { placeName, placeOf, unitName, unitOf } from "./places.js";

/**
 * @typedef {Object} Wiring
 * @property {import("./page.js").Tell} tell
 * @property {() => import("./page.js").Page | null} page
 * @property {(item: string) => number} valueOf
 * @property {() => boolean} isRestoring  whether the focus only comes back to where it was
 * @property {(item: string) => void} point  this unit or parameter is under the pointer; none where it is empty
 * @property {(item: string) => boolean} go  the keyboard is to go there; false where it can't
 * @property {(item: string) => void} label
 */

const PER_PIXEL = 0.02; // how much a parameter changes as it is dragged
const BY_KEY = 0.1;
const BY_PAGE = 1;
const FINE = 0.1; // of these, while Shift is held
const STILL = 3; // pixels: a shorter way is a click
const STILL_FINGER = 10; // of a finger, which is less steady

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 1e4) / 1e4;
}

/**
 * @param {HTMLElement} stage
 * @param {Wiring} wiring
 * @param {AbortSignal} signal
 */
export function takeHold(stage, { tell, page, isRestoring, valueOf, point, go, label }, signal) {
  /** @type {{item: string, pointer: number, drags: boolean, x: number, y: number, from: number, moved: boolean} | null} */
  let held = null;

  /** @param {Event} event */
  const itemOf = (event) =>
    (event.target instanceof Element ? event.target.closest("[data-item]")?.getAttribute("data-item") : "") ?? "";

  const edit = paced((/** @type {{item: string, value: number}} */ { item, value }) => {
    const { least, most } = page()?.bounds ?? { least: -1e30, most: 1e30 };
    tell({ type: "edit", values: { [item]: Math.min(most, Math.max(least, value)) } });
  }, signal);

  /** @param {string} item */
  const choose = (item) => {
    const chosen = page()?.chosen ?? null;
    const is = chosen && ("place" in chosen ? chosen.place : chosen.unit);
    if (is === item) return;
    tell({ type: "page", action: "choose", chosen: item === "" ? null : placeOf(item) ? { place: item } : { unit: item } });
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    const item = itemOf(event);
    if (event.button !== 0) return;
    if (!item) {
      if (event.target === stage || event.target instanceof SVGSVGElement) choose("");
      return;
    }
    const drags = event.pointerType === "mouse" && placeOf(item) !== null;
    held = { item, pointer: event.pointerId, drags, x: event.clientX, y: event.clientY, from: valueOf(item), moved: false };
    if (drags) {
      event.preventDefault();
      stage.setPointerCapture(event.pointerId);
    }
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!held || held.pointer !== event.pointerId) {
      if (event.pointerType !== "touch") point(itemOf(event));
      return;
    }
    const way = held.y - event.clientY;
    const far = held.drags ? Math.abs(way) : Math.hypot(way, event.clientX - held.x);
    if (far >= (event.pointerType === "mouse" ? STILL : STILL_FINGER)) held.moved = true;
    if (!held.moved || !held.drags) return;
    edit({ item: held.item, value: rounded(held.from + way * PER_PIXEL * (event.shiftKey ? FINE : 1)) });
  };

  /** @param {PointerEvent} event */
  const up = (event) => {
    if (!held || held.pointer !== event.pointerId) return;
    const { item, moved, drags } = held;
    if (moved && !drags && event.pointerType !== "mouse") {
      held = null; // it has gone over the network, and means something else
      return;
    }
    held = null;
    const chosen = page()?.chosen ?? null;
    const wasChosen = chosen !== null && "unit" in chosen && chosen.unit === item;
    choose(wasChosen && !moved ? "" : item);
    if (event.pointerType === "touch") point("");
    go(item);
  };

  /** What is dragged has the number again that it had before. */
  const undo = () => {
    if (!held) return;
    const { item, moved, drags, from } = held;
    held = null;
    if (moved && drags) edit({ item, value: from });
  };

  /** @param {PointerEvent} event */
  const lost = (event) => {
    if (held?.pointer === event.pointerId) undo();
  };

  /** @param {KeyboardEvent} event */
  const escape = (event) => {
    if (event.key !== "Escape" || !held?.drags) return;
    event.preventDefault();
    event.stopPropagation();
    undo();
  };

  /**
   * The item to which a key leads.
   *
   * @param {string} item
   * @param {string} pressed
   * @returns {string}
   */
  const next = (item, pressed) => {
    const sizes = page()?.state.sizes ?? [];
    const unit = unitOf(item);
    if (unit) {
      const { layer, unit: number } = unit;
      const size = sizes[layer] ?? 1;
      if (pressed === "ArrowUp") return unitName(layer, (number + size - 1) % size);
      if (pressed === "ArrowDown") return unitName(layer, (number + 1) % size);
      const other = layer + (pressed === "ArrowLeft" ? -1 : pressed === "ArrowRight" ? 1 : 0);
      if (other !== layer)
        return other < 1 || other >= sizes.length ? "" : unitName(other, Math.min(number, (sizes[other] ?? 1) - 1));
      return pressed === "Enter" ? placeName("b", layer, -1, number) : "";
    }
    const place = placeOf(item);
    if (!place) return "";
    if (pressed === "Escape") return unitName(place.layer, place.to);
    const way = pressed === "ArrowLeft" ? -1 : pressed === "ArrowRight" ? 1 : 0;
    const count = (sizes[place.layer - 1] ?? 0) + 1; // the bias, which comes first, and the weights
    const from = ((place.from + 1 + way + count) % count) - 1;
    return way === 0 ? "" : placeName(from < 0 ? "b" : "w", place.layer, from, place.to);
  };

  /** @param {KeyboardEvent} event */
  const key = (event) => {
    const item = itemOf(event);
    if (!item || event.ctrlKey || event.metaKey || event.altKey) return;
    const isParameter = placeOf(item) !== null;
    const sizes = /** @type {Record<string, number>} */ ({
      ArrowUp: BY_KEY,
      ArrowDown: -BY_KEY,
      PageUp: BY_PAGE,
      PageDown: -BY_PAGE,
    });
    const change = isParameter ? sizes[event.key] : undefined;
    const frozen = page()?.state.setting.frozen.includes(item) ?? false;
    const isCut = page()?.state.setting.cut.includes(item) ?? false;
    if (change !== undefined) {
      edit({ item, value: rounded(valueOf(item) + change * (event.shiftKey ? FINE : 1)) });
      setTimeout(() => !signal.aborted && label(item), 150);
    } else if (isParameter && event.key.toLowerCase() === "f") tell({ type: "freeze", places: [item], frozen: !frozen });
    else if (isParameter && (event.key === "Delete" || event.key === "Backspace")) tell({ type: "cut", places: [item], cut: !isCut });
    else if (isParameter && event.key === "Enter") choose(item);
    else {
      const to = next(item, event.key);
      if (to) {
        choose(to);
        if (!go(to)) setTimeout(() => !signal.aborted && go(to), 60); // its line is drawn once it is chosen
      } else if (event.key === "Escape") choose("");
      else if (!event.key.startsWith("Arrow")) return;
    }
    event.preventDefault();
  };

  stage.addEventListener("pointerdown", down, { signal });
  stage.addEventListener("pointermove", move, { signal });
  stage.addEventListener("pointerup", up, { signal });
  stage.addEventListener("pointercancel", lost, { signal });
  stage.addEventListener("lostpointercapture", lost, { signal }); // it comes after pointerup too, when nothing is held any more
  window.addEventListener("keydown", escape, { signal, capture: true });
  stage.addEventListener("pointerleave", () => !held && point(""), { signal });
  stage.addEventListener("keydown", key, { signal });
  stage.addEventListener(
    "focusin",
    (event) => {
      const item = itemOf(event);
      if (item) label(item);
      if (item && !isRestoring() && event.target instanceof Element && event.target.matches(":focus-visible") && !held)
        choose(item);
    },
    { signal },
  );
}
