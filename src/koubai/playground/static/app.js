// The page: puts its parts together. Python computes, the page shows.

import { actsOf } from "./acts.js";
import { hashOf, keepAddress } from "./address.js";
import { connect } from "./connection.js";
import { Shell } from "./controls/shell.js";
import { listenToDrops } from "./drops.js";
import { listenToTouch } from "./touch_scroll.js";
import { listenToKeys } from "./keys.js";
import { painterOf } from "./painter.js";
import { opening, storeOf } from "./state.js";
import { fetchTexts, languageOf } from "./texts.js";
import { html, render } from "./vendor/preact.js";
import { wishesOf } from "./wishes.js";

/**
 * What every control is given.
 *
 * @typedef {Object} App
 * @property {import("./state.js").Store} store
 * @property {import("./acts.js").Acts} act
 * @property {import("./painter.js").Painter} painter
 */

const NARROW = "(max-width: 63.99rem)";

/**
 * Follows a media query until ``signal``.
 *
 * @param {string} query
 * @param {(matches: boolean) => void} told  at once, and at every change
 * @param {AbortSignal} signal
 */
function follow(query, told, signal) {
  const media = matchMedia(query);
  media.addEventListener("change", () => told(media.matches), { signal });
  told(media.matches);
}

/** Looks that the whole page has: they stand at its root. @param {import("./state.js").PageState} page */
function dress({ theme, large, reduced }) {
  const root = document.documentElement;
  root.dataset.theme = theme;
  root.dataset.size = large ? "large" : "plain";
  root.dataset.motion = reduced ? "reduced" : "plain";
}

/**
 * @param {HTMLElement} root
 * @param {AbortSignal} signal  takes the page away again
 */
async function open(root, signal) {
  const wishes = wishesOf(location.search);
  const language = wishes.language ?? languageOf(navigator.languages);
  document.documentElement.lang = language;
  const texts = await fetchTexts(language, signal);
  document.title = texts("page-title");

  const { large, hidden, locked } = wishes;
  const store = storeOf(opening({ texts, theme: wishes.theme ?? "light", large, reduced: false, narrow: false, hidden, locked }));
  store.subscribe(() => dress(store.get()));
  follow("(prefers-reduced-motion: reduce)", (reduced) => store.act({ type: "set", values: { reduced } }), signal);
  follow(NARROW, (narrow) => store.act({ type: "set", values: { narrow } }), signal);
  follow("(prefers-color-scheme: dark)", (dark) => {
    if (wishesOf(location.search).theme === null) store.act({ type: "set", values: { theme: dark ? "dark" : "light" } });
  }, signal);

  const token = new URLSearchParams(location.search).get("token");
  const socket = new URL(`/socket${token ? `?token=${encodeURIComponent(token)}` : ""}`, location.href);
  socket.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const connection = connect(socket.href, {
    message: (message) => store.act(message),
    frame: (frame) => painter.frame(frame),
    condition: (condition, code, reason) => store.act({ type: "condition", condition, code, reason }),
    language: () => store.get().texts.language,
    link: () => hashOf(store.get(), true) ?? location.hash.slice(1), // should the session be gone, another goes on from here
    refused(reason) {
      history.replaceState(null, "", `${location.pathname}${location.search}`);
      store.act({ type: "set", values: { state: null, shown: null, chosen: null } });
      store.act({ type: "notice", kind: "fault", text: store.get().texts("page-link-dropped", { reason }).trim(), stays: true });
    },
  }, signal);
  const painter = painterOf(store, (frame) => connection.send({ type: "drawn", frame }));

  /** @type {App} */
  const app = { store, painter, act: actsOf(store, connection, signal) };
  keepAddress(store, () => {
    store.act({ type: "set", values: { state: null, shown: null, chosen: null } });
    connection.renew();
  }, signal);
  listenToKeys(app, signal);
  listenToDrops(root, app, signal);
  listenToTouch(root, signal);
  dress(store.get());
  render(html`<${Shell} app=${app} />`, root);
  app.act.prepare();
  signal.addEventListener("abort", () => render(null, root));
}

const root = document.getElementById("app");
if (root) open(root, new AbortController().signal);
