// Single keys act only when nobody is typing, and can be switched off on this device.
import { store, typing, visible } from "./dom.js";
import { openPalette } from "./palette.js";

const OFF = "parvis-keys-off";
const rows = () => [...document.querySelectorAll("[data-rows] > *, .table[data-keys] tbody tr, .todo[data-keys] > li, [data-row]")].filter((e) => visible(e) && !e.closest(".beside"));

function current() { return document.querySelector("[data-current-row]"); }

function move(step) {
  const list = rows();
  if (!list.length) { return false; }
  const here = list.indexOf(current());
  const next = list[Math.max(0, Math.min(list.length - 1, here + step))] || list[0];
  if (current()) { current().removeAttribute("data-current-row"); }
  next.setAttribute("data-current-row", "");
  const link = next.querySelector("a[href], button");
  if (link) { link.focus({ preventScroll: true }); }
  next.scrollIntoView({ block: "nearest" });
  return true;
}

// X (or the space bar, away from links) chooses the row that J and K stand on.
function choose() {
  const box = current() && current().querySelector("input[type=checkbox].cb:not(:disabled)");
  if (!box) { return false; }
  box.click();
  return true;
}

// The box over the column chooses every row of the page; without script it is not there.
function offerAll() { document.querySelectorAll("[data-pick-all]").forEach((box) => { box.hidden = false; }); }
offerAll();
document.addEventListener("htmx:afterSettle", offerAll);
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-pick-all]")) { return; }
  event.target.closest("table").querySelectorAll("tbody input[type=checkbox].cb").forEach((box) => { box.checked = event.target.checked; });
});

function press(key) {
  const wanted = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((e) => visible(e) && e.getAttribute("aria-disabled") !== "true" && !e.disabled);
  const inside = document.querySelector("dialog[open]");
  const target = wanted.find((e) => !inside || inside.contains(e));
  if (!target) { return false; }
  if (target.matches("input, textarea, select")) { target.focus(); }
  else if (target.hasAttribute("data-key-focus")) { writeIn(target); }
  else {
    after = target.getAttribute("data-key-then") || "";
    target.click();
  }
  return true;
}

// A form that a key opened is there to be written in: its first empty text, else its first field.
let after = "";

function writeIn(place) {
  const fields = [...place.querySelectorAll("input:not([type=hidden]), textarea, select")].filter((e) => visible(e) && !e.disabled);
  const field = fields.find((e) => e.matches("[data-first]")) || fields.find((e) => e.matches("textarea")) || fields[0];
  if (!field) { return; }
  field.focus({ preventScroll: true });
  field.scrollIntoView({ block: "center" });
}

document.addEventListener("htmx:afterSettle", () => {
  const place = after && document.querySelector(after);
  after = "";
  if (place) { writeIn(place); }
});

function focusOn(selector) {
  const element = [...document.querySelectorAll(selector)].find(visible);
  if (!element) { return false; }
  element.focus();
  if (element.select) { element.select(); }
  return true;
}

function help() {
  const dialog = document.getElementById("keys");
  if (!dialog) { return false; }
  const list = dialog.querySelector("[data-keys-page]");
  if (list) {
    list.replaceChildren();
    const seen = new Set();
    document.querySelectorAll("[data-key]").forEach((element) => {
      if (!visible(element) || seen.has(element.dataset.key)) { return; }
      seen.add(element.dataset.key);
      const line = document.createElement("div");
      line.className = "row";
      const key = document.createElement("kbd");
      key.textContent = element.dataset.key.length === 1 ? element.dataset.key.toUpperCase() : element.dataset.key;
      const copy = element.cloneNode(true);
      copy.querySelectorAll("kbd, svg").forEach((e) => { e.remove(); });
      const word = document.createElement("span");
      word.textContent = element.dataset.keyLabel || element.getAttribute("aria-label") || copy.textContent.trim();
      line.append(key, word);
      list.append(line);
    });
  }
  const off = dialog.querySelector("[data-keys-off]");
  if (off) { off.checked = store.get("localStorage", OFF) === "1"; }
  dialog.showModal();
  return true;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-keys-off]")) { store.set("localStorage", OFF, event.target.checked ? "1" : "0"); }
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-open]");
  if (!opener) { return; }
  if (opener.dataset.open === "keys") { help(); return; }
  const target = document.getElementById(opener.dataset.open);
  if (target && target.showModal) { target.showModal(); }
});

document.addEventListener("keydown", (event) => {
  const key = event.key;
  if ((event.ctrlKey || event.metaKey) && key.toLowerCase() === "k") {
    if (openPalette()) { event.preventDefault(); }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && key === "Enter") {
    // A field may stand outside its form (form="…"); the button that shows these keys says what is sent.
    const form = event.target.form || (event.target.closest && event.target.closest("form"));
    if (form) {
      event.preventDefault();
      const said = [...form.elements].find((e) => e.type === "submit" && e.querySelector("kbd") && e.textContent.includes("\u21b5"));
      if (said && said.getAttribute("aria-disabled") === "true") { said.focus(); } else { form.requestSubmit(said || null); }
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) { return; }
  if (typing(event.target)) {
    if (key === "Escape") { event.target.blur(); }
    return;
  }
  if (store.get("localStorage", OFF) === "1") { return; }
  const word = key.length === 1 ? key.toLowerCase() : key;
  const dialog = document.querySelector("dialog[open]");
  let acted = press(word);
  if (!acted && !dialog) {
    if (word === "j") { acted = move(1); }
    else if (word === "k") { acted = move(-1); }
    else if (word === "/") { acted = focusOn("[data-list-search]") || openPalette(); }
    else if (word === "x" || (word === " " && !event.target.closest("a, button, summary, input"))) { acted = choose(); }
    else if (word === "f") { acted = focusOn("[data-filter]"); }
    else if (word === "?") { acted = help(); }
    else if (word === "Enter" && event.target === document.body && current()) {
      const link = current().querySelector("a[href]");
      if (link) { link.click(); acted = true; }
    }
  }
  if (acted) { event.preventDefault(); }
});
