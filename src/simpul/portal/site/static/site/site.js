// The frame's own behaviour: the menu on a phone, focus on what is wrong, no second sending of a form.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");

  const button = document.querySelector("[data-menu-button]");
  const parts = document.querySelectorAll("[data-menu]");
  if (button) {
    const show = (open) => {
      button.setAttribute("aria-expanded", String(open));
      parts.forEach((part) => part.classList.toggle("menu-closed", !open));
    };
    show(false);
    button.addEventListener("click", () => show(button.getAttribute("aria-expanded") !== "true"));
  }

  const focusSummary = () => {
    const summary = document.querySelector(".error-summary");
    if (summary) summary.focus();
  };
  focusSummary();
  document.addEventListener("htmx:afterSwap", focusSummary);

  // A link of the summary moves to the field itself, so that one can type at once.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".error-summary a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    const target = field.matches("input, select, textarea, button") ? field : field.querySelector("input, select, textarea");
    if (!target) return;
    event.preventDefault();
    target.focus();
    target.closest(".field, tr")?.scrollIntoView({ block: "center" });
  });

  // Whatever scrolls sideways can be reached and scrolled by keyboard.
  const openScrollers = (root) => root.querySelectorAll(".table-box, .diagram, .tabs, pre").forEach((box) => {
    if (box.scrollWidth > box.clientWidth && !box.hasAttribute("tabindex")) box.tabIndex = 0;
  });
  openScrollers(document);
  document.addEventListener("htmx:afterSwap", (event) => openScrollers(event.target));

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent === "yes") event.preventDefault();
    else if (form.method === "post" && !form.hasAttribute("hx-post")) {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 4000);
    }
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => delete form.dataset.sent));

  // A button that copies a text: <button data-copy="#id">; its word of thanks goes to the screen reader too.
  document.querySelectorAll("[data-copy]").forEach((copier) => {
    copier.hidden = !navigator.clipboard;
    copier.addEventListener("click", async () => {
      const source = document.querySelector(copier.dataset.copy);
      await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
      copier.textContent = copier.dataset.copied;
    });
  });
})();
