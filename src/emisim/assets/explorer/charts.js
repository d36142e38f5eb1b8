/* Pictures of the page: the map and the waterfall, as SVG that a screen reader can name. */
(function (root) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const BLUES = ["#d1e5f0", "#92c5de", "#4393c3", "#2166ac"];
  const REDS = ["#fddbc7", "#f4a582", "#d6604d", "#b2182b"];
  const BROWNS = ["#fff7bc", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404"];
  const PALE = "#f3f3f3";
  const STEPS = [1, 2, 2.5, 5, 10];

  function node(name, attributes, ...inside) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
    made.append(...inside.filter((part) => part !== null));
    return made;
  }

  function picture(width, height, label, ...inside) {
    const box = { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label };
    return node("svg", box, ...inside);
  }

  /* The round step that divides a span into at most so many classes. */
  function step(span, classes) {
    const wanted = span / classes;
    const power = Math.pow(10, Math.floor(Math.log10(wanted)));
    return power * STEPS.find((s) => s * power >= wanted * (1 - 1e-9));
  }

  /* Class limits and colours: around 0 for changes, from low to high for concentrations. */
  function classes(values, diverging) {
    const known = values.filter(Number.isFinite);
    const low = Math.min(...known);
    const high = Math.max(...known);
    if (diverging) {
      const far = Math.max(Math.abs(low), Math.abs(high));
      if (far < 1e-9) return { limits: [], colors: [PALE] };
      const size = step(far, BLUES.length);
      const sides = Math.ceil(far / size - 1e-9);
      const limits = [];
      for (let i = -sides + 1; i < sides; i++) limits.push(i * size);
      return { limits, colors: [...BLUES.slice(0, sides).reverse(), ...REDS.slice(0, sides)] };
    }
    const size = step(Math.max(high - low, Math.abs(high) / 100), BROWNS.length - 1);
    const limits = [];
    for (let at = Math.ceil(low / size + 1e-9); at * size < high; at++) limits.push(at * size);
    return { limits, colors: BROWNS.slice(0, limits.length + 1) };
  }

  const colorOf = (look, value) =>
    Number.isFinite(value) ? look.colors[look.limits.filter((x) => x <= value).length] : PALE;

  /* Districts and monitors coloured by value; `tell` writes a value, `called` names a place. */
  function map(outline, values, options) {
    const { tell, called, label, diverging, metres, none } = options;
    const look = classes(Object.values(values), diverging);
    const many = Object.keys(values).length > 0;
    const areas = outline.districts.map((d) => node("path",
      { d: d.path, fill: many ? colorOf(look, values[d.id]) : PALE, stroke: "#555",
        "stroke-width": 2 },
      node("title", {}, `${called(d.id)}: ${d.id in values ? tell(values[d.id]) : none}`)));
    const words = outline.districts.map((d) => node("text",
      { x: d.at[0], y: d.at[1], "text-anchor": "middle", class: "halo" }, called(d.id)));
    const dots = outline.monitors.map((m) => node("circle",
      { cx: m.at[0], cy: m.at[1], r: 12, fill: many ? colorOf(look, values[m.id]) : "#fff",
        stroke: "#000", "stroke-width": 3 },
      node("title", {}, `${called(m.id)}: ${m.id in values ? tell(values[m.id]) : none}`)));
    const height = outline.height + 110;
    const foot = [...key(look, outline, tell), ...ruler(outline, metres)];
    return picture(outline.width, height, label, ...areas, ...dots, ...words, ...foot);
  }

  function key(look, outline, tell) {
    const top = outline.height + 20;
    const wide = Math.min(90, (outline.width * 0.62) / look.colors.length);
    const boxes = look.colors.map((color, i) => node("rect",
      { x: 20 + i * wide, y: top, width: wide, height: 26, fill: color, stroke: "#555" }));
    const numbers = look.limits.map((limit, i) => node("text",
      { x: 20 + (i + 1) * wide, y: top + 60, "text-anchor": "middle", class: "small" },
      tell(limit)));
    return [...boxes, ...numbers];
  }

  function ruler(outline, metres) {
    const length = step(outline.width * outline.metres, 3);
    const wide = length / outline.metres;
    const right = outline.width - 30;
    const top = outline.height + 46;
    return [
      node("path", { d: `M${right - wide},${top}H${right}`, stroke: "#000", "stroke-width": 5 }),
      node("text", { x: right - wide / 2, y: top + 40, "text-anchor": "middle", class: "small" },
        metres(length)),
      node("path", { d: `M${right - 12},58L${right},16L${right + 12},58Z`, fill: "#000" }),
      node("text", { x: right, y: 94, "text-anchor": "middle", class: "small" }, "N"),
    ];
  }

  /* Steps from the first bar to the last; the smallest are put together. */
  function waterfall(steps, ends, options) {
    const { label, tell, rest, most } = options;
    const moving = steps.filter((s) => Math.abs(s.change) > ends.first.value * 1e-6);
    moving.sort((a, b) => Math.abs(b.change) - Math.abs(a.change));
    const shown = moving.slice(0, most);
    const small = moving.slice(most);
    if (small.length) {
      const change = small.reduce((total, s) => total + s.change, 0);
      shown.push({ name: rest(small.length), change });
    }
    const line = 30;
    const width = 1000;
    const left = 420;
    const room = width - left - 130;
    const height = (shown.length + 2) * line + 10;
    const levels = [ends.first.value];
    shown.forEach((s) => levels.push(levels[levels.length - 1] + s.change));
    const low = Math.min(...levels, ends.last.value);
    const high = Math.max(...levels, ends.last.value);
    const from = high > low ? Math.max(0, low - (high - low) / 4) : 0;
    const x = (value) => left + (room * (value - from)) / (high - from || 1);
    const parts = [];
    const bar = (row, name, begin, end, color, text) => {
      const [a, b] = [Math.min(begin, end), Math.max(begin, end)];
      const y = row * line + 4;
      parts.push(
        node("text", { x: left - 12, y: y + 18, "text-anchor": "end", class: "small" }, cut(name),
          node("title", {}, name)),
        node("rect", { x: x(a), y, width: Math.max(x(b) - x(a), 2), height: line - 8, fill: color }),
        node("text", { x: x(b) + 8, y: y + 18, class: "small" }, text));
    };
    bar(0, ends.first.name, from, ends.first.value, "#777", tell(ends.first.value));
    shown.forEach((s, i) => bar(i + 1, s.name, levels[i], levels[i + 1],
      s.change < 0 ? BLUES[2] : REDS[2], tell(s.change, true)));
    bar(shown.length + 1, ends.last.name, from, ends.last.value, "#333", tell(ends.last.value));
    const axis = node("path", { d: `M${left},0V${height - 6}`, stroke: "#777",
      "stroke-dasharray": from > 0 ? "4 4" : "none" });
    const begin = node("text", { x: left, y: height + 16, "text-anchor": "middle",
      class: "small" }, tell(from));
    return picture(width, height + 24, label, axis, begin, ...parts);
  }

  const wideness = (text) => Array.from(text).reduce((n, c) => n + (c > "\u2e7f" ? 2 : 1), 0);

  function cut(text) {
    if (wideness(text) <= 46) return text;
    let kept = "";
    for (const c of text) {
      if (wideness(kept + c) > 44) break;
      kept += c;
    }
    return kept + "…";
  }

  root.Charts = { map, waterfall, classes };
})(typeof globalThis === "undefined" ? this : globalThis);
