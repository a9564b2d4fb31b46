// The journal from any screen: a drawer over the page, filled by the server; kinds by one key, texts of the centre, @ for a colleague.
import htmx from "htmx.org";
import { clean } from "./forms.js";
import { text } from "./dom.js";

let box = null;

function drawer(label) {
  if (!box || !box.isConnected) {
    box = document.createElement("dialog");
    box.className = "quickbox";
    box.id = "quickbox";
    const head = document.createElement("div");
    head.className = "quickclose";
    const close = document.createElement("button");
    close.type = "button"; close.className = "btn btn--sm btn--quiet"; close.textContent = "\u2715";
    close.setAttribute("aria-label", text("close") || "Esc");
    close.addEventListener("click", () => { box.close(); });
    head.append(close);
    const inside = document.createElement("section");
    inside.id = "quick";
    box.append(head, inside);
    document.body.append(box);
    box.addEventListener("close", () => { box.querySelectorAll("form").forEach(clean); });
  }
  box.setAttribute("aria-label", label);
  return box;
}

function begin(place) {
  const first = place.querySelector("[data-first]") || place.querySelector("input:not([type=hidden]), textarea, select");
  if (first) { first.focus(); }
  if (early && first && first.type === "search") {
    first.value = early;
    first.dispatchEvent(new Event("input", { bubbles: true }));
  }
  early = null;
}

// Letters typed while the drawer is on its way are the beginning of the name.
let early = null;
document.addEventListener("keydown", (event) => {
  if (early === null || event.key.length !== 1 || event.ctrlKey || event.metaKey || event.altKey) { return; }
  event.preventDefault();
  event.stopPropagation();
  early += event.key;
}, true);

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-quick]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button > 0) { return; }
  event.preventDefault();
  // On the page of its own the links stay links.
  if (document.getElementById("quick") && !(box && box.open)) { location.assign(link.href); return; }
  const place = drawer(link.getAttribute("aria-label") || link.textContent.trim());
  if (!place.open) { place.showModal(); early = ""; }
  htmx.ajax("GET", link.getAttribute("href"), { target: "#quick", swap: "outerHTML" }).then(() => { kindOf(place); begin(place); }).finally(() => { early = null; });
});

// Searching while typing ------------------------------------------------------------------------------------------------
// Enter takes the first hit of what is typed, never of the list of before: a note must not fall into another file.
let timer = 0;
let asked = 0;
let found = "";

function typed(form) { return new URLSearchParams(new FormData(form)).toString(); }

async function look(form) {
  clearTimeout(timer);
  const mine = ++asked;
  const query = typed(form);
  try {
    const answer = await fetch(`${form.action}?${query}`, { headers: { "HX-Request": "true", "HX-Target": "quick-found" }, credentials: "same-origin" });
    const goto = answer.headers.get("HX-Redirect");
    if (goto) { location.assign(goto); return false; }
    if (mine !== asked) { return false; }
    const hits = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("quick-found");
    const here = document.getElementById("quick-found");
    if (mine !== asked || !hits || !here) { return false; }
    here.replaceWith(hits);
    found = query;
    return true;
  } catch { return false; /* no network: Enter asks again */ }
}

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-quick-search]");
  if (!form) { return; }
  clearTimeout(timer);
  asked += 1;
  found = "";
  timer = setTimeout(() => { look(form); }, 130);
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-quick-search]");
  if (!form) { return; }
  const take = () => {
    const hit = form.isConnected && document.querySelector("#quick-found a[href]");
    if (hit) { hit.click(); }
  };
  event.preventDefault();
  if (found === typed(form)) { take(); } else { look(form).then((ready) => { if (ready) { take(); } }); }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") { return; }
  const place = event.target.closest("#quick");
  const hits = place ? [...place.querySelectorAll("#quick-found a[href]")] : [];
  if (!hits.length || !(event.target.matches("input[type=search]") || hits.includes(event.target))) { return; }
  event.preventDefault();
  const next = hits.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
  if (next < 0) { place.querySelector("input[type=search]").focus(); } else if (hits[next]) { hits[next].focus(); }
});

