// Elements, and calls that are not to come too often.

/** @typedef {Node | string | null | undefined | false} Child */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]  null, undefined, false: none
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  set(element, attributes);
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag
 * @param {Record<string, string | number | boolean | null | undefined>} [attributes]
 * @param {...Child} children
 * @returns {SVGElementTagNameMap[T]}
 */
export function drawn(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, attributes);
  for (const child of children) if (child) element.append(child);
  return element;
}

/**
 * Attributes as they are to be; what is so already is not touched.
 *
 * @param {Element} element
 * @param {Record<string, string | number | boolean | null | undefined>} attributes
 */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) {
      if (element.hasAttribute(name)) element.removeAttribute(name);
    } else {
      const text = value === true ? "" : String(value);
      if (element.getAttribute(name) !== text) element.setAttribute(name, text);
    }
  }
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * ``act`` at most once in ``least`` milliseconds, with the newest argument; never sooner than the next animation frame.
 *
 * @template A
 * @param {(argument: A) => void} act
 * @param {AbortSignal} signal  nothing is done after it
 * @param {number} [least]
 * @returns {(argument: A) => void}
 */
export function paced(act, signal, least = 0) {
  /** @type {{argument: A} | null} */
  let waiting = null;
  let last = -Infinity;
  const turn = (/** @type {number} */ now) => {
    if (signal.aborted || !waiting) return;
    if (now - last < least) {
      setTimeout(() => requestAnimationFrame(turn), least - (now - last));
      return;
    }
    const { argument } = waiting;
    waiting = null;
    last = now;
    act(argument);
  };
  return (argument) => {
    const isFirst = !waiting;
    waiting = { argument };
    if (isFirst) requestAnimationFrame(turn);
  };
}

/**
 * A canvas's context, with the canvas as large as ``width`` × ``height`` on the screen; units are the screen's, not its dots.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function contextOf(canvas, width, height) {
  const dots = Math.min(3, devicePixelRatio || 1);
  const [wide, high] = [Math.max(1, Math.round(width * dots)), Math.max(1, Math.round(height * dots))];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(wide / width, 0, 0, high / height, 0, 0);
  return context;
}

/**
 * How large ``element`` is inside, kept up to date without asking it, which would have it laid out anew at every frame.
 *
 * @param {Element} element
 * @param {() => void} changed  at most once in an animation frame
 * @param {AbortSignal} signal
 * @returns {{width: number, height: number}}
 */
export function sizeOf(element, changed, signal) {
  const size = { width: element.clientWidth, height: element.clientHeight };
  const tell = paced(changed, signal);
  const watch = new ResizeObserver(() => {
    const [width, height] = [element.clientWidth, element.clientHeight];
    if (width === size.width && height === size.height) return;
    Object.assign(size, { width, height });
    tell(undefined);
  });
  watch.observe(element);
  signal.addEventListener("abort", () => watch.disconnect(), { once: true });
  return size;
}
