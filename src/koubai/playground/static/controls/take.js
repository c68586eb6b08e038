// What can be taken home: pictures, a film, tables, a script, the run itself, and the link.

import { html } from "../vendor/preact.js";
import { Group } from "./groups.js";
import { Button } from "./inputs.js";
import { useSelected, useTexts } from "./selected.js";
import { Icon } from "./icons.js";

/** @param {{app: import("../app.js").App}} props */
export function Take({ app }) {
  const texts = useTexts(app.store);
  const welcome = useSelected(app.store, (page) => page.welcome);
  const state = useSelected(app.store, (page) => page.state);
  if (!welcome || !state) return null;
  const query = new URLSearchParams({ lang: texts.language });
  const token = new URLSearchParams(location.search).get("token");
  if (token) query.set("token", token);
  /** @param {string} what @param {string} text @param {string} label */
  const link = (what, text, label) => html`<a class="button" key=${what} href=${`/take/${welcome.session}/${what}?${query}`} download
      aria-label=${label === text ? undefined : `${label} ${text}`}><${Icon} name="down" /><span>${text}</span></a>`;
  /** @param {string} label @param {unknown} content */
  const row = (label, content) => html`<div class="take-row" key=${label}><dt>${label}</dt><dd class="buttons">${content}</dd></div>`;
  return html`<${Group} app=${app} name="take">
    <dl class="take">
      ${row(texts("page-take-link"), html`<${Button} icon="share" text=${texts("page-copy-link")} label=${texts("page-copy-link")}
        onPress=${() => app.act.copy(location.href)} />`)}
      ${state.pictures.map(({ name, text }) => row(text, [
        link(`picture-${name}.png`, "PNG", text), link(`picture-${name}.svg`, "SVG", text),
      ]))}
      ${row(texts("page-take-film"), [link("film.mp4", "MP4", texts("page-take-film")), link("film.gif", "GIF", texts("page-take-film"))])}
      ${row(texts("page-take-tables"), [
        link("weights.csv", texts("page-take-weights"), texts("page-take-weights")), link("losses.csv", texts("page-take-losses"), texts("page-take-losses")),
      ])}
      ${row(texts("page-take-run"), [
        link("script.py", texts("page-take-script"), texts("page-take-script")), link("run.koubai.zip", texts("page-take-zip"), texts("page-take-zip")),
      ])}
    </dl>
  </${Group}>`;
}
