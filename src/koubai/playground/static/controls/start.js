// Where the descent starts: the initialisation, and seeds, of which each has a button for another one.

import { html } from "../vendor/preact.js";
import { Group } from "./groups.js";
import { Button, Choice, NumberField } from "./inputs.js";
import { optionsOf } from "./options.js";
import { useSelected, useSetting, useTexts } from "./selected.js";

/** @typedef {import("../app.js").App} App */

/**
 * @param {{app: App, field: "seed" | "batch_seed" | "data_seed", label: string, what: "start" | "batches" | "data", again: string}} props
 */
export function Seed({ app, field, label, what, again }) {
  const setting = useSetting(app.store);
  return html`<div class="pair">
    <${NumberField} app=${app} field=${field} label=${label} value=${setting?.[field] ?? 0}
      onSet=${(/** @type {number} */ seed) => app.act.change({ [field]: seed })} />
    <${Button} icon="dice" label=${again} onPress=${() => app.act.tell({ type: "renew", what })} />
  </div>`;
}

/** @param {{app: App}} props */
export function Start({ app }) {
  const texts = useTexts(app.store);
  const inits = useSelected(app.store, (page) => page.welcome?.choices.inits);
  const setting = useSetting(app.store);
  if (!inits || !setting) return null;
  return html`<${Group} app=${app} name="start">
    <div class="halves">
      <${Choice} label=${texts("page-init")} value=${setting.init} options=${optionsOf(inits, texts)}
        onPick=${(/** @type {string} */ init) => app.act.change({ init })} />
      <${NumberField} app=${app} field="scale" label=${texts("page-scale")} value=${setting.scale}
        onSet=${(/** @type {number} */ scale) => app.act.change({ scale })} />
    </div>
    <${Seed} app=${app} field="seed" label=${texts("page-seed")} what="start" again=${texts("page-renew-start")} />
  </${Group}>`;
}
