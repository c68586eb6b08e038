// The place of a view: makes it, has it painted, takes it away.

import { html, useEffect, useRef } from "../vendor/preact.js";
import { useTexts } from "./selected.js";

/**
 * @param {{app: import("../app.js").App, make: import("../views/page.js").MakeView, name: string}} props
 */
export function View({ app, make, name }) {
  const root = useRef(/** @type {HTMLElement | null} */ (null));
  const texts = useTexts(app.store);
  useEffect(() => root.current ? app.painter.add(make(root.current, app.act.tell, texts)) : undefined, [app, make, texts]);
  return html`<div class=${`view view-${name}`} ref=${root}></div>`;
}
