/** In a tab that nobody sees there are no frames, and no hurry. */
const hiddenEveryMs = 250;

/** Calls `draw` soon, once for however many times it was asked to until then: screens show no more than that. */
export function onceAFrame(draw: () => void): () => void {
  let waiting = false;
  const run = () => {
    waiting = false;
    draw();
  };
  return () => {
    if (waiting) return;
    waiting = true;
    if (document.hidden) setTimeout(run, hiddenEveryMs);
    else requestAnimationFrame(run);
  };
}
