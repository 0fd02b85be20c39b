// Draws <div class="chart" data-chart="id-of-json"> by ECharts from <script type="application/json" id="…"> (an ECharts
// option without functions). The table beneath stays: it is the picture in words. Labels are drawn, never inserted as HTML.
"use strict";
(() => {
  const COLOURS = ["#196bcd", "#1f2855", "#17683b", "#8a5300", "#6b3fa0", "#0e7490"];

  const draw = (box) => {
    const source = document.getElementById(box.dataset.chart);
    if (!source || !window.echarts) return;
    const chart = echarts.init(box, null, { renderer: "canvas" });
    const option = JSON.parse(source.textContent);
    const tooltip = Object.assign({ trigger: "axis", confine: true }, option.tooltip, { renderMode: "richText" });
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    chart.setOption(Object.assign({ color: COLOURS, animation: !still, aria: { enabled: true } }, option, { tooltip }));
    new ResizeObserver(() => chart.resize()).observe(box);
  };

  const drawAll = (root) => root.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.target));
})();
