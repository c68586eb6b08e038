// The plane: what the network answers everywhere, and the tools to draw on it.

import { html } from "../vendor/preact.js";
import { CLASSES, lookOf, markPath } from "../views/colours.js";
import { fieldView } from "../views/field.js";
import { short } from "../views/numbers.js";
import { Group } from "./groups.js";
import { Button, Check, Slider } from "./inputs.js";
import { Section } from "./section.js";
import { useSelected, useTexts } from "./selected.js";
import { View } from "./view.js";

/** @typedef {import("../app.js").App} App */

/** The mark of a class, as it stands in the plane. @param {{app: App, number: number}} props */
export function Mark({ app, number }) {
  const theme = useSelected(app.store, (page) => page.theme);
  const look = lookOf(theme);
  return html`<svg class="mark" viewBox="-8 -8 16 16" aria-hidden="true" focusable="false">
    <path d=${markPath(number, 5.5)} fill=${look.colours[number % CLASSES]} stroke=${look.edges[number % CLASSES]} />
  </svg>`;
}

/** @param {{app: App}} props */
function Tools({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const tool = useSelected(store, (page) => page.tool);
  const data = useSelected(store, (page) => page.state?.data ?? null);
  const own = useSelected(store, (page) => page.state?.setting.data === "own");
  if (!data?.planar) return null;
  const values = data.task === "regress";
  const count = values ? 0 : Math.min(CLASSES, Math.max(2, data.classes.length) + (own ? 1 : 0));
  const pick = (/** @type {import("../views/page.js").Tool} */ wanted) => act.tell({ type: "page", action: "tool", tool: wanted });
  const cleared = useSelected(store, (page) => page.cleared === "empty");
  const clear = () => {
    act.clear(true);
    pick({ kind: "draw", value: tool.value });
  };
  /** @param {import("../views/page.js").Tool} one @param {string} label @param {unknown} sign */
  const choice = (one, label, sign) => {
    const chosen = tool.kind === one.kind && (one.kind !== "draw" || values || tool.value === one.value);
    return html`<button type="button" class="button square" key=${label} title=${label} aria-label=${label} aria-pressed=${chosen}
      onClick=${() => pick(chosen ? { kind: "none", value: tool.value } : one)}>${sign}</button>`;
  };
  const named = (/** @type {number} */ number) => texts("page-draw-class", { name: data.classes[number] ?? String(number) });
  return html`<${Group} app=${app} name="draw" class="drawing">
    <div class="buttons" role="group" aria-label=${texts("page-draw")}>
      <span class="caption">${texts("page-draw")}</span>
      ${Array.from({ length: count }, (_, number) =>
        choice({ ...tool, kind: "draw", value: number }, named(number), html`<${Mark} app=${app} number=${number} />`))}
      ${values && choice({ kind: "draw", value: tool.value }, texts("page-draw-value"), html`<span>${short(tool.value, 2)}</span>`)}
      ${choice({ kind: "erase", value: tool.value }, texts("page-erase"), html`<span class="word">${texts("page-erase")}</span>`)}
      ${own && html`<${Button} kind="quiet" text=${texts("page-clear")} label=${texts("page-clear-text")}
        pressed=${cleared ? true : undefined} onPress=${clear} />`}
      ${cleared && html`<${Button} text=${texts("page-clear-undo")} label=${texts("page-clear-undo")} onPress=${() => act.clear(false)} />`}
    </div>
    ${values && tool.kind === "draw" && html`<${Slider} label=${texts("page-draw-value")} value=${tool.value} min="-1" max="1" step="0.1" live
      show=${(/** @type {number} */ value) => short(value, 2)} onSet=${(/** @type {number} */ value) => pick({ kind: "draw", value })} />`}
  </${Group}>`;
}

/** @param {{app: App}} props */
function Options({ app }) {
  const { store } = app;
  const texts = useTexts(store);
  const discrete = useSelected(store, (page) => page.discrete);
  const showTest = useSelected(store, (page) => page.showTest);
  const tested = useSelected(store, (page) => (page.state?.data.rows.test ?? 0) > 0);
  const set = (/** @type {Partial<import("../state.js").PageState>} */ values) => store.act({ type: "set", values });
  return html`<div class="options">
    ${tested && html`<${Check} label=${texts("page-show-test")} checked=${showTest} onSet=${(/** @type {boolean} */ on) => set({ showTest: on })} />`}
    <${Check} label=${texts("page-discrete")} checked=${discrete} onSet=${(/** @type {boolean} */ on) => set({ discrete: on })} />
  </div>`;
}

/** What has gone wrong in the training, why, and the way out. @param {{app: App}} props */
function Trouble({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const divergence = useSelected(store, (page) => page.shown?.frame.header.divergence ?? null);
  const diagnosis = useSelected(store, (page) => page.shown?.frame.header.diagnosis ?? null);
  const said = divergence?.text ?? diagnosis?.text ?? "";
  const change = divergence ? { learning_rate: divergence.learning_rate } : diagnosis?.change ?? {};
  const label = divergence ? texts("page-remedy", { rate: Number(divergence.learning_rate.toPrecision(3)) }) : diagnosis?.remedy ?? "";
  const remedy = () => {
    if (change.hidden) act.tell({ type: "layers", hidden: change.hidden, activations: change.activations });
    else act.change(change);
    if (!change.steps) act.reset(); // more steps go on from where it is
    act.tell({ type: "play" });
  };
  return html`<div role="alert">${said && html`<div class="divergence">
    <p>${said}</p>
    ${label && html`<${Button} kind="accent" text=${label} label=${label} onPress=${remedy} />`}
  </div>`}</div>`;
}

/** @param {{app: App}} props */
export function PlaneSection({ app }) {
  const texts = useTexts(app.store);
  return html`<${Section} app=${app} name="plane" title=${texts("page-plane")} tools=${html`<${Options} app=${app} />`}>
    <${Trouble} app=${app} />
    <${View} app=${app} make=${fieldView} name="field" />
    <${Tools} app=${app} />
  </${Section}>`;
}
