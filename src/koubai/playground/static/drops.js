// A file that is dropped anywhere on the page becomes the data.

/**
 * @param {HTMLElement} root
 * @param {import("./app.js").App} app
 * @param {AbortSignal} signal
 */
export function listenToDrops(root, app, signal) {
  let inside = 0;

  /** @param {number} change */
  function count(change) {
    inside = change ? Math.max(0, inside + change) : 0;
    root.classList.toggle("drop", inside > 0);
  }

  /** @param {DragEvent} event */
  const carriesFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;

  /** @param {"dragenter" | "dragover" | "dragleave" | "drop"} kind @param {(event: DragEvent) => void} deed */
  const on = (kind, deed) => document.addEventListener(kind, (event) => {
    if (!carriesFile(event)) return;
    event.preventDefault();
    deed(event);
  }, { signal });

  on("dragenter", () => count(1));
  on("dragleave", () => count(-1));
  on("dragover", () => {});
  on("drop", (event) => {
    count(0);
    const file = event.dataTransfer?.files[0];
    if (file) void app.act.bring(file);
  });
}
