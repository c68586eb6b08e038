// The loss as it goes: of what is trained on, of the test, and of the run beside; any point of it can be read.

import uPlot from "../vendor/uplot.js";
import { lookOf } from "./colours.js";
import { make, paced, say, set, sizeOf } from "./make.js";
import { short, whole } from "./numbers.js";

/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./page.js").Frame} Frame */
/** @typedef {(number | null)[]} Column */

const SUMMARY_EVERY = 2000;
const KINDS = /** @type {const} */ (["train", "test", "beside"]);
/** @typedef {typeof KINDS[number]} Kind */

/** @type {import("./page.js").MakeView} */
export function curvesView(root, tell, texts) {
  const end = new AbortController();
  const { signal } = end;
  const legend = make("ul", { class: "curves-legend" });
  const scale = make("button", { type: "button", class: "curves-scale" }, texts("page-curves-logarithmic"));
  const plot = make("div", {
    class: "curves-plot",
    tabindex: 0,
    role: "application",
    "aria-roledescription": texts("page-curves-role"),
  });
  const reading = make("p", { class: "curves-reading" });
  const spoken = make("p", { class: "view-hidden", "aria-live": "polite" });
  root.classList.add("view", "view-curves");
  root.append(make("div", { class: "curves-head" }, legend, scale), plot, reading, spoken);

  /** @param {Kind} kind */
  const itemOf = (kind) => {
    const name = make("span", {}, texts(`page-curves-${kind}`));
    const item = make("li", { "data-kind": kind }, make("span", { class: "curves-stroke", "aria-hidden": "true" }), name);
    legend.append(item);
    return { item, name };
  };
  const items = { train: itemOf("train"), test: itemOf("test"), beside: itemOf("beside") };

  /** @type {uPlot | null} */
  let chart = null;
  const now = make("div", { class: "curves-now" });
  let known = "";
  /** @type {Page | null} */
  let page = null;
  /** @type {Partial<Pick<Frame, "courseStep" | "courseTrain" | "testStep" | "testLoss" | "besideStep" | "besideLoss">>} */
  const course = {};
  let isNew = false;

  const speak = paced((/** @type {string} */ text) => say(spoken, text), signal, 600);
  const summarise = paced(() => page && set(plot, { "aria-label": summary(page) }), signal, SUMMARY_EVERY);
  const size = sizeOf(plot, () => page && update(page), signal);

  /** @param {Page} given */
  function update(given) {
    page = given;
    const { state, frame, theme, large } = given;
    root.dataset.theme = theme;
    for (const name of /** @type {const} */ ([
      "courseStep",
      "courseTrain",
      "testStep",
      "testLoss",
      "besideStep",
      "besideLoss",
    ])) {
      const array = frame[name];
      if (array && array !== course[name]) {
        course[name] = array;
        isNew = true;
      }
    }
    const kinds = KINDS.filter(
      (kind) => kind === "train" || (kind === "test" ? state.data.rows.test > 0 : state.beside !== null),
    );
    const { width, height } = size;
    const isLogarithmic = given.logarithmic ?? false;
    set(scale, { "aria-pressed": isLogarithmic ? "true" : "false" });
    if (width < 60 || height < 40) return;
    const key = JSON.stringify([theme, large, isLogarithmic, kinds]);
    if (key !== known) {
      known = key;
      chart?.destroy();
      chart = new uPlot(optionsOf(given, kinds, width, height), dataOf(kinds), plot);
      chart.over.append(now);
      isNew = false;
    } else if (isNew) {
      isNew = false;
      chart?.setData(dataOf(kinds));
    }
    if (chart && (chart.width !== width || chart.height !== height)) chart.setSize({ width, height });
    placeNow();
    showLegend(given, kinds);
    showReading(false);
    summarise(null);
  }

  /** A line where the step is that is shown. */
  function placeNow() {
    if (!chart || !page) return;
    const at = chart.valToPos(page.frame.header.step, "x");
    now.style.transform = `translateX(${Math.round(Math.min(at, chart.bbox.width / devicePixelRatio))}px)`;
  }

  /**
   * @param {readonly Kind[]} kinds
   * @returns {uPlot.AlignedData}
   */
  function dataOf(kinds) {
    const isLogarithmic = page?.logarithmic ?? false;
    const parts = {
      train: [course.courseStep, course.courseTrain],
      test: [course.testStep, course.testLoss],
      beside: [course.besideStep, course.besideLoss],
    };
    const tables = kinds.map((kind) => {
      const [steps = [], losses = []] = parts[kind];
      const column = Array.from(losses, (loss) => (Number.isFinite(loss) && (!isLogarithmic || loss > 0) ? loss : null));
      return /** @type {uPlot.AlignedData} */ ([Array.from(steps), column]);
    });
    return tables.length === 1 ? /** @type {uPlot.AlignedData} */ (tables[0]) : uPlot.join(tables);
  }

  /**
   * @param {Page} given
   * @param {readonly Kind[]} kinds
   * @param {number} width
   * @param {number} height
   * @returns {uPlot.Options}
   */
  function optionsOf({ theme, large, logarithmic }, kinds, width, height) {
    const look = lookOf(theme);
    const strokes = { train: look.signs[0], test: look.signs[1], beside: look.quiet };
    const dashes = { train: [], test: [6, 3], beside: [2, 3] };
    const letter = large ? 16 : 12; // whole: uPlot reads no other
    const axis = {
      stroke: look.quiet,
      font: `${letter}px ${getComputedStyle(root).fontFamily}`,
      gap: 4,
      grid: { stroke: look.faint, width: 1 },
      ticks: { show: false },
    };
    return {
      width,
      height,
      legend: { show: false },
      padding: [8, letter * 2, 0, 0],
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 7 }, focus: { prox: -1 } },
      scales: {
        x: { time: false, range: (_, least, most) => [least ?? 0, Math.max(most ?? 0, (least ?? 0) + 1)] },
        y: logarithmic
          ? { distr: 3 }
          : { range: (_, least, most) => [Math.min(0, least ?? 0), Math.max(1e-12, (most ?? 1) * 1.06)] },
      },
      axes: [
        {
          ...axis,
          size: letter * 2.1,
          space: 60,
          values: (_, splits) => splits.map((step) => (Number.isInteger(step) ? whole(step) : "")),
        },
        {
          ...axis,
          size: letter * 4,
          space: 30,
          values: (_, splits) => splits.map((loss) => (loss === null || loss === undefined ? "" : axisText(loss))),
        },
      ],
      series: [
        {},
        ...kinds.map((kind) => ({
          stroke: strokes[kind],
          dash: dashes[kind],
          width: large ? 3 : 2,
          spanGaps: true,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [() => showReading(false)], draw: [placeNow] },
    };
  }

  /**
   * @param {Page} given
   * @param {readonly Kind[]} kinds
   */
  function showLegend({ state, frame }, kinds) {
    for (const kind of KINDS) set(items[kind].item, { hidden: !kinds.includes(kind) });
    say(items.train.name, texts(frame.header.penalty > 0 ? "page-curves-penalty" : "page-curves-train"));
    say(items.beside.name, state.beside?.text ?? "");
  }

  /** @param {boolean} byKeys */
  function showReading(byKeys) {
    const at = chart?.cursor.idx;
    const steps = chart?.data[0];
    if (!chart || !steps || at === null || at === undefined || steps[at] === undefined) {
      say(reading, "");
      return;
    }
    const parts = [texts("page-curves-at", { step: whole(steps[at] ?? 0) })];
    chart.data.slice(1).forEach((column, number) => {
      const loss = nearest(/** @type {Column} */ (column), at);
      const kind = KINDS.filter((one) => !items[one].item.hidden)[number];
      if (loss !== null && kind) parts.push(`${items[kind].name.textContent} ${short(loss, 4)}`);
    });
    const text = parts.join("  ");
    say(reading, text);
    if (byKeys) speak(text);
  }

  /** @param {Page} given */
  function summary({ state, frame }) {
    const losses = course.courseTrain ?? [];
    const { header } = frame;
    const parts = {
      step: header.step,
      first: short(losses[0], 4),
      loss: short(header.loss, 4),
      test: short(header.test?.loss, 4),
    };
    return texts(state.data.rows.test > 0 ? "page-curves-summary-test" : "page-curves-summary", parts);
  }

  scale.addEventListener("click", () => tell({ type: "page", action: "logarithmic", on: !page?.logarithmic }), { signal });
  plot.addEventListener(
    "keydown",
    (event) => {
      if (!chart || event.ctrlKey || event.metaKey || event.altKey) return;
      const ways = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 });
      const way = ways[event.key];
      const steps = chart.data[0];
      if (way === undefined || !steps.length) return;
      event.preventDefault();
      const stride = Math.max(1, Math.round(steps.length / (event.shiftKey ? 10 : 100)));
      const at = Math.min(steps.length - 1, Math.max(0, (chart.cursor.idx ?? steps.length - 1) + way * stride));
      chart.setCursor({ left: chart.valToPos(steps[at] ?? 0, "x"), top: chart.over.clientHeight / 2 });
      showReading(true);
    },
    { signal },
  );

  return {
    update,
    destroy() {
      end.abort();
      chart?.destroy();
      root.classList.remove("view", "view-curves");
      root.replaceChildren();
    },
  };
}

/** @param {number} loss */
function axisText(loss) {
  return loss !== 0 && (Math.abs(loss) < 1e-3 || Math.abs(loss) >= 1e5) ? short(loss, 2) : String(Number(loss.toPrecision(3)));
}

/**
 * The value at, or else nearest to, a place of a column that has holes.
 *
 * @param {Column} column
 * @param {number} at
 */
function nearest(column, at) {
  for (let way = 0; way < column.length; way++) {
    const value = column[at - way] ?? column[at + way];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}
