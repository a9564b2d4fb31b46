// Ctrl-K: find or act. Results are links that the server renders; arrows walk them.
import { text } from "./dom.js";

const dialog = () => document.getElementById("palette");
let asked = 0;
let timer = 0;
// What the hits on the screen were found for; and whether Enter waits for those of what is typed now. Who types fast and presses Enter
// means what was typed, never the first of the list of before.
let shown = null;
let going = false;

export function openPalette(initial) {
  const box = dialog();
  if (!box) {
    const field = document.getElementById("palette-q");
    if (field) { field.focus(); }
    return Boolean(field);
  }
  if (!box.open) { box.showModal(); }
  const field = box.querySelector("input[type=search]");
  if (initial !== undefined) { field.value = initial; }
  field.focus();
  field.select();
  going = false;
  load(box, field.value);
  return true;
}

async function load(box, query) {
  const mine = ++asked;
  const out = box.querySelector("#palette-results");
  try {
    const answer = await fetch(`${box.dataset.url}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true", "HX-Target": "palette-results" }, credentials: "same-origin" });
    const goto = answer.headers.get("HX-Redirect");
    if (goto) { location.assign(goto); return; }
    if (mine !== asked) { return; }
    if (!answer.ok) { out.replaceChildren(); shown = null; going = false; return; }
    const body = new DOMParser().parseFromString(await answer.text(), "text/html").body;
    if (mine !== asked) { return; }
    const inner = body.querySelector("#palette-results");
    // Who walked down the list of before stands on the same hit in the new one, or else in the field again, where Enter takes what was typed.
    const walked = out.contains(document.activeElement);
    const stood = walked ? document.activeElement.getAttribute("href") : null;
    out.replaceChildren(...(inner || body).childNodes);
    if (walked) {
      const same = stood && [...out.querySelectorAll("a[href]")].find((hit) => hit.getAttribute("href") === stood);
      (same || box.querySelector("input[type=search]")).focus();
    }
    if (!out.childNodes.length) { out.textContent = text("nothing"); }
    shown = query;
    if (going) {
      going = false;
      const first = box.open && out.querySelector("a[href], button");
      if (first) { first.click(); }
    }
  } catch { out.replaceChildren(); shown = null; going = false; }
}

document.addEventListener("input", (event) => {
  const box = dialog();
  if (!box || !box.contains(event.target)) { return; }
  clearTimeout(timer);
  going = false;
  timer = setTimeout(() => { load(box, event.target.value); }, 120);
});

document.addEventListener("keydown", (event) => {
  const box = dialog();
  if (!box || !box.open) { return; }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp" && event.key !== "Enter") { return; }
  const hits = [...box.querySelectorAll("#palette-results a[href], #palette-results button")];
  const here = hits.indexOf(document.activeElement);
  if (event.key === "Enter") {
    if (here >= 0) { return; }
    const field = box.querySelector("input[type=search]");
    if (event.target !== field) { return; }
    event.preventDefault();
    if (shown === field.value) { if (hits.length) { hits[0].click(); } return; }
    going = true;
    clearTimeout(timer);
    load(box, field.value);
    return;
  }
  event.preventDefault();
  const next = here + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) { box.querySelector("input[type=search]").focus(); } else if (hits[next]) { hits[next].focus(); }
}, true);

document.addEventListener("mousedown", (event) => {
  const bar = event.target.closest(".palette-btn");
  if (bar && dialog()) { event.preventDefault(); openPalette(bar.querySelector("input").value); }
  const box = dialog();
  if (box && box.open && event.target === box) { box.close(); }
});
