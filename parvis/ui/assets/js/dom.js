// Small helpers shared by the modules.
export const root = document.documentElement;

export function text(name) {
  const holder = document.getElementById("texts");
  return (holder && holder.dataset[name]) || "";
}

export function typing(target) {
  return Boolean(target && target.closest && target.closest("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select, [contenteditable=true]"));
}

export function visible(element) {
  return Boolean(element && element.offsetParent !== null);
}

// Private browsing may refuse storage: the choice then lasts for the page.
export const store = {
  get(area, key) { try { return window[area].getItem(key); } catch { return null; } },
  set(area, key, value) { try { window[area].setItem(key, value); } catch { /* refused */ } },
  drop(area, key) { try { window[area].removeItem(key); } catch { /* refused */ } },
};

// Run now and for what htmx brings later. `document` itself the first time.
export function each(selector, apply) {
  const run = (scope) => {
    if (scope.matches && scope.matches(selector)) { apply(scope); }
    scope.querySelectorAll(selector).forEach(apply);
  };
  const start = () => run(document);
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
  document.addEventListener("htmx:load", (event) => { if (event.target !== document.body) { run(event.target); } });
  document.addEventListener("htmx:afterSettle", (event) => { if (event.target === document.body) { run(document); } });
}
