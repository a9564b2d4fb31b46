// Colours and density change at once; the server reads the same cookies on the next page.
import { root } from "./dom.js";

function keep(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

function dark() {
  return root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function toggleTheme() {
  root.dataset.theme = dark() ? "light" : "dark";
  keep("parvis_theme", root.dataset.theme);
}

export function toggleDensity() {
  const next = root.dataset.density === "compact" ? "comfortable" : "compact";
  if (next === "compact") { root.dataset.density = next; } else { delete root.dataset.density; }
  keep("parvis_density", next);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-theme-switch]")) { event.preventDefault(); toggleTheme(); }
  if (form.matches("[data-density-switch]")) { event.preventDefault(); toggleDensity(); }
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-toggle]");
  if (!button) { return; }
  if (button.dataset.toggle === "theme") { toggleTheme(); } else { toggleDensity(); }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) { window.print(); }
});
document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
