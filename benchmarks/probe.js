// In the page under playground.py: notes when which frame was drawn (the page says so within the animation frame), and how long after an input
// its effect was there. A click counts from when the button is let go.

(() => {
  const LATE = 10_000; // milliseconds after which an effect is waited for no more
  const headers = new Map();
  const probe = window.probe = { drawn: [], input: 0, newest: { step: 0, state: 0 }, last: null };
  const Plain = window.WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") return;
        const length = new DataView(data).getUint32(0, true);
        const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, length)));
        const looked = header.arrays.some(({ name }) => name === "look");
        headers.set(header.frame, { step: header.step, state: header.state, status: header.status, looked });
      });
    }
    send(text) {
      super.send(text);
      const message = JSON.parse(text);
      if (message.type !== "drawn") return;
      const header = headers.get(message.frame);
      headers.delete(message.frame);
      if (!header) return;
      probe.last = header;
      probe.drawn.push([performance.now(), header.step]);
      probe.check?.();
    }
  };
  const text = (selector) => document.querySelector(selector)?.textContent ?? "";
  const shown = () => ({
    ...probe.last, count: text(".course strong"), title: text(".field-title"), lang: document.documentElement.lang,
    main: document.querySelector("button.main")?.getAttribute("aria-label"),
  });
  const conditions = {
    play: (now, before) => now.status === "playing" && now.step > before.step && now.main !== before.main,
    pause: (now, before) => now.status !== "playing" && now.main !== before.main,
    step: (now, before) => now.step > before.step && now.count !== before.count,
    change: (now, before) => now.state > before.state,
    look: (now, before) => now.looked && now.title !== "" && now.title !== before.title,
    language: (now, before) => now.lang !== before.lang && now.main !== before.main,
  };
  probe.expect = (kind, type) => {
    const before = shown();
    probe.effect = new Promise((resolve) => {
      let input = 0;
      const heard = (event) => { if (event.isTrusted) input = input || event.timeStamp; };
      window.addEventListener(type, heard, { capture: true });
      const watch = new MutationObserver(() => probe.check?.());
      probe.check = () => {
        if (!input || !conditions[kind](shown(), before)) return;
        done(() => requestAnimationFrame(() => resolve(performance.now() - input)));
      };
      const late = setTimeout(() => done(() => resolve(null)), LATE);
      const done = (then) => {
        probe.check = undefined;
        clearTimeout(late);
        watch.disconnect();
        window.removeEventListener(type, heard, { capture: true });
        then();
      };
      watch.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
    });
  };
})();
