// What is said now and then: faults, the state of the connection, where the training has come to rest.

import { html, useEffect } from "../vendor/preact.js";
import { fixed, percent, whole } from "../views/numbers.js";
import { Button } from "./inputs.js";
import { useSelected, useTexts } from "./selected.js";

/** @typedef {import("../app.js").App} App */

const STAYS = 9000; // milliseconds

/** @param {{app: App, notice: import("../state.js").Notice}} props */
function Note({ app, notice }) {
  const texts = useTexts(app.store);
  const close = () => app.store.act({ type: "noticed", number: notice.number });
  useEffect(() => {
    if (notice.stays) return undefined;
    const timer = setTimeout(close, STAYS);
    return () => clearTimeout(timer);
  }, [notice.number]);
  return html`<div class=${`notice ${notice.kind}`}><p>${notice.text}</p>
    <${Button} kind="quiet" icon="close" label=${texts("page-close")} onPress=${close} /></div>`;
}

/** @param {{app: App}} props */
function Condition({ app }) {
  const texts = useTexts(app.store);
  const condition = useSelected(app.store, (page) => page.condition);
  const code = useSelected(app.store, (page) => page.code);
  const reason = useSelected(app.store, (page) => page.reason);
  if (condition === "open" || condition === "opening") return null;
  if (condition === "slow") {
    return html`<div class="notice"><p>${texts("page-opening")}</p>
      ${location.hash.length > 1 && html`<${Button} text=${texts("page-open-example")} label=${texts("page-open-example")} onPress=${app.act.example} />`}
    </div>`;
  }
  const known = [1008, 1009, 4001, 4003, 4004].includes(code) ? code : 0;
  const own = condition === "lost" ? texts("page-lost") : texts(`page-closed-${known}`);
  const said = [4001, 4003, 4004].includes(code) || !reason ? own : `${own} ${reason}`; // of these the page's own words say all
  return html`<div class="notice fault"><p>${said}</p>
    ${condition === "closed" && html`<${Button} text=${texts("page-reload")} label=${texts("page-reload")} onPress=${() => location.reload()} />`}</div>`;
}

/** For those who don't see the page: where the training has come to rest. @param {{app: App}} props */
function Rest({ app }) {
  const texts = useTexts(app.store);
  const said = useSelected(app.store, (page) => {
    const header = page.shown?.frame.header;
    if (!header || page.cleared !== "no" || header.status === "playing" || header.status === "preparing") return "";
    const { step, loss, train } = header;
    const right = train.accuracy === null ? "" : texts("page-rest-right", { share: percent(train.accuracy) });
    return `${texts("page-rest", { step: whole(step), loss: fixed(loss, 4) })} ${right}`;
  });
  return html`<p class="unseen" role="status">${said}</p>`;
}

/** @param {{app: App}} props */
export function Notices({ app }) {
  const texts = useTexts(app.store);
  const notices = useSelected(app.store, (page) => page.notices);
  return html`<div class="notices">
    <div role="alert"><${Condition} app=${app} />${notices.map((notice) => html`<${Note} key=${notice.number} app=${app} notice=${notice} />`)}</div>
    <${Rest} app=${app} />
    <p class="drop-here" aria-hidden="true">${texts("page-drop")}</p>
  </div>`;
}
