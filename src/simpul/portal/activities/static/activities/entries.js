// Entries that can be added and removed: <div data-entries="name"> holds <div data-entry-list> of <fieldset data-entry>
// and a <template data-entry-template> whose names carry "name-__index__". Entries may hold further entries. Numbers in
// names need not follow each other, so nothing is renamed when one is removed. A tool's button first keeps what was typed
// in the act's own form as a draft.
"use strict";
(() => {
  const findBox = (element) => element.closest("[data-entries]");
  const listOf = (box) => box.querySelector(":scope > [data-entry-list]");
  const entriesOf = (box) => [...listOf(box).querySelectorAll(":scope > [data-entry]")];

  const nextIndex = (box) => {
    const start = `${box.dataset.entries}-`;
    const used = [...listOf(box).querySelectorAll("[name]")].map((field) =>
      field.name.startsWith(start) ? parseInt(field.name.slice(start.length), 10) : -1);
    return Math.max(-1, ...used.filter(Number.isFinite)) + 1;
  };

  const renumber = (box) => {
    const entries = entriesOf(box);
    entries.forEach((entry, index) => {
      const number = entry.querySelector(":scope > legend > [data-entry-number]");
      if (number) number.textContent = String(index + 1);
    });
    const live = box.querySelector(":scope > [data-entries-live]");
    if (live) live.textContent = String(entries.length);
  };

  const wake = (root) => {
    root.querySelectorAll("[data-add-entry], [data-remove-entry]").forEach((button) => { button.hidden = false; });
    root.querySelectorAll("[data-entries]").forEach(renumber);
  };

  const addEntry = (box) => {
    const template = box.querySelector(":scope > [data-entry-template]");
    const prefix = `${box.dataset.entries}-__index__`;
    const html = template.innerHTML.replaceAll(prefix, `${box.dataset.entries}-${nextIndex(box)}`);
    listOf(box).insertAdjacentHTML("beforeend", html);
    const entry = entriesOf(box).at(-1);
    wake(entry);
    renumber(box);
    entry.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  };

  const removeEntry = (entry) => {
    const box = findBox(entry.parentElement);
    const next = entry.nextElementSibling ?? entry.previousElementSibling;
    entry.remove();
    renumber(box);
    (next?.querySelector("[data-remove-entry]") ?? box.querySelector(":scope > [data-add-entry]"))?.focus();
  };

  document.addEventListener("click", (event) => {
    const adder = event.target.closest("[data-add-entry]");
    if (adder) addEntry(findBox(adder));
    const remover = event.target.closest("[data-remove-entry]");
    if (remover) removeEntry(remover.closest("[data-entry]"));
    const chooser = event.target.closest("[data-check-all]");
    if (chooser) {
      const boxes = [...chooser.closest("fieldset, .field, .entry").querySelectorAll("input[type=checkbox]")];
      const all = boxes.every((one) => one.checked);
      boxes.forEach((one) => { one.checked = !all; });
    }
  });

  // The summary of errors leads to the group of entries; the wrong field itself is better.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const wrong = link && document.getElementById(link.hash.slice(1))?.querySelector(".entry [aria-invalid=true]");
    if (!wrong) return;
    const folded = wrong.closest("details");
    if (folded) folded.open = true;
    wrong.focus();
    wrong.scrollIntoView({ block: "center" });
  });

  // Enter inside an entry would send the whole form half filled.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-entry] input:not([type=checkbox])")) event.preventDefault();
  });

  const form = document.querySelector("[data-act-form]");
  let changed = false;
  form?.addEventListener("input", () => { changed = true; });
  document.querySelectorAll("[data-tool-form]").forEach((tool) => tool.addEventListener("submit", async (event) => {
    if (!form || !changed) return;
    event.preventDefault();
    event.stopPropagation();
    changed = false;
    const values = new FormData(form);
    [...values].forEach(([name, value]) => { if (value instanceof File) values.delete(name); });
    values.set("simpan", "ya");
    await fetch(form.action || location.href, { method: "POST", body: values, redirect: "manual" }).catch(() => null);
    tool.requestSubmit();
  }));

  document.querySelectorAll("[data-check-all]").forEach((button) => { button.hidden = false; });
  wake(document);
})();
