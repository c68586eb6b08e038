// The sheet of keys, and the link for a class.

import { SHEET } from "../keys.js";
import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { GROUPS, searchWith } from "../wishes.js";
import { Button, Check } from "./inputs.js";
import { useSelected, useTexts } from "./selected.js";

/** @typedef {import("../app.js").App} App */
/** @typedef {import("../wishes.js").Group} Group */

/** @param {{app: App, title: string, children?: unknown}} props */
function Dialog({ app, title, children }) {
  const texts = useTexts(app.store);
  const root = useRef(/** @type {HTMLDialogElement | null} */ (null));
  const id = useId();
  const close = () => app.store.act({ type: "set", values: { dialog: "" } });
  useEffect(() => {
    if (root.current && !root.current.open) root.current.showModal();
  }, []);
  return html`<dialog ref=${root} aria-labelledby=${id} onClose=${close}
      onClick=${(/** @type {Event} */ event) => event.target === root.current && root.current?.close()}>
    <div class="sheet">
      <div class="top"><h2 id=${id}>${title}</h2>
        <${Button} kind="quiet" icon="close" label=${texts("page-close")} keys="Esc" onPress=${() => root.current?.close()} /></div>
      ${children}
    </div>
  </dialog>`;
}

/** @param {{app: App}} props */
function Keys({ app }) {
  const texts = useTexts(app.store);
  return html`<${Dialog} app=${app} title=${texts("page-keys")}>
    <dl class="keys">${SHEET.map(([key, said]) => html`<div key=${said}>
      <dt><kbd>${key.startsWith("page-") ? texts(key) : key}</kbd></dt><dd>${texts(said)}</dd>
    </div>`)}</dl>
    <p class="said">${texts("page-keys-inside")}</p>
  </${Dialog}>`;
}

/** @param {{app: App}} props */
function Share({ app }) {
  const texts = useTexts(app.store);
  const [hidden, setHidden] = useState(/** @type {readonly Group[]} */ (app.store.get().hidden));
  const [locked, setLocked] = useState(/** @type {readonly Group[]} */ (app.store.get().locked));
  const id = useId();
  const link = `${location.origin}${location.pathname}${searchWith(location.search, { hidden, locked })}${location.hash}`;
  const without = (/** @type {readonly Group[]} */ groups, /** @type {Group} */ group, /** @type {boolean} */ on) =>
    GROUPS.filter((one) => (one === group ? on : groups.includes(one)));
  return html`<${Dialog} app=${app} title=${texts("page-share")}>
    <p>${texts("page-share-text")}</p>
    <div class="scrolls" tabindex="0" role="region" aria-label=${texts("page-share-groups")}><table class="share">
      <thead><tr><th scope="col">${texts("page-share-groups")}</th><th scope="col">${texts("page-share-hide")}</th><th scope="col">${texts("page-share-lock")}</th></tr></thead>
      <tbody>${GROUPS.map((group) => {
        const name = texts(`page-group-${group}`);
        return html`<tr key=${group}><th scope="row">${name}</th>
          <td><${Check} kind="bare" label=${texts("page-share-hide-named", { name })} checked=${hidden.includes(group)}
            onSet=${(/** @type {boolean} */ on) => setHidden(without(hidden, group, on))} /></td>
          <td><${Check} kind="bare" label=${texts("page-share-lock-named", { name })} checked=${locked.includes(group)} disabled=${hidden.includes(group)}
            onSet=${(/** @type {boolean} */ on) => setLocked(without(locked, group, on))} /></td></tr>`;
      })}</tbody>
    </table></div>
    <div class="line">
      <label class="unseen" for=${id}>${texts("page-share-link")}</label>
      <input id=${id} type="text" readonly value=${link} onFocus=${(/** @type {FocusEvent} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget).select()} />
      <${Button} kind="accent" text=${texts("page-copy-link")} label=${texts("page-copy-link")} onPress=${() => app.act.copy(link)} />
    </div>
  </${Dialog}>`;
}

/** @param {{app: App}} props */
export function Dialogs({ app }) {
  const dialog = useSelected(app.store, (page) => page.dialog);
  if (dialog === "keys") return html`<${Keys} app=${app} />`;
  if (dialog === "share") return html`<${Share} app=${app} />`;
  return null;
}
