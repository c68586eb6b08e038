// What is learned: the data, and the features that the network is given of it.

import { Fragment, html, useRef } from "../vendor/preact.js";
import { percent, short } from "../views/numbers.js";
import { Group } from "./groups.js";
import { Button, Check, Choice, Slider } from "./inputs.js";
import { featureText, optionsOf } from "./options.js";
import { Section } from "./section.js";
import { useSelected, useTexts } from "./selected.js";
import { Seed, Start } from "./start.js";

/** @typedef {import("../app.js").App} App */

/** @param {{app: App}} props */
function Source({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const welcome = useSelected(store, (page) => page.welcome);
  const state = useSelected(store, (page) => page.state);
  const file = useRef(/** @type {HTMLInputElement | null} */ (null));
  if (!welcome || !state) return null;
  const { setting, data } = state;
  const { gates, sets } = welcome.choices;
  const listed = [...gates, ...sets].some(({ name }) => name === setting.data);
  const own = { name: "own", label: texts("page-data-own"), text: texts("page-data-own-text") };
  const brought = listed || setting.data === "own" ? [] : [{ name: setting.data, label: data.name }];
  const groups = [
    { label: texts("page-data-gates"), options: optionsOf(gates, texts) },
    { label: texts("page-data-sets"), options: optionsOf(sets, texts) },
    { label: texts("page-data-yours"), options: [own, ...brought] },
  ];
  const pick = (/** @type {string} */ name) => {
    if (brought.some((one) => one.name === name)) return;
    act.change({ data: name }, true);
    if (name === "own") store.act({ type: "page", action: "tool", tool: { kind: "draw", value: 0 } });
  };
  return html`<${Group} app=${app} name="data">
    <${Choice} label=${texts("page-data-set")} value=${setting.data} options=${[]} groups=${groups} said onPick=${pick} />
    ${data.columns.length > 0 && html`<${Choice} label=${texts("page-target")} value=${data.target}
      options=${data.columns.map((name) => ({ name, label: name }))} onPick=${(/** @type {string} */ target) => act.change({ target }, true)} />`}
    ${data.notes.map((note) => html`<p class="said" key=${note}>${note}</p>`)}
    <input type="file" ref=${file} hidden accept=".csv,.tsv,.txt,.parquet" aria-label=${texts("page-file")}
      onChange=${(/** @type {Event} */ event) => {
        const input = /** @type {HTMLInputElement} */ (event.currentTarget);
        if (input.files?.[0]) void act.bring(input.files[0]);
        input.value = "";
      }} />
    <${Button} icon="file" text=${texts("page-file")} label=${texts("page-file-text")} onPress=${() => file.current?.click()} />
  </${Group}>`;
}

/** @param {{app: App}} props */
function Sampling({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const limits = useSelected(store, (page) => page.welcome?.limits);
  const cleared = useSelected(store, (page) => page.cleared !== "no");
  const state = useSelected(store, (page) => page.state);
  if (!limits || !state || state.data.kind === "gate") return null;
  const { setting, data } = state;
  const drawn = data.kind === "planar";
  return html`<${Group} app=${app} name="sampling">
    ${drawn && html`<${Fragment}>
      <${Slider} label=${texts("page-samples")} value=${setting.samples} min=${Math.max(10, limits.samples[0])}
        max=${Math.min(1000, limits.samples[1])} step="10" onSet=${(/** @type {number} */ samples) => act.change({ samples })} />
      <${Slider} label=${texts("page-noise")} value=${setting.noise ?? 0.1} min="0" max="0.5" step="0.01" live
        show=${(/** @type {number} */ value) => setting.noise === null ? texts("page-noise-usual") : short(value, 2)}
        onSet=${(/** @type {number} */ noise) => act.change({ noise })} />
    </${Fragment}>`}
    <${Slider} label=${texts("page-test")} value=${setting.test} min="0" max="0.9" step="0.05" show=${percent}
      onSet=${(/** @type {number} */ test) => act.change({ test })} />
    <${Seed} app=${app} field="data_seed" label=${texts("page-data-seed")} what="data" again=${texts("page-renew-data")} />
    <p class="said">${cleared ? texts("page-cleared-rows") : texts("page-rows", { train: data.rows.train, test: data.rows.test })}</p>
  </${Group}>`;
}

/** @param {{app: App}} props */
function Features({ app }) {
  const texts = useTexts(app.store);
  const known = useSelected(app.store, (page) => page.welcome?.choices.features);
  const state = useSelected(app.store, (page) => page.state);
  if (!known || !state?.data.planar) return null;
  const chosen = state.setting.features;
  const set = (/** @type {string} */ name, /** @type {boolean} */ on) =>
    app.act.change({ features: known.map((one) => one.name).filter((one) => one === name ? on : chosen.includes(one)) });
  return html`<${Group} app=${app} name="features">
    <div class="field" role="group" aria-label=${texts("page-features")}>
      <span class="label">${texts("page-features")}</span>
      <div class="chips">${known.map(({ name }) => html`<${Check} key=${name} kind="chip" label=${featureText(name)}
        checked=${chosen.includes(name)} disabled=${chosen.length === 1 && chosen[0] === name}
        onSet=${(/** @type {boolean} */ on) => set(name, on)} />`)}</div>
    </div>
  </${Group}>`;
}

/** @param {{app: App}} props */
export function DataSection({ app }) {
  const texts = useTexts(app.store);
  return html`<${Section} app=${app} name="data" title=${texts("page-data")} folds>
    <${Source} app=${app} /><${Sampling} app=${app} /><${Features} app=${app} /><${Start} app=${app} />
  </${Section}>`;
}
