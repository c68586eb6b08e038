// Groups of controls, which a teacher's link can hide or lock.

import { html } from "../vendor/preact.js";
import { useSelected } from "./selected.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../wishes.js").Group} GroupName */

/**
 * @param {{app: App, name: GroupName, class?: string, label?: string, children?: unknown}} props
 */
export function Group({ app, name, class: kind = "", label, children }) {
  const hidden = useSelected(app.store, (page) => page.hidden.includes(name));
  const locked = useSelected(app.store, (page) => page.locked.includes(name));
  if (hidden) return null;
  return html`<fieldset class=${`group ${kind}`} data-group=${name} disabled=${locked} aria-label=${label}>${children}</fieldset>`;
}
