// How good the answers are: a gate's truth table, a table of confusions, and the scores in numbers.

import { html } from "../vendor/preact.js";
import { confusionView } from "../views/confusion.js";
import { curvesView } from "../views/curves.js";
import { fixed, percent } from "../views/numbers.js";
import { truthView } from "../views/truth.js";
import { Group } from "./groups.js";
import { Section } from "./section.js";
import { useSelected, useTexts } from "./selected.js";
import { View } from "./view.js";

/** @typedef {import("../app.js").App} App */

/** @param {{app: App}} props */
export function AnswersSection({ app }) {
  const texts = useTexts(app.store);
  const hidden = useSelected(app.store, (page) => page.hidden.includes("truth"));
  const data = useSelected(app.store, (page) => page.shown?.state.data ?? null);
  const cleared = useSelected(app.store, (page) => page.cleared !== "no");
  if (hidden || !data) return null;
  const gate = data.table !== null;
  if (!gate && data.task === "regress") return null;
  return html`<${Section} app=${app} name="answers" title=${texts(gate ? "page-truth" : "page-confusion")}>
    ${cleared ? html`<p class="said">${texts("page-cleared-none")}</p>`
    : html`<${View} app=${app} key=${String(gate)} make=${gate ? truthView : confusionView} name=${gate ? "truth" : "confusion"} />`}
  </${Section}>`;
}

/** @param {{label: string, value: string, kind?: string}} props */
function Score({ label, value, kind = "" }) {
  return html`<div class=${`score ${kind}`}><dt>${label}</dt><dd>${value}</dd></div>`;
}

/** @param {{app: App}} props */
function Scores({ app }) {
  const texts = useTexts(app.store);
  const header = useSelected(app.store, (page) => page.shown?.frame.header ?? null);
  const cleared = useSelected(app.store, (page) => page.cleared !== "no");
  if (!header) return null;
  if (cleared) return html`<dl class="scores"><${Score} label=${texts("page-loss")} value="–" kind="first" /></dl>`;
  const { train, test } = header;
  const values = train.r2 !== null;
  return html`<dl class="scores">
    <${Score} label=${texts("page-loss")} value=${fixed(train.loss, 4)} kind="first" />
    ${test && html`<${Score} label=${texts("page-loss-test")} value=${fixed(test.loss, 4)} />`}
    ${header.penalty > 0 && html`<${Score} label=${texts("page-loss-penalty")} value=${fixed(header.loss, 4)} />`}
    <${Score} label=${texts(values ? "page-r2" : "page-right")} value=${values ? fixed(train.r2, 3) : percent(train.accuracy)} />
    ${test && html`<${Score} label=${texts(values ? "page-r2-test" : "page-right-test")}
      value=${values ? fixed(test.r2, 3) : percent(test.accuracy)} />`}
  </dl>`;
}

/** @param {{app: App}} props */
export function CurvesSection({ app }) {
  const texts = useTexts(app.store);
  const cleared = useSelected(app.store, (page) => page.cleared !== "no");
  return html`<${Section} app=${app} name="curves" title=${texts("page-curves")}>
    <${Scores} app=${app} />
    ${cleared ? html`<p class="said">${texts("page-cleared-none")}</p>`
    : html`<${Group} app=${app} name="curves"><${View} app=${app} make=${curvesView} name="curves" /></${Group}>`}
  </${Section}>`;
}
