// The whole page: the bar, and its sections in the order in which they are read.

import { html } from "../vendor/preact.js";
import { AnswersSection, CurvesSection } from "./answers.js";
import { Bar } from "./bar.js";
import { DataSection } from "./data.js";
import { Dialogs } from "./dialogs.js";
import { Chosen, NetworkSection } from "./network.js";
import { Notices } from "./notices.js";
import { Panel } from "./panel.js";
import { PlaneSection } from "./plane.js";
import { useSelected } from "./selected.js";

const WIDE = [DataSection, NetworkSection, Chosen, PlaneSection, AnswersSection, Panel, CurvesSection];
const NARROW = [PlaneSection, AnswersSection, NetworkSection, Chosen, CurvesSection, DataSection, Panel];

/** @param {{app: import("../app.js").App}} props */
export function Shell({ app }) {
  const narrow = useSelected(app.store, (page) => page.narrow);
  const beside = useSelected(app.store, (page) => page.state?.beside != null);
  const known = useSelected(app.store, (page) => page.state !== null);
  return html`<div class="page">
    <${Bar} app=${app} />
    <main class=${beside ? "desk beside" : "desk"} aria-busy=${!known}>
      ${(narrow ? NARROW : WIDE).map((Part) => html`<${Part} key=${Part.name} app=${app} />`)}
    </main>
    <${Notices} app=${app} />
    <${Dialogs} app=${app} />
  </div>`;
}
