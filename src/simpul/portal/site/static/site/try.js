// Shows the OpenAPI document named by #coba as a form that calls the exchange. The key stays in this page's memory: it is
// sent to the exchange alone, as a header, and never kept.
"use strict";
(async () => {
  const box = document.getElementById("coba");
  if (!box || !window.SwaggerUIBundle) return;
  const exchange = new URL(box.dataset.exchange).origin;
  const methods = box.dataset.methods.split(" ");
  const ROWS = 10;

  // What each status means stands on the service's page; here the real answer counts.
  const shorten = (responses) => {
    const [status, { description, content = {} }] = Object.entries(responses)[0];
    const media = Object.fromEntries(Object.keys(content).map((one) => [one, {}]));
    return { [status]: { description, content: media } };
  };

  // Only what may be tried here, one field for the key, and fields that start empty: examples would be sent as filters. They go into the description.
  const simplify = (spec) => {
    const { apikey } = spec.components.securitySchemes;
    spec.components.securitySchemes = { apikey };
    spec.security = [{ apikey: [] }];
    for (const path of Object.values(spec.paths)) {
      Object.keys(path).filter((method) => !methods.includes(method)).forEach((method) => delete path[method]);
    }
    const operations = Object.values(spec.paths).flatMap((path) => Object.values(path));
    operations.forEach((one) => { one.responses = shorten(one.responses); });
    const parameters = operations.flatMap((one) => one.parameters ?? []);
    [...Object.values(spec.components.parameters), ...parameters].forEach((one) => {
      if (one.example === undefined) return;
      if (one.name === "limit") one.example = ROWS;
      else {
        one.description = `${one.description ?? ""} (${one.example})`.trim();
        delete one.example;
      }
    });
    return spec;
  };

  // Swagger UI leaves some fields without a name for screen readers; each gets the nearest words.
  const name = (field) => {
    if (field.getAttribute("aria-label") || field.type === "hidden") return;
    if ([...(field.labels ?? [])].some((one) => one.textContent.trim() && one.offsetParent)) return;
    const near = field.closest("tr[data-param-name], .servers, .auth-container, .response-controls, .opblock-section");
    const words = near?.dataset.paramName || near?.querySelector("label, .parameter__name, h4, small")?.textContent;
    field.setAttribute("aria-label", (words || field.placeholder || box.dataset.label).trim().slice(0, 80));
  };
  const mend = () => {
    box.querySelectorAll("input, select, textarea").forEach(name);
    box.querySelectorAll("pre, .highlight-code, .microlight").forEach((one) => { one.tabIndex = 0; });
    box.querySelectorAll("label:empty").forEach((one) => one.remove());
    box.querySelectorAll(".close-modal").forEach((one) => one.setAttribute("aria-label", box.dataset.close));
  };
  new MutationObserver(mend).observe(box, { childList: true, subtree: true });

  const answer = await fetch(box.dataset.document, { headers: { Accept: "application/json" } });
  SwaggerUIBundle({
    spec: simplify(await answer.json()),
    domNode: box,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    validatorUrl: null,
    persistAuthorization: false,
    tryItOutEnabled: true,
    supportedSubmitMethods: methods,
    defaultModelsExpandDepth: -1,
    defaultModelRendering: "model",
    docExpansion: "list",
    displayRequestDuration: true,
    syntaxHighlight: false,
    requestInterceptor: (request) => {
      if (new URL(request.url, location.href).origin !== exchange) throw new Error(request.url);
      request.credentials = "omit";
      return request;
    },
  });
})();
