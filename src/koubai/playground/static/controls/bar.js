// The bar at the top: the training's course, and how the page looks.

import { SPEEDS } from "../keys.js";
import { html } from "../vendor/preact.js";
import { whole } from "../views/numbers.js";
import { timelineView } from "../views/timeline.js";
import { Group } from "./groups.js";
import { Button, Choice } from "./inputs.js";
import { useSelected, useTexts } from "./selected.js";
import { View } from "./view.js";

/** @typedef {import("../app.js").App} App */

/** @param {{app: App}} props */
export function Transport({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const status = useSelected(store, (page) => page.shown?.frame.header.status ?? "resting");
  const first = useSelected(store, (page) => (page.shown?.frame.header.step ?? 0) === 0);
  const more = useSelected(store, (page) => page.shown?.frame.header.more ?? 0);
  const empty = useSelected(store, (page) => page.cleared !== "no");
  const narrow = useSelected(store, (page) => page.narrow);
  const atEnd = more > 0 && !empty;
  const playing = status === "playing" || status === "preparing";
  return html`<div class="transport" role="group" aria-label=${texts("page-transport")}>
    <${Group} app=${app} name="reset">
      <${Button} icon="reset" label=${texts("page-reset")} keys="R" disabled=${empty} onPress=${act.reset} />
    </${Group}>
    <${Group} app=${app} name="steps">
      <${Button} icon="back" label=${texts("page-back")} keys="←" disabled=${first || empty} onPress=${() => act.back(1)} />
    </${Group}>
    <${Group} app=${app} name="play">
      ${!(atEnd && narrow) && html`<${Button} key="play" kind="main" icon=${playing ? "pause" : "play"} idle=${atEnd}
        label=${texts(playing ? "page-pause" : "page-play")} keys=${texts("page-key-space")} disabled=${empty} onPress=${act.toggle} />`}
      ${atEnd && html`<${Button} key="more" kind="more" named label=${texts("page-more", { steps: whole(more) })}
        text=${texts("page-more-short", { steps: whole(more) })} onPress=${() => act.more(more)} />`}
    </${Group}>
    ${!(atEnd && narrow) && html`<${Group} app=${app} name="steps">
      <${Button} icon="step" label=${texts("page-step")} keys="→" disabled=${atEnd || empty} onPress=${() => act.forward(1)} />
      <${Button} icon="ten" label=${texts("page-ten")} keys="Shift →" disabled=${atEnd || empty} onPress=${() => act.forward(10)} />
    </${Group}>`}
    <${Group} app=${app} name="renew">
      <${Button} icon="dice" label=${texts("page-renew-start")} keys="N" text=${texts("page-renew")} onPress=${act.renew} />
    </${Group}>
  </div>`;
}

/** @param {{app: App}} props */
function Speed({ app }) {
  const texts = useTexts(app.store);
  const speed = useSelected(app.store, (page) => page.state?.speed ?? 0);
  const listed = SPEEDS.map((one) => one ?? 0);
  const options = [...listed.slice(0, -1), ...(listed.includes(speed) ? [] : [speed]), 0].map((one) => ({
    name: String(one), label: one ? texts("page-speed-of", { steps: whole(one) }) : texts("page-speed-most"),
  }));
  return html`<${Group} app=${app} name="speed" class="speed">
    <${Choice} label=${texts("page-speed")} value=${String(speed)} options=${options}
      onPick=${(/** @type {string} */ name) => app.act.speed(Number(name) || null)} />
  </${Group}>`;
}

/** A rate, so rounded that it doesn't flicker. @param {number} rate */
const twoDigits = (rate) => Number(rate.toPrecision(2));

/** @param {{app: App}} props */
function Course({ app }) {
  const texts = useTexts(app.store);
  const step = useSelected(app.store, (page) => page.shown?.frame.header.step ?? 0);
  const status = useSelected(app.store, (page) =>
    page.condition === "lost" || page.condition === "closed" ? "lost" : page.shown?.frame.header.status ?? "preparing");
  const rate = useSelected(app.store, (page) => twoDigits(page.shown?.frame.header.rate ?? 0));
  const said = status === "playing" ? texts("page-rate", { steps: whole(rate) }) : texts(`page-status-${status}`);
  return html`<div class="course">
    <div class="count">
      <span class="caption">${texts("page-step-number")}</span>
      <strong>${whole(step)}</strong>
      <span class=${`status ${status}`}>${said}</span>
    </div>
    <${Group} app=${app} name="timeline" class="timeline"><${View} app=${app} make=${timelineView} name="timeline" /></${Group}>
  </div>`;
}

/** @param {{app: App}} props */
function Looks({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const theme = useSelected(store, (page) => page.theme);
  const large = useSelected(store, (page) => page.large);
  const open = (/** @type {"keys" | "share"} */ dialog) => store.act({ type: "set", values: { dialog } });
  return html`<div class="looks">
    <${Group} app=${app} name="language">
      <${Button} kind="quiet" text=${texts("page-other-language")} label=${texts("page-language")} keys="L" onPress=${act.language} />
    </${Group}>
    <${Button} kind="quiet" icon=${theme === "dark" ? "sun" : "moon"} keys="D"
      label=${texts(theme === "dark" ? "page-light" : "page-dark")} onPress=${act.theme} />
    <${Button} kind="quiet" icon="large" label=${texts("page-large")} keys="B" pressed=${large} onPress=${act.large} />
    <${Group} app=${app} name="share">
      <${Button} kind="quiet" icon="share" label=${texts("page-share")} onPress=${() => open("share")} />
    </${Group}>
    <${Button} kind="quiet" icon="keys" label=${texts("page-keys")} keys="?" onPress=${() => open("keys")} />
  </div>`;
}

/** @param {{app: App}} props */
export function Bar({ app }) {
  const texts = useTexts(app.store);
  return html`<header class="bar">
    <h1 class="brand" title=${texts("page-title")}><img src="/static/icon.svg" alt="" width="24" height="24" />koubai</h1>
    <${Transport} app=${app} />
    <${Course} app=${app} />
    <${Speed} app=${app} />
    <${Looks} app=${app} />
  </header>`;
}
