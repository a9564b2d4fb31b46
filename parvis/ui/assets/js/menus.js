// <details class="menu"> closes on Escape, on a click elsewhere and when another opens.
document.addEventListener("click", (event) => {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) { menu.open = false; }
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") { return; }
  const menu = (document.activeElement && document.activeElement.closest("details.menu[open]")) || document.querySelector("details.menu[open]");
  if (!menu) { return; }
  menu.open = false;
  menu.querySelector("summary").focus();
});
