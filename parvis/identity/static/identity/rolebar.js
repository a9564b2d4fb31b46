/* Brings the present role of a demonstration into sight. */
(() => {
  "use strict";
  const list = document.querySelector(".rolebar-l");
  const current = list && list.querySelector('[aria-pressed="true"]');
  if (current) list.scrollLeft = current.offsetLeft - (list.clientWidth - current.offsetWidth) / 2;
})();
