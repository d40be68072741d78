// What is wrong with this page, as a list of sentences.
const faults = [];
const shown = (element) => {
  const box = element.getBoundingClientRect();
  return element.checkVisibility({ visibilityProperty: true }) && box.width > 1 && box.height > 1;
};
const about = (element) => `<${element.localName}> “${(element.textContent || element.id || element.name || "").trim().slice(0, 40)}”`;

const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  const widest = [...document.body.querySelectorAll("*")].reduce((a, b) =>
    b.getBoundingClientRect().right > a.getBoundingClientRect().right ? b : a);
  faults.push(`it is ${root.scrollWidth} pixels wide on a screen of ${root.clientWidth}: ${about(widest)}`);
}

for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  const named = [...(field.labels || [])].some((label) => label.textContent.trim()) || field.ariaLabel;
  if (!named) faults.push(`${about(field)} has no label`);
}
for (const element of document.querySelectorAll("a, button, summary")) {
  if (!(element.ariaLabel || element.textContent).trim()) faults.push(`${about(element)} has no name`);
}
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
ids.filter((id, at) => ids.indexOf(id) !== at).forEach((id) => faults.push(`the id ${id} stands twice`));
if (document.querySelectorAll("h1").length !== 1) faults.push("it has not exactly one h1");
if (!document.title) faults.push("it has no title");
if (!root.lang) faults.push("it has no language");

// Contrast, by WCAG 2: 4.5 to 1, 3 to 1 for large text.
const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = colour;
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, below) => [0, 1, 2].map((at) => top[at] * top[3] + below[at] * (1 - top[3])).concat(1);
const background = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const style = getComputedStyle(at);
    if (style.backgroundImage !== "none") return null;
    layers.unshift(rgba(style.backgroundColor));
  }
  const canvas = rgba(getComputedStyle(root).colorScheme.includes("dark") && matchMedia("(prefers-color-scheme: dark)").matches ? "#121212" : "#ffffff");
  return layers.reduce((below, top) => over(top, below), canvas);
};
const light = ([r, g, b]) => {
  const part = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
for (const element of document.body.querySelectorAll("*")) {
  const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
  const written = element.matches("input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea");
  if ((!own && !written) || !shown(element) || element.matches("option, script, style, :disabled")) continue;
  const style = getComputedStyle(element);
  const below = background(element);
  if (!below) continue;
  const [one, other] = [light(over(rgba(style.color), below)), light(below)].sort((a, b) => b - a);
  const ratio = (one + 0.05) / (other + 0.05);
  const size = parseFloat(style.fontSize);
  const wanted = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  if (ratio < wanted) faults.push(`${about(element)} has a contrast of ${ratio.toFixed(2)} to 1`);
}
return faults;
