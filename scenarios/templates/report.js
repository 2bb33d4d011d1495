const CONFIG = {
  responsive: true,
  displaylogo: false,
  modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]],
  showSendToCloud: false,
  plotlyServerURL: "",
  toImageButtonOptions: { format: "svg" },
};
const PRINT_WIDTH = 670; // pixels between the margins of a portrait A4 page

const charts = Object.entries(FIGURES).map(([name, figure]) => {
  const element = document.getElementById("chart-" + name);
  Plotly.newPlot(element, figure.data, figure.layout, CONFIG);
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
