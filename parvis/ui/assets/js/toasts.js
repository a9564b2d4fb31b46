// What just happened, said once, politely.
import { each } from "./dom.js";

export function toast(message, level) {
  const place = document.getElementById("toasts");
  const model = document.getElementById(level === "error" ? "toast-error-template" : "toast-template");
  if (!place || !model || !message) { return; }
  const element = model.content.firstElementChild.cloneNode(true);
  element.querySelector("span").textContent = message;
  place.append(element);
  setTimeout(() => { element.remove(); }, level === "error" ? 12000 : 6000);
}

document.addEventListener("parvis:toast", (event) => {
  const detail = event.detail;
  const list = Array.isArray(detail) ? detail : detail.value || [];
  list.forEach((item) => { toast(item.text, item.level); });
});

// A success message of a full page becomes a toast; it stays in the page for those without JavaScript.
each("[data-toast]", (element) => {
  toast(element.textContent.trim(), "info");
  element.remove();
  const box = document.getElementById("messages");
  if (box && !box.children.length) { box.remove(); }
});
