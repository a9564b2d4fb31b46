// Streets of the official lists while a street is typed. A list of choices under the field: arrows, Enter, Escape, or the pointer.
// What is typed stays what it is until a choice is made; without this script, or without a list, the form is the same.
(() => {
  const WAIT = 120;
  for (const field of document.querySelectorAll("input[data-suggest]")) start(field);

  function start(field) {
    const form = field.form;
    const list = document.createElement("ul");
    list.id = field.id + "-list";
    list.className = "suggestions";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.dataset.suggestLabel || "");
    list.hidden = true;
    field.after(list);
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id], ["autocomplete", "off"]])
      field.setAttribute(name, value);
    let found = [], at = -1, timer = 0, asked = 0;

    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
    field.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") mark((at + (event.key === "ArrowDown" ? 1 : found.length - (at < 0 ? 0 : 1))) % found.length);
      else if (event.key === "Enter" && at >= 0) take(found[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    field.addEventListener("blur", () => setTimeout(close, 150));

    async function ask() {
      const turn = ++asked;
      const text = field.value.trim();
      if (text.length < 3) return close();
      const place = value("postal_code") || value("municipality");
      try {
        const answer = await fetch(field.dataset.suggest + "?" + new URLSearchParams({ q: text, municipality: place }), { headers: { Accept: "application/json" } });
        if (turn !== asked || !answer.ok || answer.redirected) return;
        show((await answer.json()).suggestions);
      } catch {
        close(); // the field goes on without help
      }
    }

    function show(suggestions) {
      found = suggestions;
      at = -1;
      list.replaceChildren(...found.map((one, place) => {
        const item = document.createElement("li");
        item.id = list.id + "-" + place;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const street = document.createElement("strong");
        street.textContent = one.street + (one.number ? " " + one.number : "");
        const town = document.createElement("span");
        town.textContent = one.postal_code + " " + one.municipality;
        item.append(street, town);
        item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
        return item;
      }));
      list.hidden = !found.length;
      field.setAttribute("aria-expanded", String(!list.hidden));
      field.removeAttribute("aria-activedescendant");
    }

    function mark(place) {
      at = place;
      [...list.children].forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
      field.setAttribute("aria-activedescendant", list.id + "-" + at);
      list.children[at].scrollIntoView({ block: "nearest" });
    }

    function take(one) {
      set("street", one.street);
      if (one.number) set("number", one.number);
      set("postal_code", one.postal_code);
      set("municipality", one.municipality);
      set("country", one.country);
      close();
      if (!one.number) form.elements.number?.focus();
    }

    function close() {
      asked++;
      list.hidden = true;
      field.setAttribute("aria-expanded", "false");
      field.removeAttribute("aria-activedescendant");
    }
    function value(name) { return form.elements[name]?.value.trim() || ""; }
    function set(name, text) {
      const target = form.elements[name];
      if (!target) return;
      target.value = text;
      target.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
})();
