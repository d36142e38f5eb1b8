/* The plan file of a setting. */

const NOTE = "set in the explorer";
const quoted = (text) => "'" + String(text).replace(/'/g, "''") + "'";

function decimal(x) {
  const text = String(x);
  return text.includes("e") ? x.toFixed(15) : text;
}

const cite = (was) => `{basis: assumed, note: ${quoted(NOTE + "; was " + was)}}`;

/* Put an entry into a mapping: in the place of the old one, or behind another. */
function put(edits, place, name, text) {
  const span = place.spans[name];
  if (span) edits.push([span[0], span[1], text]);
  else {
    const gap = place.flow ? ", " : "\n" + " ".repeat(place.indent);
    edits.push([place.after, place.after, `${gap}${name}: ${text}`]);
  }
}

function putCites(edits, place, cites) {
  const names = Object.keys(cites);
  if (!names.length) return;
  if (place.cites) names.forEach((name) => put(edits, place.cites, name, cites[name]));
  else put(edits, place, "cites", `{${names.map((n) => `${n}: ${cites[n]}`).join(", ")}}`);
}

/* Edits of one measure, and what they say. */
function changes(edits, place, measure, own) {
  const said = [];
  const cites = {};
  if (own.coverage !== measure.coverage) {
    put(edits, place, "coverage", `{value: ${decimal(own.coverage)}, unit: fraction, low: 0, `
      + `high: 1, cite: ${cite(decimal(measure.coverage))}}`);
    said.push("coverage " + decimal(own.coverage));
  }
  const full = own.full || (measure.full ? own.start : null);
  for (const [name, now] of [["start", own.start], ["full", full]]) {
    if (now === measure[name]) continue;
    put(edits, place, name, now);
    cites[name] = cite(measure[name] || "not given");
    said.push(`${name} ${now}`);
  }
  putCites(edits, place, cites);
  return said.length ? [`${measure.id}: ${said.join(", ")}`] : [];
}

const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);

/* The plan file that computes a setting, as text. */
function documentOf(payload, setting) {
  const { document, measures, scenarios } = payload;
  const edits = [];
  const said = [];
  for (const measure of measures) {
    const place = document.measures[measure.id];
    said.push(...changes(edits, place, measure, setting.measures[measure.id]));
  }
  const on = measures.map((m) => m.id).filter((id) => setting.measures[id].on);
  const off = measures.map((m) => m.id).filter((id) => !setting.measures[id].on);
  const first = scenarios.find((s) => s.id === setting.scenario);
  for (const scenario of scenarios) {
    if (!same(scenario.on, first.on) || same(scenario.on, on)) continue;
    const place = document.scenarios[scenario.id];
    if (place.spans.only) put(edits, place, "only", `[${on.map(quoted).join(", ")}]`);
    put(edits, place, "without", `[${(place.spans.only ? [] : off).map(quoted).join(", ")}]`);
    said.push(`scenario ${scenario.id} without: ${off.join(", ")}`);
  }
  const text = Array.from(document.text);
  edits.map((edit, i) => [edit, i]).sort(([a, i], [b, j]) => b[0] - a[0] || j - i)
    .forEach(([[from, to, now]]) => text.splice(from, to - from, now));
  const head = said.map((line) => `# ${NOTE}: ${line}\n`).join("");
  return head + text.join("");
}
