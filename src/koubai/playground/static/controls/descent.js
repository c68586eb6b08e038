// How it is learned: the method of slope, the rate, and all the rest.

import { html } from "../vendor/preact.js";
import { Group } from "./groups.js";
import { Choice, NumberField, Scale } from "./inputs.js";
import { optionsOf } from "./options.js";
import { Seed } from "./start.js";
import { useSelected, useTexts } from "./selected.js";

/** @typedef {import("../app.js").App} App */

/** 1, 2, 5, 10, … from one power of ten to another. @param {number} from @param {number} to */
const powers = (from, to) =>
  Array.from({ length: to - from }, (_, at) => [1, 2, 5].map((part) => Number(`${part}e${from + at}`))).flat().concat(Number(`1e${to}`));

const NUDGES = powers(-12, 1);
const PENALTIES = [0, ...powers(-5, 0)];

/** @param {{app: App}} props */
export function Descent({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const welcome = useSelected(store, (page) => page.welcome);
  const state = useSelected(store, (page) => page.state);
  if (!welcome || !state) return null;
  const { choices, limits } = welcome;
  const { setting, data } = state;
  /** @param {"method" | "optimizer" | "loss"} field @param {import("../types.js").Choice[]} known @param {string} label */
  const choice = (field, known, label) => html`<${Choice} label=${label} value=${setting[field]} options=${optionsOf(known, texts)}
    onPick=${(/** @type {string} */ name) => act.change({ [field]: name })} />`;
  /** @param {"h" | "learning_rate" | "l1" | "l2"} field @param {readonly number[]} values @param {string} label */
  const scale = (field, values, label, disabled = false) => html`<${Scale} app=${app} field=${field} label=${label} value=${setting[field]} values=${values}
    disabled=${disabled} onSet=${(/** @type {number} */ value) => act.change({ [field]: value })} />`;
  /** @param {"steps" | "record_every"} field @param {string} label */
  const count = (field, label) => html`<${NumberField} app=${app} field=${field} label=${label} value=${setting[field]}
    onSet=${(/** @type {number} */ value) => act.change({ [field]: value })} />`;
  return html`<div class="descent">
    <${Group} app=${app} name="method">
      ${choice("method", choices.methods, texts("page-method"))}
      ${scale("h", NUDGES, texts("page-h"), setting.method === "backprop")}
    </${Group}>
    <${Group} app=${app} name="rate">
      ${choice("optimizer", choices.optimizers, texts("page-optimizer"))}
      ${scale("learning_rate", limits.rates, texts("page-rate-of-learning"))}
    </${Group}>
    <${Group} app=${app} name="loss">
      ${choice("loss", choices.losses, texts("page-loss-function"))}
    </${Group}>
    <${Group} app=${app} name="batch">
      <${NumberField} app=${app} field="batch_size" label=${texts("page-batch")} value=${setting.batch_size} empty=${texts("page-batch-all", { rows: data.rows.train })}
        onSet=${(/** @type {number | null} */ size) => act.change({ batch_size: size })} />
      ${setting.batch_size !== null && html`<${Seed} app=${app} field="batch_seed" label=${texts("page-batch-seed")} what="batches"
        again=${texts("page-renew-batches")} />`}
    </${Group}>
    <${Group} app=${app} name="penalty">
      ${scale("l1", PENALTIES, texts("page-l1"))}
      ${scale("l2", PENALTIES, texts("page-l2"))}
    </${Group}>
    <${Group} app=${app} name="plan">
      ${count("steps", texts("page-steps"))}
      ${count("record_every", texts("page-record-every"))}
    </${Group}>
  </div>`;
}
