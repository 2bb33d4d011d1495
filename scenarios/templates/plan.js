// The site from above. Racks are drawn on a canvas from packed numbers: thousands of them as elements would be slow.
function sitePlan(plan, canvas, tip) {
  const NOTHING = 65535;
  const CIVIDIS = ["#00204c", "#00306f", "#2a406c", "#48526b", "#5e626e", "#727374", "#878479", "#9e9677", "#b6a971", "#d0be67", "#ead357", "#fee838"];
  const SHADES = 256;
  const TALLEST = 620; // pixels of the plan
  const LARGEST = 26; // pixels a metre, of a small site
  const NAMED = 40; // pixels of a building, or 13 of a hall's margin, that have room for a name
  const MARGIN = 13;
  const FLOOR = "#f4f6f8"; // light on a dark screen too: the coldest racks are dark
  const ON_FLOOR = "#55606b";
  const FRAMED = 5; // pixels that a framed rack has at least
  const PAPER = 3; // dots a pixel, in print
  const ABOVE = 16; // pixels over the site for names
  const BELOW = 26; // pixels under it for the scale
  const unpack = ({ dtype, bdata }) => {
    const bytes = Uint8Array.from(atob(bdata), (letter) => letter.charCodeAt(0));
    return dtype === "u2" ? new Uint16Array(bytes.buffer) : bytes;
  };
  const unpacked = (part) => Object.fromEntries(Object.entries(part).map(([name, value]) => [name, value.bdata ? unpack(value) : value]));
  const racks = unpacked(plan.racks);
  const cdus = unpacked(plan.cdus);
  const moments = plan.moments.map(unpacked);
  const count = racks.x.length;
  const crossed = new Set(plan.crossed);
  // A site deeper than wide is turned, so that it fills the page: north is then to the right.
  const turned = plan.size[1] > 1.2 * plan.size[0];
  const [wide, high] = turned ? [plan.size[1], plan.size[0]] : plan.size;
  const shown = { what: "warm", moment: 0, zoom: 1, x: wide / 2, y: high / 2 };
  const paper = { width: 0, dots: 1, ink: "", soft: "", line: "", ground: "", frame: "#d55e00" };

  const shades = Array.from({ length: SHADES }, (_, shade) => {
    const at = (shade / (SHADES - 1)) * (CIVIDIS.length - 1);
    const low = Math.min(Math.floor(at), CIVIDIS.length - 2);
    const part = (colour, i) => parseInt(colour.slice(i, i + 2), 16);
    return "rgb(" + [1, 3, 5].map((i) => Math.round(part(CIVIDIS[low], i) + (at - low) * (part(CIVIDIS[low + 1], i) - part(CIVIDIS[low], i)))).join(",") + ")";
  });
  const degrees = (packed) => plan.step.coldest + packed * plan.step.temperature - 273.15;
  const chips = (rack) => racks.kinds[racks.kind[rack]][2] !== null;
  const value = (rack) => {
    const moment = moments[shown.moment];
    const packed = moment[shown.what][rack];
    if (packed === NOTHING || (shown.what === "warm" && !chips(rack))) return NaN;
    return shown.what === "warm" ? degrees(packed) : (packed * moment.watts) / 1e3;
  };
  // One scale for all minutes, so that they can be compared.
  const scales = Object.fromEntries(["warm", "power"].map((what) => {
    let low = Infinity;
    let top = -Infinity;
    moments.forEach((moment) => moment[what].forEach((packed, rack) => {
      if (packed === NOTHING || (what === "warm" && !chips(rack))) return;
      const one = what === "warm" ? degrees(packed) : (packed * moment.watts) / 1e3;
      low = Math.min(low, one);
      top = Math.max(top, one);
    }));
    return [what, what === "warm" ? [Math.floor(low), Math.ceil(top)] : [0, top]];
  }));

  // Metres of the turned site, its upper left corner at zero.
  const across = (x, y) => (turned ? y : x);
  const down = (x, y) => (turned ? x : plan.size[1] - y);
  const rackX = Float32Array.from(racks.x, (x, i) => across(x * plan.step.place, racks.y[i] * plan.step.place));
  const rackY = Float32Array.from(racks.x, (x, i) => down(x * plan.step.place, racks.y[i] * plan.step.place));
  const [rackWide, rackHigh] = turned ? [plan.place[1], plan.place[0]] : plan.place;

  // Between a hall's wall and its racks, above them.
  const edge = Math.min(...rackY) - rackHigh / 2;

  function view() {
    const fit = Math.min((paper.width - 2) / wide, TALLEST / high, LARGEST);
    const height = Math.ceil(high * fit) + ABOVE + BELOW;
    const scale = fit * shown.zoom;
    return { scale, height, left: paper.width / 2 - shown.x * scale, top: (height + ABOVE - BELOW) / 2 - shown.y * scale };
  }

  function over(rack) {
    const [, , limit] = racks.kinds[racks.kind[rack]];
    const warm = moments[shown.moment].warm[rack];
    return crossed.has(rack) || (limit !== null && warm !== NOTHING && degrees(warm) + 273.15 > limit);
  }

  // A building is called by its halls where these are too small to bear their names.
  function named(room, large) {
    const [name, x, y, width, depth] = room;
    const plain = (words) => words.replace(/_/g, " ");
    if (plan.halls.includes(room)) return large ? plain(name) : "";
    const inner = plan.halls.filter((hall) => hall[1] > x - 1 && hall[1] < x + width - 1 && hall[2] > y - 1 && hall[2] < y + depth - 1);
    const ends = [inner[0], inner.at(-1)].map((hall) => plain(hall[0]));
    return large ? plain(name) : inner.length > 1 ? ends[0] + "\u2013" + ends[1].replace(/^\D*/, "") : ends[0];
  }

  function rectangles(context, rooms, at) {
    const large = at.scale * edge > MARGIN + 2;
    rooms.forEach((room) => {
      const [, x, y, width, depth] = room;
      const name = named(room, large);
      const left = at.left + at.scale * Math.min(across(x, y), across(x + width, y + depth));
      const top = at.top + at.scale * Math.min(down(x, y), down(x + width, y + depth));
      const [w, h] = (turned ? [depth, width] : [width, depth]).map((side) => side * at.scale);
      const inside = rooms === plan.halls;
      context.fillStyle = FLOOR;
      if (inside) context.fillRect(left, top, w, h);
      context.fillStyle = inside ? ON_FLOOR : paper.soft;
      context.strokeRect(Math.round(left) + 0.5, Math.round(top) + 0.5, Math.round(w), Math.round(h));
      if (name && w > NAMED) context.fillText(name, inside ? left + 4 : left, inside ? top + MARGIN : top - 4);
    });
  }

  function draw() {
    const at = view();
    canvas.width = paper.width * paper.dots;
    canvas.height = at.height * paper.dots;
    canvas.style.height = at.height + "px";
    const context = canvas.getContext("2d");
    context.setTransform(paper.dots, 0, 0, paper.dots, 0, 0);
    context.font = "11px system-ui, sans-serif";
    context.fillStyle = paper.soft;
    context.lineWidth = 1;
    context.strokeStyle = paper.line;
    rectangles(context, plan.halls, at);
    context.strokeStyle = paper.soft;
    rectangles(context, plan.buildings, at);
    const dot = 1 / paper.dots;
    const snap = (place) => Math.round(place / dot) * dot;
    const gap = rackWide * at.scale > 6 && rackHigh * at.scale > 6 ? 1 : 0;
    const place = (x, y, least) => {
      const w = Math.max(rackWide * at.scale, least);
      const h = Math.max(rackHigh * at.scale, least);
      const left = snap(at.left + x * at.scale - w / 2);
      const top = snap(at.top + y * at.scale - h / 2);
      return [left, top, Math.max(snap(at.left + x * at.scale + w / 2) - left - gap, dot), Math.max(snap(at.top + y * at.scale + h / 2) - top - gap, dot)];
    };
    const seen = (x, y) => {
      const [px, py] = [at.left + x * at.scale, at.top + y * at.scale];
      const margin = 2 * LARGEST * shown.zoom;
      return px > -margin && py > -margin && px < paper.width + margin && py < at.height + margin;
    };
    const [low, top] = scales[shown.what];
    for (let rack = 0; rack < count; rack += 1) {
      if (!seen(rackX[rack], rackY[rack])) continue;
      const one = value(rack);
      const shade = Math.min(SHADES - 1, Math.max(0, Math.round(((one - low) / (top - low || 1)) * (SHADES - 1))));
      context.fillStyle = Number.isNaN(one) ? paper.none : shades[shade];
      context.fillRect(...place(rackX[rack], rackY[rack], 0));
    }
    context.strokeStyle = ON_FLOOR;
    (cdus.x || []).forEach((packed, cdu) => {
      const [x, y] = [packed * plan.step.place, cdus.y[cdu] * plan.step.place];
      if (gap && seen(across(x, y), down(x, y))) {
        const [left, above, w, h] = place(across(x, y), down(x, y), 0);
        context.strokeRect(left + 0.5, above + 0.5, w - 1, h - 1);
        context.beginPath();
        context.moveTo(left, above);
        context.lineTo(left + w, above + h);
        context.stroke();
      }
    });
    context.strokeStyle = paper.frame;
    context.lineWidth = 2;
    for (let rack = 0; rack < count; rack += 1) {
      if (seen(rackX[rack], rackY[rack]) && over(rack)) context.strokeRect(...place(rackX[rack], rackY[rack], FRAMED));
    }
    rule(context, at);
  }

  // A scale in metres, and where north is.
  function rule(context, at) {
    const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
    const length = steps.findLast((step) => step * at.scale < 140) || 1;
    const right = paper.width - 8;
    const base = at.height - 8;
    const wide_ = length * at.scale;
    const words = length + " m   north " + (turned ? "\u2192" : "\u2191");
    context.fillStyle = paper.ground;
    context.fillRect(0, at.height - BELOW + 2, paper.width, BELOW);
    context.fillStyle = paper.ink;
    context.fillRect(right - wide_, base, wide_, 2);
    context.textAlign = "right";
    context.fillText(words, right, base - 6);
    context.textAlign = "left";
  }

  const two = (digits) => Number(digits.toPrecision(3)).toLocaleString("en").replace(/,/g, "\u202f");
  function legend() {
    const [low, top] = scales[shown.what];
    const unit = shown.what === "warm" ? "\u202f\u00b0C" : "\u202fkW";
    document.getElementById("plan-low").textContent = two(low) + unit;
    document.getElementById("plan-high").textContent = two(top) + unit;
    let framed = 0;
    for (let rack = 0; rack < count; rack += 1) framed += over(rack);
    document.getElementById("plan-over").className = framed ? "frame" : "";
    document.getElementById("plan-over").textContent = framed ? two(framed) + (framed === 1 ? " rack" : " racks") + " framed" : "no rack over a limit";
  }
  document.getElementById("plan-ramp").style.background = "linear-gradient(to right," + CIVIDIS.join(",") + ")";

  function words(rack) {
    const moment = moments[shown.moment];
    const [kind, rated, limit] = racks.kinds[racks.kind[rack]];
    const warm = moment.warm[rack];
    const cdu = racks.cdus[racks.cdu[rack]];
    return [
      cdu + "/" + racks.ends[racks.end[rack]],
      kind + ", row " + (racks.row[rack] + 1),
      two((moment.power[rack] * moment.watts) / 1e3) + " of " + two(rated / 1e3) + "\u202fkW",
      warm === NOTHING || limit === null ? "" : "worst chip " + degrees(warm).toFixed(1) + "\u202f\u00b0C, limit " + (limit - 273.15).toFixed(1),
      racks.feeds[racks.feed[rack]].filter(Boolean).map((feed) => feed.replace(/_/g, " ")).join(" and "),
      (cdus.names || []).includes(cdu) ? "CDU " + cdu : "cooled by air",
      crossed.has(rack) ? "over a limit of its chips in this run" : "",
    ].filter(Boolean);
  }

  function point(event) {
    const at = view();
    const box = canvas.getBoundingClientRect();
    const x = (event.clientX - box.left - at.left) / at.scale;
    const y = (event.clientY - box.top - at.top) / at.scale;
    let nearest = -1;
    let least = Infinity;
    const reach = 3 / at.scale; // pixels beside a rack that still mean it
    for (let rack = 0; rack < count; rack += 1) {
      const far = Math.max(Math.abs(rackX[rack] - x) - rackWide / 2, Math.abs(rackY[rack] - y) - rackHigh / 2);
      if (far < least) [nearest, least] = [rack, far];
    }
    tip.hidden = least > reach;
    if (tip.hidden) return;
    tip.replaceChildren(...words(nearest).map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    const left = event.clientX - box.left;
    tip.style.left = (left > box.width / 2 ? left - tip.offsetWidth - 12 : left + 12) + "px";
    tip.style.top = event.clientY - box.top + 12 + "px";
  }

  function look(x, y, zoom) {
    shown.zoom = Math.max(1, zoom);
    shown.x = shown.zoom === 1 ? wide / 2 : Math.min(wide, Math.max(0, x));
    shown.y = shown.zoom === 1 ? high / 2 : Math.min(high, Math.max(0, y));
    draw();
  }

  function hall(number) {
    if (number < 0) return look(wide / 2, high / 2, 1);
    const [, x, y, width, depth] = plan.halls[number];
    shown.zoom = 1;
    const at = view();
    const [w, h] = turned ? [depth, width] : [width, depth];
    return look(across(x + width / 2, y + depth / 2), down(x + width / 2, y + depth / 2), Math.min(paper.width / w, (at.height - ABOVE - BELOW) / h) / at.scale);
  }

  function light(dark) {
    const style = getComputedStyle(document.documentElement);
    const names = { ink: "#1b2530", soft: "#55606b", line: "#d9dee3", ground: "#ffffff" };
    paper.none = "#a9b2ba";
    Object.entries(names).forEach(([name, plain]) => { paper[name] = dark ? style.getPropertyValue("--" + name).trim() : plain; });
  }

  function fit(width, dots, dark) {
    Object.assign(paper, { width, dots });
    light(dark);
    draw();
  }
  const onScreen = () => fit(canvas.parentElement.clientWidth, window.devicePixelRatio || 1, true);

  document.querySelectorAll("input[name=plan-what]").forEach((input) => input.addEventListener("change", () => {
    shown.what = input.value;
    draw();
    legend();
  }));
  document.getElementById("plan-moment").addEventListener("change", (event) => {
    shown.moment = Number(event.target.value);
    draw();
    legend();
  });
  document.getElementById("plan-hall").addEventListener("change", (event) => hall(Number(event.target.value)));
  document.getElementById("plan-in").addEventListener("click", () => look(shown.x, shown.y, shown.zoom * 1.6));
  document.getElementById("plan-out").addEventListener("click", () => look(shown.x, shown.y, shown.zoom / 1.6));
  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    grip = { x: event.clientX, y: event.clientY };
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointerup", () => { grip = null; });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) return point(event);
    tip.hidden = true;
    const { scale } = view();
    if (shown.zoom > 1) look(shown.x - (event.clientX - grip.x) / scale, shown.y - (event.clientY - grip.y) / scale, shown.zoom);
    grip = { x: event.clientX, y: event.clientY };
    return undefined;
  });
  canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
  canvas.addEventListener("dblclick", (event) => {
    const at = view();
    const box = canvas.getBoundingClientRect();
    look((event.clientX - box.left - at.left) / at.scale, (event.clientY - box.top - at.top) / at.scale, shown.zoom * 3);
  });
  window.addEventListener("resize", onScreen);
  window.addEventListener("beforeprint", () => fit(PRINT_WIDTH, PAPER, false));
  window.addEventListener("afterprint", onScreen);
  onScreen();
  legend();
}
