// The page's one socket: says hello, comes back after a break, and passes on what arrives.

import { frameOf } from "./frames.js";

const VERSION = 1;
const SOON = 250; // milliseconds until the first new try; then twice as long each time, up to
const LATE = 5000;
const FAULT = 1011; // something went wrong in the server
// told by the server when there is no use in coming back: too many sessions, taken over by another page, another version
const FINAL = new Set([1008, 1009, 4001, 4003, 4004]);

/** @typedef {import("./types.js").ServerMessage} ServerMessage */
/** @typedef {import("./types.js").Frame} Frame */
/** @typedef {"opening" | "open" | "lost" | "closed"} Condition */

/**
 * @typedef {Object} Listener
 * @property {(message: ServerMessage) => void} message
 * @property {(frame: Frame) => void} frame
 * @property {(condition: Condition, code: number) => void} condition
 * @property {() => string} language
 * @property {() => string} link  what a new session is to be made of
 */

/**
 * @typedef {Object} Connection
 * @property {(message: object) => boolean} send  false where it can't be sent now
 * @property {() => void} renew  a new session, as the listener's link says
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
  let timer = 0;
  let unopened = ""; // why the server could not even welcome the page: then the next session is not made of the same link

  function open() {
    clearTimeout(timer);
    if (signal.aborted) return;
    const mine = new WebSocket(address);
    mine.binaryType = "arraybuffer";
    let welcomed = false;
    socket = mine;
    mine.onopen = () => {
      const link = unopened ? "" : listener.link();
      mine.send(JSON.stringify({ type: "hello", version: VERSION, language: listener.language(), session, link }));
    };
    mine.onmessage = ({ data }) => {
      if (socket !== mine) return;
      if (typeof data !== "string") return listener.frame(frameOf(data));
      /** @type {ServerMessage} */
      const message = JSON.parse(data);
      if (message.type === "welcome") {
        session = message.session;
        tries = 0;
        welcomed = true;
        listener.condition("open", 0);
      }
      listener.message(message);
      if (welcomed && unopened) listener.message({ type: "fault", text: unopened });
      if (welcomed) unopened = "";
    };
    mine.onclose = ({ code, reason }) => {
      if (socket !== mine || signal.aborted) return;
      socket = null;
      if (code === FAULT && !welcomed) unopened = reason;
      if (FINAL.has(code)) return listener.condition("closed", code);
      listener.condition("lost", code);
      timer = window.setTimeout(open, Math.min(LATE, SOON * 2 ** tries++));
    };
  }

  function sooner() {
    if (socket === null && timer && document.visibilityState === "visible") open();
  }

  function leave() {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close(1000);
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
      session = "";
      tries = 0;
      open();
    },
  };
}
