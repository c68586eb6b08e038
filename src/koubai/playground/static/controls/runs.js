// The kept runs: to go on with one, or to lay one beside.

import { html, useEffect } from "../vendor/preact.js";
import { short, whole } from "../views/numbers.js";
import { Group } from "./groups.js";
import { Button } from "./inputs.js";
import { useSelected, useTexts } from "./selected.js";

/** @param {{app: import("../app.js").App}} props */
export function Runs({ app }) {
  const { act, store } = app;
  const texts = useTexts(store);
  const runs = useSelected(store, (page) => page.runs);
  const keeps = useSelected(store, (page) => page.welcome?.keeps ?? true);
  const own = useSelected(store, (page) => page.shown?.frame.header.run ?? page.state?.run ?? "");
  const beside = useSelected(store, (page) => page.state?.beside?.name ?? "");
  const rests = useSelected(store, (page) => !["playing", "preparing"].includes(page.shown?.frame.header.status ?? ""));
  const ask = () => act.tell({ type: "runs" });
  useEffect(ask, [own, rests]);
  const heads = ["page-run-data", "page-run-network", "page-run-method", "page-run-steps", "page-run-loss", "page-run-status"];
  return html`<${Group} app=${app} name="runs">
    <div class="line">
      <p class="said">${texts(keeps ? "page-runs-text" : "page-runs-none-kept")}</p>
      <${Button} icon="reset" label=${texts("page-runs-again")} onPress=${ask} />
      ${beside && html`<${Button} text=${texts("page-beside-end")} label=${texts("page-beside-end")} onPress=${() => act.tell({ type: "beside", name: "" })} />`}
    </div>
    ${runs?.length === 0 && html`<p>${texts("page-runs-none")}</p>`}
    ${runs && runs.length > 0 && html`<div class="scrolls" tabindex="0" role="region" aria-label=${texts("page-runs")}><table class="runs">
      <thead><tr><th scope="col">${texts("page-run-name")}</th><th><span class="unseen">${texts("page-run-acts")}</span></th>
        ${heads.map((head) => html`<th key=${head} scope="col">${texts(head)}</th>`)}</tr></thead>
      <tbody>${runs.map((run) => html`<tr key=${run.name} aria-current=${run.name === own ? "true" : undefined}>
        <th scope="row">${run.name}</th>
        <td class="buttons">
          <${Button} kind="small" named text=${texts("page-run-open")} label=${texts("page-run-open-named", { name: run.name })}
            onPress=${() => act.tell({ type: "open", name: run.name })} />
          <${Button} kind="small" named text=${texts("page-run-beside")} label=${texts("page-run-beside-named", { name: run.name })}
            pressed=${run.name === beside} onPress=${() => act.tell({ type: "beside", name: run.name === beside ? "" : run.name })} />
        </td>
        <td>${texts.called(run.data)}</td><td>${run.network}</td><td>${texts.called(run.method)}</td>
        <td class="number">${whole(run.steps)}</td><td class="number">${short(run.loss)}</td><td>${run.status}</td>
      </tr>`)}</tbody>
    </table></div>`}
  </${Group}>`;
}
