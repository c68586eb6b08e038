// The panel with what is needed now and then: the descent's settings, its price, what can be taken home, kept runs.

import { html, useEffect } from "../vendor/preact.js";
import { priceView } from "../views/price.js";
import { Descent } from "./descent.js";
import { Runs } from "./runs.js";
import { useSelected, useTexts } from "./selected.js";
import { Take } from "./take.js";
import { View } from "./view.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../state.js").Tab} Tab */

/** @type {readonly Tab[]} */
const TABS = ["descent", "price", "take", "runs"];

/** @type {readonly import("../wishes.js").Group[]} */
const DESCENT = ["method", "rate", "loss", "batch", "penalty", "plan"];

/** @param {{app: App}} props */
function Price({ app }) {
  useEffect(() => app.act.tell({ type: "price" }), [app]);
  return html`<${View} app=${app} make=${priceView} name="price" />`;
}

const CONTENT = { descent: Descent, price: Price, take: Take, runs: Runs };

/** @param {{app: App}} props */
export function Panel({ app }) {
  const { store } = app;
  const texts = useTexts(store);
  const hidden = useSelected(store, (page) => page.hidden);
  const wanted = useSelected(store, (page) => page.tab);
  const tabs = TABS.filter((tab) => (tab === "descent" ? !DESCENT.every((group) => hidden.includes(group)) : !hidden.includes(tab)));
  const chosen = tabs.includes(wanted) ? wanted : tabs[0];
  const pick = (/** @type {Tab} */ tab) => store.act({ type: "set", values: { tab } });

  if (!chosen) return null;
  const moved = (/** @type {KeyboardEvent} */ event) => {
    const far = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!far) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(chosen) + far + tabs.length) % tabs.length] ?? chosen;
    pick(next);
    document.getElementById(`tab-${next}`)?.focus();
  };

  return html`<section class="section panel" aria-label=${texts("page-panel")}>
    <div class="tabs" role="tablist" aria-label=${texts("page-panel")} onKeyDown=${moved}>
      ${tabs.map((tab) => html`<button type="button" role="tab" key=${tab} id=${`tab-${tab}`} aria-selected=${tab === chosen}
        aria-controls="tab-panel" tabindex=${tab === chosen ? 0 : -1} onClick=${() => pick(tab)}>${texts(`page-tab-${tab}`)}</button>`)}
    </div>
    <div class="inside" role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${chosen}`}>
      <${CONTENT[chosen]} app=${app} key=${chosen} />
    </div>
  </section>`;
}
