// Shows the OpenAPI document named by #coba as a form that calls the exchange. The key stays in this page's memory: it is
// sent to the exchange alone, as a header, and never kept.
"use strict";
(() => {
  const box = document.getElementById("coba");
  if (!box || !window.SwaggerUIBundle) return;
  const exchange = new URL(box.dataset.exchange).origin;

  // Swagger UI leaves some fields without a name for screen readers; each gets the nearest words.
  const NAMED = "input, select, textarea";
  const name = (field) => {
    if (field.labels?.length || field.getAttribute("aria-label") || field.type === "hidden") return;
    const row = field.closest("tr[data-param-name], .auth-container, .opblock-section, .responses-inner");
    const words = row?.dataset.paramName || row?.querySelector("h4, label, .parameter__name")?.textContent;
    field.setAttribute("aria-label", (words || field.placeholder || box.dataset.label).trim().slice(0, 80));
  };
  const mend = () => {
    box.querySelectorAll(NAMED).forEach(name);
    box.querySelectorAll("pre, .highlight-code > *, .renderedMarkdown").forEach((one) => {
      if (one.scrollWidth > one.clientWidth && !one.hasAttribute("tabindex")) one.tabIndex = 0;
    });
  };
  new MutationObserver(mend).observe(box, { childList: true, subtree: true });

  SwaggerUIBundle({
    url: box.dataset.document,
    domNode: box,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: null,
    persistAuthorization: false,
    tryItOutEnabled: true,
    supportedSubmitMethods: box.dataset.methods.split(" "),
    defaultModelsExpandDepth: -1,
    docExpansion: "list",
    displayRequestDuration: true,
    requestInterceptor: (request) => {
      const target = new URL(request.url, location.href);
      if (target.origin !== exchange && target.origin !== location.origin) throw new Error(target.origin);
      return request;
    },
  });
})();
