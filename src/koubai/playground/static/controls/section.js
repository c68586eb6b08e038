// A section of the page; on a narrow one, some can be folded.

import { html } from "../vendor/preact.js";
import { useSelected } from "./selected.js";

/**
 * @param {{app: import("../app.js").App, name: string, title: string, folds?: boolean, tools?: unknown, children?: unknown}} props
 */
export function Section({ app, name, title, folds = false, tools, children }) {
  const narrow = useSelected(app.store, (page) => page.narrow);
  const id = `section-${name}`;
  if (folds && narrow) {
    return html`<section class=${`section ${name}`} aria-labelledby=${id}><details>
      <summary><h2 id=${id}>${title}</h2></summary>
      <div class="inside">${tools}${children}</div>
    </details></section>`;
  }
  return html`<section class=${`section ${name}`} aria-labelledby=${id}>
    <div class="top"><h2 id=${id}>${title}</h2>${tools && html`<div class="tools">${tools}</div>`}</div>
    <div class="inside">${children}</div>
  </section>`;
}
