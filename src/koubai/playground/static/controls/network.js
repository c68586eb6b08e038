// The network: its layers, and what is chosen in it.

import { html, useEffect, useReducer } from "../vendor/preact.js";
import { networkView } from "../views/network.js";
import { slopeView } from "../views/slope.js";
import { Group } from "./groups.js";
import { Button, Choice } from "./inputs.js";
import { optionsOf } from "./options.js";
import { Section } from "./section.js";
import { useSelected, useTexts } from "./selected.js";
import { View } from "./view.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {{hidden: number[], activations: string[]}} Shape */

const PATIENCE = 3000; // milliseconds in which the server is to follow what was pressed

/**
 * The layers as they were last asked for, until the server has them or refuses them: presses that come fast are all counted.
 *
 * @param {App} app
 * @param {Shape | null} setting
 * @returns {[Shape | null, (wanted: Shape) => void]}
 */
function useWanted(app, setting) {
  const faults = useSelected(app.store, (page) => page.faults);
  const [wanted, want] = useReducer(
    (/** @type {Shape | null} */ _, /** @type {Shape | null} */ next) => next, /** @type {Shape | null} */ (null));
  useEffect(() => want(null), [faults]);
  useEffect(() => {
    if (!wanted || !setting) return undefined;
    const isThere = JSON.stringify(wanted) === JSON.stringify({ hidden: setting.hidden, activations: setting.activations });
    const timer = setTimeout(() => want(null), isThere ? 0 : PATIENCE);
    return () => clearTimeout(timer);
  }, [wanted, setting]);
  return [wanted ?? setting, want];
}

/** @param {{app: App}} props */
function Layers({ app }) {
  const texts = useTexts(app.store);
  const setting = useSelected(app.store, (page) => page.state?.setting ?? null);
  const welcome = useSelected(app.store, (page) => page.welcome);
  const [shown, want] = useWanted(app, setting);
  if (!shown || !welcome) return null;
  const { hidden, activations } = shown;
  const { limits, choices } = welcome;
  const known = optionsOf(choices.activations, texts);
  /** @param {number[]} units @param {string[]} names */
  const shape = (units, names) => {
    want({ hidden: units, activations: names });
    app.act.tell({ type: "layers", hidden: units, activations: names });
  };
  const resize = (/** @type {number} */ at, /** @type {number} */ units) => shape(hidden.with(at, units), activations);
  const rename = (/** @type {number} */ at, /** @type {string} */ name) => shape(hidden, activations.with(at, name));
  return html`<${Group} app=${app} name="layers" class="layers">
    <div class="layer-count" role="group" aria-label=${texts("page-layers")}>
      <${Button} icon="minus" label=${texts("page-layer-less")} disabled=${hidden.length === 0}
        onPress=${() => shape(hidden.slice(0, -1), activations.slice(0, -1))} />
      <span>${texts("page-layers-of", { count: hidden.length })}</span>
      <${Button} icon="plus" label=${texts("page-layer-more")} disabled=${hidden.length >= limits.layers}
        onPress=${() => shape([...hidden, hidden.at(-1) ?? 8], [...activations, activations.at(-1) ?? "relu"])} />
    </div>
    <ol class="layer-list">${hidden.map((units, at) => html`<li key=${at} class="layer" aria-label=${texts("page-layer", { number: at + 1 })}>
      <div class="units" role="group" aria-label=${texts("page-units-in", { number: at + 1 })}>
        <${Button} icon="minus" label=${texts("page-unit-less", { number: at + 1 })} disabled=${units <= 1} onPress=${() => resize(at, units - 1)} />
        <span class="number">${units}</span>
        <${Button} icon="plus" label=${texts("page-unit-more", { number: at + 1 })} disabled=${units >= limits.units}
          onPress=${() => resize(at, units + 1)} />
      </div>
      <${Choice} label=${texts("page-activation-of", { number: at + 1 })} value=${activations[at] ?? ""} options=${known} unseen
        onPick=${(/** @type {string} */ name) => rename(at, name)} />
    </li>`)}</ol>
  </${Group}>`;
}

/** What is chosen: it stands over the page, so that nothing moves where it comes or goes. @param {{app: App}} props */
export function Chosen({ app }) {
  const texts = useTexts(app.store);
  const chosen = useSelected(app.store, (page) => page.chosen);
  const hidden = useSelected(app.store, (page) => page.hidden.includes("slope"));
  if (!chosen || hidden) return null;
  return html`<aside class="section chosen" aria-label=${texts("page-chosen")}>
    <${View} app=${app} make=${slopeView} name="slope" />
    <${Button} kind="quiet close" icon="close" label=${texts("page-close")} keys="Esc" onPress=${app.act.leave} />
  </aside>`;
}

/** @param {{app: App}} props */
export function NetworkSection({ app }) {
  const texts = useTexts(app.store);
  return html`<${Section} app=${app} name="network" title=${texts("page-network")} tools=${html`<${Layers} app=${app} />`}>
    <${View} app=${app} make=${networkView} name="network" />
  </${Section}>`;
}
