// The network: inputs, layers, outputs, each unit with a picture of what it says; weights and biases can be read, chosen,
// dragged.

import { geometryOf } from "./geometry.js";
import { make, paced, say, set, sizeOf } from "./make.js";
import { decimal, short } from "./numbers.js";
import { Pictures } from "./pictures.js";
import { indexOf, lookedAt, placeOf, placeText, unitOf, unitText } from "./places.js";
import { takeHold } from "./hold.js";
import { Units } from "./units.js";
import { Wires } from "./wires.js";

/** @typedef {import("./page.js").Page} Page */

const LABELS_EVERY = 1500; // milliseconds; labels that nobody hears needn't follow each frame
const ASK_AGAIN = 1500;

/** @type {import("./page.js").MakeView} */
export function networkView(root, tell, texts) {
  const end = new AbortController();
  const stage = make("div", { class: "network-stage", role: "group", "aria-label": texts("page-network-label") });
  const scroll = make("div", { class: "network-scroll" }, stage);
  const hint = make(
    "p",
    { class: "view-hidden", id: `network-keys-${Math.random().toString(36).slice(2)}` },
    texts("page-network-keys"),
  );
  root.classList.add("view", "view-network");
  root.append(scroll, hint);
  set(stage, { "aria-describedby": hint.id });
  const wires = new Wires(stage);
  const canvas = make("canvas", { class: "network-pictures", "aria-hidden": "true" });
  stage.append(canvas);
  const pictures = new Pictures(canvas);
  const units = new Units(stage, texts);
  const grown = make("canvas", { class: "network-grown", "aria-hidden": "true", hidden: true });
  stage.append(grown);
  const tip = make("div", { class: "network-tip", hidden: true, "aria-hidden": "true" });
  stage.append(tip);

  /** @type {Page | null} */
  let page = null;
  /** @type {import("./geometry.js").Geometry | null} */
  let geometry = null;
  let known = "";
  let pointed = ""; // the unit or parameter under the pointer
  let current = "1[0]"; // the one that the Tab key comes to
  /** @type {{unit: string, at: number}} */
  let asked = { unit: "", at: -Infinity };
  let isRestoring = false;
  /** @type {unknown} */
  let drawnFrame = null;

  const again = paced(() => page && update(page), end.signal);
  const size = sizeOf(scroll, () => page && update(page), end.signal);
  const label = paced(() => labelAll(), end.signal, LABELS_EVERY);
  const look = paced(
    (/** @type {string} */ unit) => {
      asked = { unit, at: performance.now() };
      tell({ type: "look", unit });
    },
    end.signal,
    60,
  );

  /** @param {string} item  a unit or a parameter */
  const elementOf = (item) =>
    units.units.get(item)?.frame ?? units.biases.get(item)?.hold ?? wires.wires.get(item)?.band ?? null;

  /** @param {Page} now */
  function centreOf({ chosen, hover }) {
    if (hover) return unitOf(hover.unit);
    if (!chosen) return null;
    if ("unit" in chosen) return unitOf(chosen.unit);
    const place = placeOf(chosen.place);
    return place && { layer: place.layer, unit: place.to };
  }

  /** @param {Page} now */
  function update(now) {
    page = now;
    const { state, frame, theme, large, chosen } = now;
    root.dataset.theme = theme;
    const { width, height } = size;
    if (width < 60 || height < 60) return;
    const shape = JSON.stringify([
      state.sizes,
      state.inputs,
      state.data.classes,
      state.data.target,
      large,
      width,
      height,
      state.setting.activations,
      state.output,
    ]);
    if (shape !== known || !geometry) {
      known = shape;
      geometry = geometryOf(state, width, height, large);
      stage.style.width = `${geometry.width}px`;
      stage.style.height = `${geometry.height}px`;
    }
    const focused =
      document.activeElement instanceof Element && stage.contains(document.activeElement)
        ? document.activeElement.getAttribute("data-item")
        : null;
    const wiresAreNew = wires.arrange(geometry, state.sizes, shape, centreOf(now));
    const areNew = units.arrange(geometry, state, shape) || wiresAreNew;
    if (areNew) {
      if (!elementOf(current)) current = units.units.keys().next().value ?? "";
      const element = elementOf(current);
      if (element) set(element, { tabindex: 0 });
      if (focused) {
        isRestoring = true;
        /** @type {SVGElement | null} */ (elementOf(focused))?.focus({ preventScroll: true });
        isRestoring = false;
      }
      labelAll();
    }
    const active = placeOf(pointed) ? pointed : chosen && "place" in chosen ? chosen.place : "";
    wires.paint(geometry, now, active);
    units.paint(geometry, now, active);
    pictures.paint(geometry, now);
    pictures.grow(grown, geometry, now);
    const wanted = lookedAt(now);
    const isLate = wanted !== "" && !frame.look && performance.now() - asked.at > ASK_AGAIN;
    if (wanted !== asked.unit || isLate) look(wanted);
    if (drawnFrame !== frame) label(null);
    drawnFrame = frame;
    showTip();
  }

  /** @param {string} item */
  function valueOf(item) {
    const place = placeOf(item);
    return place && page ? (page.frame.parameters[indexOf(page.state.sizes, place)] ?? 0) : 0;
  }

  /**
   * The number of a parameter, and whether it stays.
   *
   * @param {string} item
   * @param {number} digits
   */
  function valueText(item, digits) {
    const setting = page?.state.setting;
    const value = short(valueOf(item), digits);
    if (setting?.cut.includes(item)) return texts("page-network-cut");
    return setting?.frozen.includes(item) ? texts("page-network-frozen", { value }) : value;
  }

  /**
   * What a screen reader says of a unit or a parameter.
   *
   * @param {string} item
   */
  function labelItem(item) {
    const element = elementOf(item);
    if (!element || !page) return;
    const { state } = page;
    const place = placeOf(item);
    if (place) {
      const value = valueOf(item);
      const most = Math.max(5, Math.ceil(Math.abs(value)));
      const words = valueText(item, 3);
      set(element, {
        "aria-label": placeText(place, state, texts),
        "aria-valuenow": decimal(value),
        "aria-valuetext": words,
        "aria-valuemin": -most,
        "aria-valuemax": most,
        "aria-orientation": "vertical",
      });
      return;
    }
    const unit = unitOf(item);
    if (!unit) return;
    const name = unitText(unit.layer, unit.unit, state, texts);
    set(element, {
      "aria-label": texts("page-network-unit", { unit: name, bias: short(valueOf(`b${unit.layer}[${unit.unit}]`)) }),
    });
  }

  function labelAll() {
    for (const item of [...units.units.keys(), ...units.biases.keys(), ...wires.wires.keys()]) labelItem(item);
  }

  function showTip() {
    const element = pointed && page && geometry ? elementOf(pointed) : null;
    set(tip, { hidden: element === null });
    if (!element || !page || !geometry) return;
    const { state } = page;
    const place = placeOf(pointed);
    const unit = unitOf(pointed);
    if (place) {
      say(tip, `${placeText(place, state, texts)}  ${valueText(pointed, 4)}`);
    } else if (unit) {
      say(
        tip,
        texts("page-network-unit", {
          unit: unitText(unit.layer, unit.unit, state, texts),
          bias: short(valueOf(`b${unit.layer}[${unit.unit}]`)),
        }),
      );
    }
    const box = element.getBBox();
    const [across, down] = [box.x + box.width / 2, place?.kind === "w" ? box.y + box.height / 2 : box.y];
    const half = tip.offsetWidth / 2;
    const left = Math.max(half + 2, Math.min(geometry.width - half - 2, across));
    const above = down - tip.offsetHeight - (unit ? 34 : 14);
    tip.style.transform = `translate(${left - half}px, ${above < 0 ? down + box.height + (unit ? 34 : 14) : above}px)`;
  }

  takeHold(
    stage,
    {
      tell,
      valueOf,
      page: () => page,
      isRestoring: () => isRestoring,
      point(item) {
        if (item === pointed) return;
        const [was, is] = [unitOf(pointed), unitOf(item)];
        pointed = item;
        if (was || is) tell({ type: "page", action: "hover", unit: is ? item : null });
        else again(null);
      },
      go(item) {
        const element = elementOf(item);
        if (!element) return false;
        const before = elementOf(current);
        if (before) set(before, { tabindex: -1 });
        current = item;
        set(element, { tabindex: 0 });
        labelItem(item);
        if (document.activeElement !== element) /** @type {SVGElement} */ (element).focus();
        return true;
      },
      label: labelItem,
    },
    end.signal,
  );

  return {
    update,
    destroy() {
      end.abort();
      root.classList.remove("view", "view-network");
      root.replaceChildren();
    },
  };
}
