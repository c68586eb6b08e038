// A part of the page's state that a control shows: it is drawn anew only where that part has changed.

import { useEffect, useReducer, useRef } from "../vendor/preact.js";

/** @typedef {import("../state.js").Store} Store */
/** @typedef {import("../state.js").PageState} PageState */

/**
 * @template T
 * @param {Store} store
 * @param {(page: PageState) => T} select  its values are compared by ===
 * @returns {T}
 */
export function useSelected(store, select) {
  const [, again] = useReducer((/** @type {number} */ count) => count + 1, 0);
  const value = select(store.get());
  const now = useRef({ value, select });
  now.current = { value, select };
  useEffect(() => store.subscribe(() => {
    if (now.current.select(store.get()) !== now.current.value) again(undefined);
  }), [store]);
  return value;
}

/** @param {Store} store */
export const useTexts = (store) => useSelected(store, (page) => page.texts);

/**
 * The setting that the server has; null before it has told any.
 *
 * @param {Store} store
 */
export const useSetting = (store) => useSelected(store, (page) => page.state?.setting ?? null);
