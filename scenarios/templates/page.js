const CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  showSendToCloud: false,
  plotlyServerURL: "",
  toImageButtonOptions: { format: "svg" },
};
const PRINT_WIDTH = 670; // pixels between the margins of a portrait A4 page

const DARK = matchMedia("(prefers-color-scheme: dark)").matches;
// Ink, grid and rules of the charts on a dark ground; the colours that mean something stay.
const ON_DARK = { "#1B2530": "#e6eaee", "#E8EBEE": "#27313a", "#9AA4AE": "#5b6772" };
const NARROW = 560; // pixels under which a legend stands in one column
const LEGEND_ROW = 19; // pixels
const NARROW_TICKS = 4; // of times that stand beside one another there

function recoloured(part) {
  if (typeof part === "string") return ON_DARK[part] || part;
  if (Array.isArray(part)) return part.map(recoloured);
  if (part === null || typeof part !== "object") return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, recoloured(value)]));
}

function fitted(figure, element) {
  if (element.clientWidth < NARROW) {
    const entries = figure.data.filter((trace) => trace.name && trace.showlegend !== false).length;
    if (figure.layout.showlegend !== false && entries > 1) figure.layout.height += LEGEND_ROW * (entries - 1);
    element.style.height = figure.layout.height + "px";
    Object.values(figure.layout).filter((part) => part.type === "date").forEach((axis) => { axis.nticks = NARROW_TICKS; });
  }
  if (!DARK) return figure;
  const dark = recoloured(figure);
  dark.layout.paper_bgcolor = getComputedStyle(document.documentElement).backgroundColor; // the halo of labels
  return dark;
}

const charts = Object.entries(FIGURES).map(([name, figure]) => {
  const element = document.getElementById("chart-" + name);
  const drawn = fitted(figure, element);
  Plotly.newPlot(element, drawn.data, drawn.layout, CONFIG);
  return element;
});

// Redrawing for paper would not be finished when the browser takes the page: the drawn charts are scaled instead.
window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details").forEach((details) => { details.open = true; });
  charts.forEach((element) => {
    const width = element.clientWidth;
    element.style.width = width + "px";
    element.style.zoom = Math.min(1, PRINT_WIDTH / width);
  });
});
window.addEventListener("afterprint", () => {
  charts.forEach((element) => { element.style.width = element.style.zoom = ""; });
});
