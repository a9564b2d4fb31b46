// Nothing typed is lost: dirty warning, autosave, one send per click, draft kept when the session ends.
import { each, store, text } from "./dom.js";
import { toast } from "./toasts.js";

const DRAFT = "parvis-draft";
const skipped = new Set(["csrfmiddlewaretoken", "idempotency_key"]);

function guarded(form) {
  return form.method === "post" && !form.matches("[data-nodirty], .langs, .theme, [data-theme-switch], [data-density-switch], .menu-pop, .menu-pop form");
}

function snapshot(form) {
  const values = [];
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !skipped.has(name)) { values.push([name, value]); }
  }
  return values;
}

// Dirty forms ---------------------------------------------------------------------------------------------------------
const first = new WeakMap();
each("form", (form) => { if (guarded(form)) { first.set(form, JSON.stringify(snapshot(form))); } });

export function dirty(form) {
  return first.has(form) && form.isConnected && first.get(form) !== JSON.stringify(snapshot(form));
}

export function clean(form) { first.set(form, JSON.stringify(snapshot(form))); }

let leaving = false;
addEventListener("beforeunload", (event) => {
  if (leaving) { return; }
  const open = [...document.querySelectorAll("form")].some((form) => dirty(form));
  if (open) { event.preventDefault(); event.returnValue = text("unsaved"); }
});

// One send ------------------------------------------------------------------------------------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") { return; }
  if (form.dataset.sending) { event.preventDefault(); return; }
  if (form.hasAttribute("hx-post") || form.hasAttribute("hx-put")) { return; }
  form.dataset.sending = "1";
  leaving = true;
  remember(form);
  // Disabled after the submission was built, so that the button's own value is sent.
  setTimeout(() => {
    form.querySelectorAll("button[type=submit], button:not([type])").forEach((button) => { button.setAttribute("aria-disabled", "true"); });
  }, 0);
  setTimeout(() => { release(form); }, 15000);
});

function release(form) {
  delete form.dataset.sending;
  leaving = false;
  form.querySelectorAll("button[aria-disabled=true]").forEach((button) => { button.removeAttribute("aria-disabled"); });
}

addEventListener("pageshow", () => { document.querySelectorAll("form[data-sending]").forEach(release); });

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.target.closest && event.target.closest("form");
  if (!form || form.method !== "post" || event.detail.requestConfig.verb === "get") { return; }
  if (event.target.matches("[data-keep-typing]")) { return; } // only asks what follows: sending stays possible
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "1";
  remember(form);
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest && event.target.closest("form");
  if (!form || !form.dataset.sending) { return; }
  release(form);
  if (event.detail.successful) { clean(form); }
});
document.addEventListener("htmx:sendError", () => { toast(text("unsent"), "error"); });

// Ended session -------------------------------------------------------------------------------------------------------
// The draft lives in this tab only, without passwords, until the next page; it comes back where the address ends in #draft.
function remember(form) {
  if (!guarded(form) || form.querySelector("input[type=password]")) { return; }
  store.set("sessionStorage", DRAFT, JSON.stringify({ home: form.dataset.draftHome || "", path: form.dataset.draftHome ? form.dataset.draftHome.split("?")[0] : location.pathname, id: form.id, action: form.getAttribute("action") || "", values: snapshot(form) }));
}

function restore() {
  const kept = store.get("sessionStorage", DRAFT);
  if (!kept) { return; }
  const draft = JSON.parse(kept);
  if (location.pathname.startsWith("/account/")) { return; }
  // A form that stood in a drawer over another page comes back on its own page.
  if (draft.home && location.hash === "#draft" && location.pathname !== draft.path) { location.replace(`${draft.home}#draft`); return; }
  store.drop("sessionStorage", DRAFT);
  if (location.hash !== "#draft" || location.pathname !== draft.path) { return; }
  const forms = [...document.querySelectorAll("form")].filter(guarded);
  const form = (draft.id && document.getElementById(draft.id)) || forms.find((f) => (f.getAttribute("action") || "") === draft.action);
  if (!form) { return; }
  fill(form, draft.values);
  history.replaceState(history.state, "", location.pathname + location.search);
  toast(text("restored"), "info");
}

function fill(form, values) {
  const wanted = new Map();
  values.forEach(([name, value]) => { wanted.set(name, [...(wanted.get(name) || []), value]); });
  for (const control of form.elements) {
    if (!control.name || skipped.has(control.name) || control.type === "hidden" || control.type === "file") { continue; }
    const given = wanted.get(control.name);
    if (control.type === "checkbox" || control.type === "radio") { control.checked = Boolean(given && given.includes(control.value)); }
    else if (given) { control.value = given.shift() ?? control.value; }
  }
}
if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", restore); } else { restore(); }

// Autosave ------------------------------------------------------------------------------------------------------------
// <form data-autosave="/address/"> sends what changed after a pause; [data-autosave-note] inside says so.
each("form[data-autosave]", (form) => {
  if (form.dataset.autosaveReady) { return; }
  form.dataset.autosaveReady = "1";
  let timer = 0;
  let sent = JSON.stringify(snapshot(form));
  const save = async () => {
    const now = JSON.stringify(snapshot(form));
    if (now === sent || form.dataset.sending) { return; }
    const body = new FormData(form);
    for (const [name, value] of [...body]) { if (value instanceof File) { body.delete(name); } }
    body.delete("idempotency_key");
    try {
      const answer = await fetch(form.dataset.autosave || form.action, { method: "POST", body, headers: { "X-Autosave": "1" }, credentials: "same-origin" });
      if (!answer.ok) { return; }
      sent = now;
      clean(form);
      const shown = (await answer.json()).shown || {}; // what was computed anew: id of an element → its text
      for (const [id, value] of Object.entries(shown)) { const place = document.getElementById(id); if (place) { place.textContent = value; } }
      const note = form.querySelector("[data-autosave-note]");
      if (note) { note.textContent = `${text("saved")} ${new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" })}`; }
    } catch { /* no network: the next change tries again, and the dirty warning still holds */ }
  };
  // fields that stand elsewhere on the page and belong to the form (form="…") count too
  document.addEventListener("input", (event) => {
    if (event.target.form !== form || !form.isConnected) { return; }
    clearTimeout(timer); timer = setTimeout(save, 1200);
  });
});

// Focus ---------------------------------------------------------------------------------------------------------------
each("[data-focus]", (element) => { element.focus({ preventScroll: false }); });

// <select data-submit> and radios of a filter send their form by themselves.
document.addEventListener("change", (event) => {
  const control = event.target.closest("[data-submit]");
  if (control && control.form) { control.form.requestSubmit(); }
});

// Parts drawn anew while somebody writes: what stands in the field in hand is newer than what the server saw.
let inHand = null;
document.addEventListener("htmx:beforeSwap", (event) => {
  const here = document.activeElement;
  inHand = event.target.matches("[data-keep-typing]") && here && here.id && event.target.contains(here) && "value" in here && here.type !== "file" && here.type !== "radio" && here.type !== "checkbox"
    ? { id: here.id, value: here.value } : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const field = inHand && document.getElementById(inHand.id);
  if (field && field.value !== inHand.value) { field.value = inHand.value; }
  inHand = null;
});
