// Simple accessibility checks, run inside the page. Each answers a list of what is wrong.
() => {
  const CONTROLS = "button, a[href], input, select, textarea, dialog[open], [role=img], [role=region]";
  const named = (id) => document.getElementById(id)?.textContent.trim();
  const visible = (node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  function hasName(node) {
    const ids = (node.getAttribute("aria-labelledby") ?? "").split(" ");
    return node.getAttribute("aria-label") || node.labels?.length || node.textContent.trim() || ids.some(named);
  }

  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function rgba(colour) {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = colour;
    pixel.fillRect(0, 0, 1, 1);
    return [...pixel.getImageData(0, 0, 1, 1).data];
  }

  const linear = (v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);

  function ground(node) {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  }

  // The contrast of a node's words against the first opaque ground behind them, as WCAG 2 counts it.
  function contrast(node) {
    const [a, b] = [light(rgba(getComputedStyle(node).color)), light(ground(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  const hasWords = (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const drawn = (node) => visible(node) && hasWords(node) && !node.closest("svg, .unseen, .skip, noscript");

  return {
    nameless: () => [...document.querySelectorAll(CONTROLS)].filter(visible).filter((node) => !hasName(node)).map((node) => node.outerHTML),
    doubled: () => {
      const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
      return ids.filter((id, at) => ids.indexOf(id) !== at);
    },
    faint: () =>
      [...document.body.querySelectorAll("*")].filter(drawn).filter((node) => contrast(node) < 4.5)
        .map((node) => `${contrast(node).toFixed(2)}: ${node.textContent.trim().slice(0, 40)}`),
  };
}
