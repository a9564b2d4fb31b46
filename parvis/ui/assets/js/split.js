// A list and, on a wide screen, what one of its lines leads to, side by side. On a narrow screen and without script the lines are links.
// [data-split="beside/"] holds the list and #beside; its value, put behind the address of a line, is where the summary is.
import htmx from "htmx.org";
import { typing } from "./dom.js";

const WIDE = window.matchMedia("(min-width: 1024px)");
const OPEN = "split--open";
const PAUSE = 180;
const MARK = "#file-";

const place = () => document.querySelector("[data-split]");
const pane = () => document.getElementById("beside");
const isOpen = () => Boolean(place() && place().classList.contains(OPEN));
const lines = () => (place() ? [...place().querySelectorAll("tbody tr[data-row]")] : []);
const linkOf = (line) => line && line.querySelector("td.main a[href]");
const shown = () => lines().find((line) => linkOf(line) && linkOf(line).getAttribute("aria-current") === "true");
const idOf = (link) => (/([0-9a-f-]{36})\/$/.exec(link.pathname) || [])[1] || "";

let timer = 0;
let pointing = false;
let wanted = "";

function mark(line) {
  lines().forEach((one) => { const link = linkOf(one); if (link) { link.removeAttribute("aria-current"); } });
  document.querySelectorAll("[data-current-row]").forEach((one) => { one.removeAttribute("data-current-row"); });
  line.setAttribute("data-current-row", "");
  linkOf(line).setAttribute("aria-current", "true");
}

function remember(id) {
  try { history.replaceState(history.state, "", `${location.pathname}${location.search}${id ? MARK + id : ""}`); } catch { /* refused: the list opens without it */ }
}

function open(line, pause) {
  const link = linkOf(line);
  if (!link) { return; }
  place().classList.add(OPEN);
  mark(line);
  wanted = idOf(link);
  remember(wanted);
  const here = pane();
  here.hidden = false;
  here.setAttribute("aria-busy", "true");  // what is still there is of another line
  clearTimeout(timer);
  timer = setTimeout(() => { htmx.ajax("GET", link.pathname + place().dataset.split, { target: "#beside", swap: "outerHTML" }); }, pause);
}

function close() {
  clearTimeout(timer);
  const line = shown();
  const link = line && linkOf(line);
  place().classList.remove(OPEN);
  const here = pane();
  here.hidden = true;
  here.replaceChildren();
  wanted = "";
  remember("");
  if (link) { link.removeAttribute("aria-current"); link.focus({ preventScroll: true }); }
}

// Chosen with the pointer: the link of the line, or the line beside its link. A line that is open already is opened whole.
document.addEventListener("pointerdown", () => { pointing = true; });
document.addEventListener("pointerup", () => { setTimeout(() => { pointing = false; }, 0); });
document.addEventListener("click", (event) => {
  if (!place() || !WIDE.matches || event.defaultPrevented || event.button > 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) { return; }
  if (event.target.closest("[data-beside-close]")) { close(); return; }
  const line = event.target.closest("[data-split] tbody tr[data-row]");
  if (!line || !linkOf(line)) { return; }
  const link = event.target.closest("a, button, input, label, select, summary");
  if (link ? link !== linkOf(line) : !window.getSelection().isCollapsed) { return; }
  if (link && isOpen() && shown() === line) { return; }
  event.preventDefault();
  linkOf(line).focus({ preventScroll: true });
  open(line, 0);
});

// While the file stands beside it, the list goes on with J and K, the arrows or the tabulator: the line that has the focus is the one shown.
document.addEventListener("focusin", (event) => {
  if (pointing || !isOpen() || !WIDE.matches) { return; }
  const line = event.target.closest("[data-split] tbody tr[data-row]");
  if (line && event.target === linkOf(line) && line !== shown()) { open(line, PAUSE); }
});

document.addEventListener("keydown", (event) => {
  if (!place() || !WIDE.matches || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) { return; }
  if (typing(event.target) || document.querySelector("dialog[open], details.menu[open]")) { return; }
  const line = event.target.closest && event.target.closest("[data-split] tbody tr[data-row]");
  const on = line && event.target === linkOf(line);
  if (event.key === "Escape" && isOpen()) { event.preventDefault(); close(); return; }
  if (on && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    const all = lines();
    const next = all[all.indexOf(line) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    if (next && linkOf(next)) { linkOf(next).focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" }); }
  } else if (on && event.key === "ArrowRight" && isOpen()) {
    event.preventDefault();
    pane().focus({ preventScroll: true });
  } else if (event.key === "ArrowLeft" && event.target === pane() && shown()) {
    event.preventDefault();
    linkOf(shown()).focus({ preventScroll: true });
  }
}, true);

document.addEventListener("htmx:afterSettle", () => {
  const here = pane();
  if (!place() || !here) { return; }
  here.querySelectorAll("[data-beside-close]").forEach((button) => { button.hidden = false; });
  if (!isOpen()) { return; }
  // The list was sorted, narrowed or turned: the line stays marked where it still is.
  const line = lines().find((one) => linkOf(one) && idOf(linkOf(one)) === wanted);
  if (line && shown() !== line) { mark(line); }
});

// It cannot be shown beside (it is closed to this reader by now, or the network is gone): the page of the file says why.
["htmx:responseError", "htmx:sendError"].forEach((name) => {
  document.addEventListener(name, (event) => {
    const line = event.detail.target && event.detail.target.id === "beside" && shown();
    if (line) { location.assign(linkOf(line).href); }
  });
});

// Back from the whole file: the list opens again with the file that was beside it.
function again() {
  if (!place() || !WIDE.matches || !location.hash.startsWith(MARK)) { return; }
  const line = lines().find((one) => linkOf(one) && idOf(linkOf(one)) === location.hash.slice(MARK.length));
  if (line) { open(line, 0); linkOf(line).focus({ preventScroll: true }); line.scrollIntoView({ block: "nearest" }); }
}
if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", again); } else { again(); }
