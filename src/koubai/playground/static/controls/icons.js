// Signs on buttons. They are for the eye only: the button's label says what it does.

import { html } from "../vendor/preact.js";

const PATHS = {
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  step: "M6 5l9 7-9 7zM17 5v14",
  ten: "M3 5l8 7-8 7zM11 5l8 7-8 7zM21 5v14",
  back: "M18 5l-9 7 9 7zM7 5v14",
  reset: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4 3.5v4.3h4.3",
  dice: "M5 5h14v14H5zM9 9h.01M15 9h.01M12 12h.01M9 15h.01M15 15h.01",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10z",
  large: "M3 19L8.5 5 14 19M5 14.5h7M15 19l3-8 3 8M16 16.5h4",
  share: "M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7L12.5 5.8M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.1-1.1",
  keys: "M3 6.5h18v11H3zM6.5 10h.01M10 10h.01M14 10h.01M17.5 10h.01M8 14h8",
  close: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  draw: "M4 20l1-4L16.5 4.5l3 3L8 19z",
  erase: "M8.5 19.5L3.5 14.5l9-9.5 7 7-7 7.5zM8 10l7 6.5M8.5 19.5h11",
  hand: "M5 4l6.5 15 2.2-6.3L20 10.5z",
  file: "M12 15V4M7.5 8.5L12 4l4.5 4.5M4.5 15v4.5h15V15",
  down: "M12 4v11M7.5 10.5L12 15l4.5-4.5M4.5 15v4.5h15V15",
};

const FILLED = new Set(["play", "pause"]);

/** @param {{name: keyof typeof PATHS}} props */
export function Icon({ name }) {
  return html`<svg class=${FILLED.has(name) ? "icon filled" : "icon"} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${PATHS[name]} />
  </svg>`;
}
