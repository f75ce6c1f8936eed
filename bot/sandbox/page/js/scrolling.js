// Scrollers that stay at their end while the reader is at the end, however the content or the window changes.

const NEAR = 60;
const ends = new WeakMap();

const toEnd = (scroller) => (scroller.scrollTop = scroller.scrollHeight);

/** Makes `scroller` stick to its end; `content` is the element that grows. */
export function stick(scroller, content) {
  ends.set(scroller, true);
  let top = 0;
  scroller.addEventListener("scroll", () => {
    // Only moving up leaves the end: the end also moves away by itself, when the content grows or the window shrinks.
    if (scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR) ends.set(scroller, true);
    else if (scroller.scrollTop < top) ends.set(scroller, false);
    top = scroller.scrollTop;
  });
  const watch = new ResizeObserver(() => ends.get(scroller) && toEnd(scroller));
  watch.observe(scroller);
  watch.observe(content);
}

export function jumpToEnd(scroller) {
  ends.set(scroller, true);
  toEnd(scroller);
}
