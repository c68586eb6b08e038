// What buttons and keys do. A group of controls that is hidden or locked does nothing, by key either.

import { fetchTexts } from "./texts.js";
import { whole } from "./views/numbers.js";
import { searchWith } from "./wishes.js";

/** @typedef {import("./state.js").Store} Store */
/** @typedef {import("./wishes.js").Group} Group */
/** @typedef {import("./views/page.js").Told} Told */
/** @typedef {ReturnType<typeof actsOf>} Acts */

/** Which group of controls a message belongs to. @type {Readonly<Record<string, Group>>} */
const GROUP_OF = {
  play: "play", pause: "play", forward: "steps", back: "steps", go: "timeline", speed: "speed", reset: "reset", renew: "renew",
  edit: "edit", freeze: "edit", cut: "edit", mark: "draw", rub: "draw", table: "data", layers: "layers", open: "runs", beside: "runs",
};

/** What is of no use while there are no points to learn from. */
const MOVING = new Set(["play", "forward", "back", "go", "reset", "renew"]);

/**
 * @param {Store} store
 * @param {import("./connection.js").Connection} connection
 * @param {AbortSignal} signal
 */
export function actsOf(store, connection, signal) {
  const { send } = connection;
  /** @param {Group} group */
  const barred = (group) => [...store.get().locked, ...store.get().hidden].includes(group);

  /** @param {Partial<import("./wishes.js").Wishes>} wishes */
  function wish(wishes) {
    const search = searchWith(location.search, wishes);
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  }

  /** A view's wish, or a control's: a message for the server, or something that only the page knows of. @param {Told} told */
  function tell(told) {
    if (told.type === "page") return store.act(/** @type {import("./views/page.js").PageAction} */ (told));
    const group = GROUP_OF[told.type];
    if (group && barred(group)) return;
    if (MOVING.has(told.type) && store.get().cleared !== "no") return say("page-cleared-none");
    send(told);
  }

  /** @param {string} key @param {Record<string, string | number>} [values] */
  const say = (key, values) => store.act({ type: "notice", kind: "said", text: store.get().texts(key, values) });

  /** Says that there is no step left to make; whether that is so. */
  function isAtEnd() {
    const { more = 0, last = 0 } = store.get().shown?.frame.header ?? {};
    if (more) say("page-all-made", { last: whole(last), more: whole(more) });
    return more > 0;
  }

  /** @param {number} count */
  const forward = (count) => isAtEnd() || tell({ type: "forward", count });
  /** @param {number} count */
  const back = (count) => tell({ type: "back", count });
  /** @param {number} step */
  const go = (step) => tell({ type: "go", step });
  /** @param {number | null} steps */
  const speed = (steps) => tell({ type: "speed", steps });

  /** Texts that are here, or on their way. @type {Map<import("./texts.js").Language, Promise<import("./texts.js").Texts>>} */
  const texts = new Map();
  const other = () => (store.get().texts.language === "en" ? "ja" : "en");
  /** @param {import("./texts.js").Language} language */
  function textsIn(language) {
    const known = texts.get(language) ?? fetchTexts(language, signal);
    texts.set(language, known);
    known.catch(() => texts.delete(language));
    return known;
  }

  return {
    tell,
    forward,
    back,
    go,
    speed,
    /** @param {Partial<import("./types.js").Setting>} setting */
    change: (setting, usual = false) => tell({ type: "change", setting, usual }),
    toggle() {
      const status = store.get().shown?.frame.header.status;
      if (status === "playing" || status === "preparing") tell({ type: "pause" });
      else if (!isAtEnd()) tell({ type: "play" });
    },
    /** So many steps more than all that were planned. @param {number} count */
    more: (count) => tell({ type: "play", more: count }),
    /** Takes all points away; the first one that is drawn takes their place. @param {boolean} on */
    clear(on) {
      if (on) tell({ type: "pause" });
      tell({ type: "page", action: "clear", cleared: on ? "empty" : "no" });
    },
    /** Gives the link of the page up. */
    example: () => connection.giveUp(store.get().texts("page-link-silent")),
    end: () => go(store.get().shown?.frame.header.last ?? 0),
    reset: () => tell({ type: "reset" }),
    renew: () => tell({ type: "renew", what: "start" }),
    /** Lets go of what is chosen and of the tool. */
    leave() {
      store.act({ type: "page", action: "tool", tool: { kind: "none", value: 0 } });
      store.act({ type: "page", action: "choose", chosen: null });
    },
    async language() {
      if (barred("language")) return;
      const language = other();
      send({ type: "language", language }); // what the server says of it comes while the texts do
      const texts = await textsIn(language);
      document.documentElement.lang = language;
      document.title = texts("page-title");
      store.act({ type: "set", values: { texts } });
      setTimeout(() => wish({ language })); // the address can wait until it is seen
    },
    /** Has the other language's texts brought, so that it is there at once. */
    prepare: () => void textsIn(other()),
    theme() {
      const theme = store.get().theme === "dark" ? "light" : "dark";
      wish({ theme });
      store.act({ type: "set", values: { theme } });
    },
    large() {
      const large = !store.get().large;
      wish({ large });
      store.act({ type: "set", values: { large } });
    },
    /** @param {string} text */
    async copy(text) {
      const { texts } = store.get();
      try {
        await navigator.clipboard.writeText(text);
        store.act({ type: "notice", kind: "said", text: texts("page-copied") });
      } catch {
        store.act({ type: "notice", kind: "fault", text: texts("page-not-copied") });
      }
    },
    /** @param {File} file */
    async bring(file) {
      const { texts, welcome } = store.get();
      const most = welcome?.limits.table ?? 0;
      if (file.size > most) {
        const text = texts("page-file-large", { name: file.name, most: (most / 2 ** 20).toFixed(1) });
        return store.act({ type: "notice", kind: "fault", text });
      }
      const bytes = new Uint8Array(await file.arrayBuffer());
      let plain = "";
      for (let at = 0; at < bytes.length; at += 2 ** 15) plain += String.fromCharCode(...bytes.subarray(at, at + 2 ** 15));
      tell({ type: "table", name: [...file.name].slice(0, 200).join(""), content: btoa(plain) });
    },
  };
}
