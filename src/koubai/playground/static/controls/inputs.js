// The few kinds of inputs that all controls are made of. What is being entered stays until the server has answered.

import { html, useEffect, useId, useRef, useState } from "../vendor/preact.js";
import { short } from "../views/numbers.js";
import { judged, wanted } from "../views/number_input.js";
import { Icon } from "./icons.js";
import { useSelected, useTexts } from "./selected.js";

const PAUSE = 60; // milliseconds between two values that a moving slider sends

/**
 * A value that can be ahead of the one that is known: ``[shown, entered, done, left]``.
 *
 * @template T
 * @param {T} known
 * @returns {[T, (value: T) => void, () => void, () => void]}
 */
function useDraft(known) {
  const [draft, setDraft] = useState(/** @type {{value: T, settled: boolean} | null} */ (null));
  useEffect(() => setDraft((held) => held && !held.settled ? held : null), [known]);
  useEffect(() => {
    if (!draft?.settled) return undefined;
    const timer = setTimeout(() => setDraft(null), 1000); // where the server has kept its own
    return () => clearTimeout(timer);
  }, [draft]);
  return [
    draft ? draft.value : known,
    (value) => setDraft({ value, settled: false }),
    () => setDraft((held) => held && { ...held, settled: true }),
    () => setDraft(null),
  ];
}

/**
 * ``send``, but not more often than a server likes; the last value is sent in any case.
 *
 * @template T
 * @param {(value: T) => void} send
 */
function useThrottled(send) {
  const held = useRef({ timer: 0, next: /** @type {{value: T} | null} */ (null), send });
  held.current.send = send;
  const flush = () => {
    const { next } = held.current;
    held.current.timer = 0;
    held.current.next = null;
    if (!next) return;
    held.current.send(next.value);
    held.current.timer = window.setTimeout(flush, PAUSE);
  };
  useEffect(() => () => clearTimeout(held.current.timer), []);
  return (/** @type {T} */ value) => {
    held.current.next = { value };
    if (!held.current.timer) flush();
  };
}

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement} */ (event.currentTarget).value;

/**
 * @param {{label: string, icon?: Parameters<typeof Icon>[0]["name"], keys?: string, kind?: string, pressed?: boolean, disabled?: boolean,
 *     idle?: boolean, text?: string, named?: boolean, onPress: () => void}} props  idle: it is of no use now, but
 *     keeps the focus; text: what stands on the button beside the sign; named: a screen reader is
 *     told the label all the same
 */
export function Button({ label, icon, keys, kind = "", pressed, disabled, idle, text, named = false, onPress }) {
  return html`<button type="button" class=${`button ${text ? "" : "square"} ${kind}`} aria-label=${text && !named ? undefined : label}
      title=${keys ? `${label} (${keys})` : label} aria-pressed=${pressed} aria-disabled=${idle ? "true" : undefined} disabled=${disabled} onClick=${onPress}>
    ${icon && html`<${Icon} name=${icon} />`}${text && html`<span>${text}</span>`}
  </button>`;
}

/**
 * @typedef {{name: string, label: string, text?: string}} Option  text: what is said of it beneath
 * @param {{label: string, value: string, options: Option[], groups?: {label: string, options: Option[]}[], said?: boolean,
 *     unseen?: boolean, onPick: (name: string) => void}} props
 */
export function Choice({ label, value, options, groups = [], said = false, unseen = false, onPick }) {
  const id = useId();
  const [shown, enter, done] = useDraft(value);
  const all = [...options, ...groups.flatMap((group) => group.options)];
  const text = all.find(({ name }) => name === shown)?.text;
  const entry = (/** @type {Option} */ { name, label: called }) =>
    html`<option key=${name} value=${name} selected=${name === shown}>${called}</option>`;
  return html`<div class=${unseen ? "bare" : "field"}>
    <label for=${id} class=${unseen ? "unseen" : ""}>${label}</label>
    <select id=${id} value=${shown} title=${said ? undefined : text} aria-describedby=${said && text ? `${id}-said` : undefined}
        onChange=${(/** @type {Event} */ event) => { enter(valueOf(event)); done(); onPick(valueOf(event)); }}>
      ${options.map(entry)}
      ${groups.map((group) => html`<optgroup key=${group.label} label=${group.label}>${group.options.map(entry)}</optgroup>`)}
    </select>
    ${said && text && html`<p class="said" id=${`${id}-said`}>${text}</p>`}
  </div>`;
}

/**
 * @param {{label: string, value: number, min: number, max: number, step: number, show?: (value: number) => string, live?: boolean,
 *     onSet: (value: number) => void}} props  live: sent while the slider is moved, else when it is let go
 */
