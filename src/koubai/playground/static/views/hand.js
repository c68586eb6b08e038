// The hand over a plane: it reads values, and draws or erases points; by mouse, touch, pen, and by keys.

import { paced } from "./make.js";

/** @typedef {import("./page.js").Tool} Tool */
/** @typedef {import("./page.js").Tell} Tell */
/** @typedef {[number, number]} Point */

export const ERASER = 0.04; // of the plane's width
const APART = 9; // pixels from one drawn point to the next, while the pointer is down
const STILL_FINGER = 12; // pixels: a finger that has gone farther draws along its way, or has scrolled the page
const MOST_AT_ONCE = 200;

/**
 * @param {import("./plane.js").Plane} plane
 * @param {{tool: () => Tool, isCleared: () => boolean, tell: Tell, moved: (point: Point | null, byKeys: boolean) => void}} wiring  ``moved``: to where
 * @param {AbortSignal} signal
 */
export function handOver(plane, { tool, isCleared, tell, moved }, signal) {
  const surface = plane.element;
  surface.tabIndex = 0;
  /** @type {Point[]} */
  let waiting = [];
  /** @type {{x: number, y: number} | null} */
  let last = null; // where the pointer, which is down, has drawn
  /** @type {{pointer: number, x: number, y: number, point: Point} | null} */
  let touch = null; // a finger that is down, and has drawn nothing yet: it may be about to scroll
  /** @type {Point | null} */
  let cursor = null; // of the keys

  const send = paced(() => {
    const points = waiting.splice(0, MOST_AT_ONCE);
    if (!points.length) return;
    const { kind, value } = tool();
    const fresh = isCleared();
    if (kind === "draw") tell({ type: "mark", points: points.map(([x, y]) => [x, y, value]), fresh });
    if (kind === "draw" && fresh) tell({ type: "page", action: "clear", cleared: "begun" });
    const [low, high] = plane.extent;
    if (kind === "erase") for (const [x, y] of points) tell({ type: "rub", x, y, radius: ERASER * (high - low) });
    if (waiting.length) send(null);
  }, signal);

  /** @param {Point | null} point */
  const use = (point) => {
    if (!point || tool().kind === "none") return;
    waiting.push(point);
    send(null);
  };

  /** @param {PointerEvent} event */
  const down = (event) => {
    if (event.button !== 0 || tool().kind === "none") return;
    const point = plane.pointAt(event);
    if (!point) return;
    if (event.pointerType === "touch") {
      touch = event.isPrimary ? { pointer: event.pointerId, x: event.clientX, y: event.clientY, point } : null;
      return;
    }
    event.preventDefault();
    surface.focus({ preventScroll: true });
    surface.setPointerCapture(event.pointerId);
    last = { x: event.clientX, y: event.clientY };
    use(point);
  };

  /** @param {PointerEvent} event */
  const move = (event) => {
    const point = plane.pointAt(event);
    cursor = null;
    moved(point, false);
    if (touch?.pointer === event.pointerId) {
      const [across, down] = [Math.abs(event.clientX - touch.x), Math.abs(event.clientY - touch.y)];
      if (Math.max(across, down) < STILL_FINGER) return;
      if (across > down) {
        use(touch.point); // the browser scrolls up and down only: this way it is meant to draw
        last = { x: touch.x, y: touch.y };
      }
      touch = null;
    }
    if (last && Math.hypot(event.clientX - last.x, event.clientY - last.y) >= APART) {
      last = { x: event.clientX, y: event.clientY };
      use(point);
    }
  };

  /** @param {PointerEvent} event */
  const up = (event) => {
    if (touch?.pointer === event.pointerId && event.type === "pointerup") use(touch.point);
    if (event.type !== "pointerup") waiting = []; // what was not drawn yet is not meant any more
    if (event.pointerType === "touch") moved(null, false);
    touch = last = null;
  };

  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [low, high, bottom, top] = plane.extent;
    const part = event.shiftKey ? 1 / 200 : 1 / 40;
    const ways = /** @type {Record<string, Point>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, 1],
      ArrowDown: [0, -1],
    });
    const way = ways[event.key];
    const from = cursor ?? [(low + high) / 2, (bottom + top) / 2];
    if (way) {
      const x = Math.min(high, Math.max(low, from[0] + way[0] * part * (high - low)));
      const y = Math.min(top, Math.max(bottom, from[1] + way[1] * part * (top - bottom)));
      cursor = [x, y];
      moved(cursor, true);
    } else if (event.key === "Enter" && tool().kind !== "none") {
      cursor = from;
      use(cursor);
      moved(cursor, true);
    } else if (event.key === "Escape" && last) {
      waiting = [];
      last = null;
    } else if (event.key === "Escape" && cursor) {
      cursor = null;
      moved(null, true);
    } else return;
    event.preventDefault();
  };

  surface.addEventListener("pointerdown", down, { signal });
  surface.addEventListener("pointermove", move, { signal });
  surface.addEventListener("pointerup", up, { signal });
  surface.addEventListener("pointercancel", up, { signal });
  surface.addEventListener("pointerleave", () => !last && moved(null, false), { signal });
  surface.addEventListener("blur", () => moved((cursor = null), true), { signal });
  surface.addEventListener("keydown", key, { signal });
}
