// The page's one socket: says hello, comes back after a break, and passes on what arrives. A link that can't be shown is given up: the page
// opens without it, and says why.

import { frameOf } from "./frames.js";

const VERSION = 1;
const SOON = 250; // milliseconds until the first new try; then twice as long each time, up to
const LATE = 5000;
const SLOW = 8000; // milliseconds without anything to show, until that is said
const PATIENCE = 3000; // milliseconds from a fault until there is something to show, else the link is given up
const FAULT = 1011; // something went wrong in the server, and the page comes back
const LASTS = 5000; // milliseconds: a connection that fails later than that was good
const MOST_FAILURES = 3; // of a link, one after another
// told by the server when there is no use in coming back: taken over by another page, another version, too many sessions
const FINAL = new Set([4001, 4003, 4004]);
const REFUSED = new Set([1008, 1009, 1011]); // for what the page sent, or a fault of the server: before anything is shown, its link is why
const BROKEN = new Set([1000, 1001, 1005, 1006, 1012]); // by the network, or a server that ends: says nothing of a link that was shown before

/** @typedef {import("./types.js").ServerMessage} ServerMessage */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {"opening" | "slow" | "open" | "lost" | "closed"} Condition  slow: it is open, but nothing comes that could be shown */

/**
 * @typedef {Object} Listener
 * @property {(message: ServerMessage) => void} message
 * @property {(frame: Frame) => void} frame
 * @property {(condition: Condition, code: number, reason: string) => void} condition  reason: the server's own, in a sentence, if it gave one
 * @property {() => string} language
 * @property {() => string} link  what a new session is to be made of
 * @property {(reason: string) => void} refused  the link is given up: the next one is to be empty
 */

/**
 * @typedef {Object} Connection
 * @property {(message: object) => boolean} send  false where it can't be sent now
 * @property {() => void} renew  a new session, as the listener's link says
 * @property {(reason: string) => void} giveUp  the link: a new session without it
 */

/**
 * @param {string} address
 * @param {Listener} listener
 * @param {AbortSignal} signal  ends it
 * @returns {Connection}
 */
export function connect(address, listener, signal) {
  /** @type {WebSocket | null} */
  let socket = null;
  let session = "";
  let tries = 0;
  let failures = 0; // of this link, one after another
  let wasShown = false; // whether anything of it was
  let timer = 0;
  let slow = 0;
  let patience = 0;

  function open() {
    rest();
    if (signal.aborted) return;
    const mine = new WebSocket(address);
    mine.binaryType = "arraybuffer";
    socket = mine;
    let isOpen = false;
    let isShown = false;
    let since = 0;
    /** @type {ServerMessage[]} */
    const early = []; // faults that came before there was anything to show

    mine.onopen = () => {
      isOpen = true;
      const hello = { type: "hello", version: VERSION, language: listener.language(), session, link: listener.link() };
      mine.send(JSON.stringify(hello));
      slow = window.setTimeout(() => socket === mine && listener.condition("slow", 0, ""), SLOW);
    };
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      if (typeof data !== "string") {
        if (!isShown) {
          [isShown, wasShown, since, tries] = [true, true, performance.now(), 0];
          rest();
          listener.condition("open", 0, "");
        }
        listener.frame(frameOf(data));
        for (const fault of early.splice(0)) listener.message(fault);
        return;
      }
      /** @type {ServerMessage} */
      const message = JSON.parse(data);
      if (message.type === "welcome") {
        session = message.session;
        listener.condition("open", 0, "");
      }
      if (message.type !== "fault" || isShown) return listener.message(message);
      early.push(message);
      clearTimeout(patience);
      patience = window.setTimeout(() => socket === mine && giveUp(message.text), PATIENCE);
    };
    mine.onclose = ({ code, reason }) => {
      if (socket !== mine || signal.aborted) return;
      socket = null;
      rest();
      const said = reason || early.map((fault) => ("text" in fault ? fault.text : "")).join(" ");
      if (FINAL.has(code) || (isShown && REFUSED.has(code) && code !== FAULT)) return listener.condition("closed", code, said);
      if (isShown && performance.now() - since > LASTS) failures = 0;
      if (isOpen && !(wasShown && BROKEN.has(code))) failures += REFUSED.has(code) && !wasShown ? MOST_FAILURES : 1;
      if (failures >= MOST_FAILURES) return giveUp(said, code);
      listener.condition("lost", code, said);
      timer = window.setTimeout(open, Math.min(LATE, SOON * 2 ** tries++));
    };
  }

  /** Nothing is waited for any more. */
  function rest() {
    for (const one of [timer, slow, patience]) clearTimeout(one);
    timer = slow = patience = 0;
  }

  /** @param {string} reason @param {number} [code] */
  function giveUp(reason, code = 0) {
    const link = listener.link();
    leave();
    if (link === "") return listener.condition("closed", code, reason);
    listener.refused(reason);
    begin();
  }

  function sooner() {
    if (socket === null && timer && document.visibilityState === "visible") open();
  }

  function leave() {
    rest();
    const old = socket;
    socket = null;
    old?.close(1000);
  }

  function begin() {
    session = "";
    tries = failures = 0;
    wasShown = false;
    open();
  }

  document.addEventListener("visibilitychange", sooner, { signal });
  window.addEventListener("online", sooner, { signal });
  signal.addEventListener("abort", leave);
  open();

  return {
    send(message) {
      if (socket?.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    renew() {
      leave();
      begin();
    },
    giveUp,
  };
}
