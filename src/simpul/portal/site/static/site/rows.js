// Rows that can be added and removed, for a table like
//   <div data-rows><table><tbody>…<tr data-row>…</tr></tbody></table>
//   <template><tr data-row>… name="columns-__index__-name" …</tr></template><button type="button" data-add-row></div>
// with <button type="button" data-remove-row> in each row. Names and ids carry the row's number: "prefix-3-name".
// Without script the form shows some empty rows and ignores those left empty.
"use strict";
(() => {
  const NUMBERED = ["name", "id", "for", "aria-describedby", "aria-labelledby", "aria-label", "list"];

  const number = (row, index) => {
    row.querySelectorAll("*").forEach((element) => {
      NUMBERED.forEach((attribute) => {
        const value = element.getAttribute(attribute);
        if (value) element.setAttribute(attribute, value.replace(/-(\d+|__index__|__prefix__)(?=-|_|$)/, `-${index}`));
      });
    });
    row.querySelectorAll("[data-row-number]").forEach((cell) => { cell.textContent = String(index + 1); });
  };

  const renumber = (box) => {
    const rows = box.querySelectorAll("[data-row]");
    rows.forEach(number);
    const total = box.querySelector("input[name$='-TOTAL_FORMS'], input[data-row-count]");
    if (total) total.value = String(rows.length);
    const live = box.querySelector("[data-rows-live]");
    if (live) live.textContent = live.dataset.rowsLive.replace("0", String(rows.length));
  };

  const addRow = (box) => {
    const template = box.querySelector("template");
    const body = box.querySelector("tbody");
    const row = document.importNode(template.content, true).querySelector("[data-row]");
    body.append(row);
    renumber(box);
    row.querySelector("input, select, textarea")?.focus();
  };

  const removeRow = (box, row) => {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    renumber(box);
    (next?.querySelector("[data-remove-row]") ?? box.querySelector("[data-add-row]"))?.focus();
  };

  document.addEventListener("click", (event) => {
    const box = event.target.closest("[data-rows]");
    if (!box) return;
    if (event.target.closest("[data-add-row]")) addRow(box);
    const remover = event.target.closest("[data-remove-row]");
    if (remover) removeRow(box, remover.closest("[data-row]"));
  });

  // Enter in a row adds the next one instead of sending a half-filled table.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("[data-row] input:not([type=checkbox])")) return;
    event.preventDefault();
    const box = event.target.closest("[data-rows]");
    if (event.target.closest("[data-row]") === [...box.querySelectorAll("[data-row]")].at(-1)) addRow(box);
  });
})();