// Kinds by one key ------------------------------------------------------------------------------------------------------
document.addEventListener("keydown", (event) => {
  const kinds = event.target.closest && event.target.closest("[data-kinds]");
  if (!kinds || event.ctrlKey || event.metaKey || event.altKey) { return; }
  const form = event.target.form;
  const area = form && form.querySelector("textarea[name=text]");
  if (event.key === "Enter" && area) { event.preventDefault(); area.focus(); return; }
  const radio = kinds.querySelector(`[data-letter="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!radio) { return; }
  event.preventDefault();
  event.stopPropagation();
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  if (area) { area.focus(); }
}, true);

function kindOf(scope) {
  scope.querySelectorAll("[data-only-kind]").forEach((part) => {
    const form = part.closest("form");
    const on = form && form.querySelector("input[name=kind]:checked");
    part.hidden = !on || on.value !== part.dataset.onlyKind;
  });
}
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-kinds] input")) { kindOf(event.target.form); }
  if (event.target.matches("[data-texts] select")) { put(event.target); }
});
if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", () => { kindOf(document); }); } else { kindOf(document); }

// Texts of the centre ---------------------------------------------------------------------------------------------------
function put(select) {
  const holder = select.closest("[data-texts]");
  const found = holder.querySelector(`template[data-text="${CSS.escape(select.value)}"]`);
  const area = select.form.querySelector("textarea[name=text]");
  if (!found || !area) { return; }
  const words = found.content.textContent;
  area.value = area.value.trim() ? `${area.value.trimEnd()}\n\n${words}` : words;
  const kind = select.form.querySelector(`input[name=kind][value="${CSS.escape(found.dataset.kind)}"]`);
  if (kind && !area.dataset.kindChosen) { kind.checked = true; kindOf(select.form); }
  area.focus();
}

// @ for a colleague: the same names as in the list, which works without this ---------------------------------------------
let list = null;

function closeList() { if (list) { list.remove(); list = null; } }

function asking(area) {
  const before = area.value.slice(0, area.selectionStart);
  const match = /(?:^|\s)@([\p{L}'’.-]{0,30})$/u.exec(before);
  return match ? match[1] : null;
}

function fold(word) { return word.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase(); }

document.addEventListener("input", (event) => {
  const area = event.target;
  if (!area.matches("textarea[name=text]") || !area.form) { return; }
  const select = area.form.querySelector("[data-mentions] select");
  const typed = select ? asking(area) : null;
  closeList();
  if (typed === null) { return; }
  const names = [...select.options].filter((o) => fold(o.text).split(/[\s-]/).some((part) => part.startsWith(fold(typed)))).slice(0, 6);
  if (!names.length) { return; }
  list = document.createElement("ul");
  list.className = "atlist";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "@");
  names.forEach((option, at) => {
    const line = document.createElement("li");
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", at === 0 ? "true" : "false");
    line.textContent = option.text;
    line.addEventListener("mousedown", (e) => { e.preventDefault(); choose(area, option); });
    list.append(line);
  });
  area.after(list);
});

function choose(area, option) {
  const at = area.selectionStart;
  const before = area.value.slice(0, at).replace(/@[\p{L}'’.-]{0,30}$/u, `@${option.text} `);
  area.value = before + area.value.slice(at);
  area.selectionStart = area.selectionEnd = before.length;
  option.selected = true;
  closeList();
}

document.addEventListener("keydown", (event) => {
  if (!list || !event.target.matches("textarea[name=text]")) { return; }
  const lines = [...list.children];
  const here = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); closeList(); return; }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = Math.max(0, Math.min(lines.length - 1, here + (event.key === "ArrowDown" ? 1 : -1)));
    lines.forEach((line, at) => { line.setAttribute("aria-selected", at === next ? "true" : "false"); });
  } else if ((event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    lines[here].dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
  }
}, true);