export function Slider({ label, value, min, max, step, show = String, live = false, onSet }) {
  const id = useId();
  const [shown, enter, done] = useDraft(value);
  const send = useThrottled(onSet);
  return html`<div class="field">
    <div class="heading"><label for=${id}>${label}</label><output for=${id}>${show(shown)}</output></div>
    <input id=${id} type="range" min=${min} max=${max} step=${step} value=${shown} aria-valuetext=${show(shown)}
      onInput=${(/** @type {Event} */ event) => { enter(Number(valueOf(event))); if (live) send(Number(valueOf(event))); }}
      onChange=${(/** @type {Event} */ event) => { done(); if (!live) onSet(Number(valueOf(event))); }} />
  </div>`;
}

/**
 * A number that is written. What isn't possible is not taken: it stays, with the sentence that says why, until it is mended, or given up
 * by Escape.
 *
 * @param {{app: import("../app.js").App, field: string, label: string, value: number | null, empty?: string, hidden?: boolean,
 *     disabled?: boolean, onSet: (value: number | null) => void}} props
 *     field: whose bounds it has; empty: what no number means, where that is allowed; hidden: the label is for a screen reader only
 */
export function NumberField({ app, field, label, value, empty, hidden = false, disabled = false, onSet }) {
  const id = useId();
  const texts = useTexts(app.store);
  const bounds = useSelected(app.store, (page) => page.welcome?.limits.numbers[field]);
  const [shown, enter, done, leave] = useDraft(value === null ? "" : String(bounds?.whole ? value : Number(value.toPrecision(6))));
  if (!bounds) return null;
  const may = wanted(bounds, texts);
  const { value: number, fault } = judged(shown, bounds, texts);
  const commit = () => {
    if (fault) return;
    done();
    if (number !== value) onSet(number);
  };
  const key = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape" || !fault) return;
    event.preventDefault();
    leave();
  };
  return html`<div class=${hidden ? "bare" : "field"}>
    <label for=${id} class=${hidden ? "unseen" : ""}>${label}</label>
    <input id=${id} type="text" inputmode=${bounds.whole ? "numeric" : "decimal"} autocomplete="off" spellcheck=${false} value=${shown}
      placeholder=${empty} title=${may} disabled=${disabled} aria-invalid=${fault ? "true" : undefined} aria-describedby=${`${id}-may`}
      onInput=${(/** @type {Event} */ event) => enter(valueOf(event))} onChange=${commit} onKeyDown=${key} />
    <p id=${`${id}-may`} class=${fault ? "refused" : "unseen"} aria-live="polite">${fault || may}</p>
  </div>`;
}

/**
 * One of some values, mostly from small to large in even proportions, by a slider; or any other, written.
 *
 * @param {{app: import("../app.js").App, field: string, label: string, value: number, values: readonly number[], disabled?: boolean,
 *     onSet: (value: number) => void}} props
 */
export function Scale({ app, field, label, value, values, disabled = false, onSet }) {
  const id = useId();
  const [shown, enter, done] = useDraft(value);
  const send = useThrottled(onSet);
  const at = nearest(values, shown);
  const read = (/** @type {Event} */ event) => values[Number(valueOf(event))] ?? value;
  return html`<div class="field scale">
    <div class="heading">
      <label for=${id}>${label}</label>
      <${NumberField} app=${app} field=${field} label=${label} hidden value=${shown} onSet=${(/** @type {number | null} */ number) => number !== null && onSet(number)} />
    </div>
    <input id=${id} type="range" min="0" max=${values.length - 1} step="1" value=${at} disabled=${disabled} aria-valuetext=${short(shown)}
      onInput=${(/** @type {Event} */ event) => { enter(read(event)); send(read(event)); }} onChange=${done} />
  </div>`;
}

/**
 * Where in ``values`` the one is that is nearest in proportion.
 *
 * @param {readonly number[]} values
 * @param {number} value
 */
function nearest(values, value) {
  const far = (/** @type {number} */ one) => Math.abs(Math.log((one || 1e-15) / (value || 1e-15)));
  return values.reduce((best, one, index) => far(one) < far(values[best] ?? 0) ? index : best, 0);
}

/**
 * @param {{label: string, checked: boolean, kind?: "chip" | "plain", disabled?: boolean, onSet: (checked: boolean) => void}} props
 */
export function Check({ label, checked, kind = "plain", disabled, onSet }) {
  return html`<label class=${`check ${kind}`}>
    <input type="checkbox" checked=${checked} disabled=${disabled}
      onChange=${(/** @type {Event} */ event) => onSet(/** @type {HTMLInputElement} */ (event.currentTarget).checked)} />
    <span>${label}</span>
  </label>`;
}
