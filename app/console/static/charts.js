// Draws what a `data-chart` address tells, in the colours of the page.
"use strict";
(() => {
  const HEIGHT = 230;
  const STEPS = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000]; // half an attempt is none
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function stack(lines) {
    // Bars that stand on each other: each is drawn as the sum of itself and those after it, the tallest first.
    const sums = lines.map((line) => [...line.values]);
    for (let n = sums.length - 2; n >= 0; n--) sums[n] = sums[n].map((value, at) => value + sums[n + 1][at]);
    return sums.map((line) => line.map((sum) => sum || null)); // nothing is no bar, not a flat one
  }

  function draw(figure, told) {
    const zone = told.zone, grid = { stroke: colour("--pico-muted-border-color"), width: 1 };
    const lang = document.documentElement.lang;
    const clock = new Intl.DateTimeFormat(lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const day = new Intl.DateTimeFormat(lang, { timeZone: zone, month: "2-digit", day: "2-digit" });
    const sayTime = (at) => (clock.format(at * 1000) === "00:00" ? day.format(at * 1000) : clock.format(at * 1000));
    const half = told.stacked ? (told.times[1] - told.times[0]) / 2 || 1800 : 0; // bars stand on their moment
    const axis = { stroke: colour("--calm"), grid, ticks: grid };
    const say = (value) => (value == null ? "–" : `${value}${told.unit && ` ${told.unit}`}`);
    const series = told.lines.map((line, n) => {
      const stroke = colour(`--line-${(n % 8) + 1}`);
      const look = told.stacked ? { fill: stroke, paths: uPlot.paths.bars({ size: [0.8, 60] }), points: { show: false } } : { width: 2, spanGaps: true };
      return { label: line.label, stroke, ...look, value: (plot, value, index, at) => say(at == null ? null : line.values[at]) };
    });
    const data = [told.times, ...(told.stacked ? stack(told.lines) : told.lines.map((line) => line.values))];
    const scale = told.unit === "%" ? { range: (plot, low) => [Math.min(90, Math.floor((low ?? 100) / 10) * 10), 100.5] } : { range: (plot, low, high) => [0, Math.max(1, high ?? 1) * 1.05] };
    const options = {
      width: figure.clientWidth,
      height: HEIGHT,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
      scales: { x: { range: (plot, low, high) => [low - half, high + half] }, y: scale },
      axes: [{ ...axis, values: (plot, ticks) => ticks.map(sayTime) }, { ...axis, size: 60, incrs: STEPS, values: (plot, ticks) => ticks.map(say) }],
      series: [{ label: figure.dataset.time, value: (plot, at) => (at == null ? "–" : new Date(at * 1000).toLocaleString(lang, { timeZone: zone })) }, ...series],
    };
    figure.replaceChildren();
    const plot = new uPlot(options, data, figure);
    new ResizeObserver(() => plot.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure);
    figure.dataset.drawn = told.times.length;
  }

  async function load(figure) {
    const answer = await fetch(figure.dataset.chart, { headers: { Accept: "application/json" } });
    if (answer.ok) draw(figure, await answer.json());
  }

  document.querySelectorAll("[data-chart]").forEach(load);
})();
