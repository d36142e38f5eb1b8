/* The page around the engine: controls on the left, what follows from them on the right. */
(function () {
  "use strict";

  const MOST_STEPS = 12;
  const AIR = ["PM2.5", "PM10", "SO2", "NO2"];
  const EMITTED = ["SO2", "NOx", "PM2.5", "VOC", "NH3", "CO2"];
  const CITY = "city";

  const at = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(at(id).textContent);
  const explorer = Emisim.create(read("data"));
  const words = read("words");
  const { plan, names, outline } = explorer.payload;
  const targets = Object.fromEntries(explorer.payload.targets.map((t) => [t.id, t]));
  const kept = [];
  let language = "zh";
  let setting = explorer.defaults(explorer.scenarios[0].id);
  let found = null;
  let waiting = false;

  const fixed = explorer.scenarios.map((s) => ({
    name: () => s["name_" + language], found: explorer.evaluate(explorer.defaults(s.id)),
  }));
  const bare = nothing(setting.scenario);
  fixed.unshift({ name: () => say("without"), found: explorer.evaluate(bare) });
  const [without] = fixed;

  function nothing(scenario) {
    const off = explorer.defaults(scenario);
    for (const own of Object.values(off.measures)) own.on = false;
    return off;
  }

  /* ---- words and numbers ---- */

  const say = (key, fields) => {
    const text = words[language]["explorer." + key];
    return text.replace(/\{(\w+)\}/g, (all, name) => (fields && name in fields ? fields[name] : all));
  };
  const named = (thing) => thing["name_" + language];
  const called = (id) => (id === CITY ? say("city") : names[language][id] || id);

  function number(x, signed) {
    if (x === null || x === undefined || Number.isNaN(x)) return "–";
    const style = { maximumSignificantDigits: 3, signDisplay: signed ? "exceptZero" : "auto" };
    return (Object.is(x, -0) ? 0 : x).toLocaleString("en", style).replace("-", "–");
  }

  function met(result) {
    const judged = result.verdicts.filter((v) => v.verdict !== "not computable");
    return { met: judged.filter((v) => v.verdict === "met").length, judged: judged.length };
  }

  /* ---- building blocks ---- */

  function element(name, text, properties) {
    const made = Object.assign(document.createElement(name), properties || {});
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  function row(cells, head) {
    const made = element("tr");
    cells.forEach((cell, i) => {
      const kind = head ? { scope: "col" } : i ? { className: "number" } : { scope: "row" };
      const holder = element(head || !i ? "th" : "td", null, kind);
      if (head && i) holder.className = "number";
      holder.append(cell === null ? "" : cell);
      made.append(holder);
    });
    return made;
  }

  function fill(id, lines) {
    const table = at(id);
    const caption = element("caption", say(id), { className: "hidden" });
    table.replaceChildren(caption, ...lines);
  }

  /* ---- controls ---- */

  function control(measure, key, type, properties) {
    const own = setting.measures[measure.id];
    const input = element("input", null, { type, ...properties });
    input.dataset.control = `${measure.id} ${key}`;
    input.setAttribute("aria-label", `${named(measure)}: ${say(key)}`);
    put(input, own, key);
    input.addEventListener("input", () => {
      take(input, own, key);
      refresh(measure);
      later();
    });
    return input;
  }

  function put(input, own, key) {
    if (key === "on") input.checked = own.on;
    else if (key === "coverage") input.value = Math.round(own.coverage * 1000) / 10;
    else input.value = own[key] || "";
  }

  function take(input, own, key) {
    if (key === "on") own.on = input.checked;
    else if (key === "coverage") own.coverage = Math.min(1, Math.max(0, Number(input.value) / 100));
    else if (key === "full" && !input.value) own.full = null;
    else if (input.value && input.validity.valid) own[key] = input.value;
    if (own.full && own.full < own.start) own.full = own.start;
  }

  /* Show a measure's state beside its controls; the one in use keeps what is being typed. */
  function refresh(measure) {
    const own = setting.measures[measure.id];
    const line = at("measures").querySelector(`[data-measure="${CSS.escape(measure.id)}"]`);
    line.classList.toggle("off", !own.on);
    for (const input of line.querySelectorAll("input")) {
      const key = input.dataset.control.split(" ").pop();
      if (input !== document.activeElement || key === "on") put(input, own, key);
    }
    line.querySelector("output").textContent = `${number(own.coverage * 100)}%`;
  }

  function measureLine(measure) {
    const days = { min: `${plan.year}-01-01`, max: `${plan.year}-12-31` };
    const coverage = element("span");
    coverage.append(control(measure, "coverage", "range", { min: 0, max: 100, step: 1 }),
      element("output"));
    const name = element("label");
    name.append(control(measure, "on", "checkbox"), element("span", named(measure)));
    const line = row([measure.clause, name, coverage, control(measure, "start", "date", days),
      control(measure, "full", "date", days)]);
    line.dataset.measure = measure.id;
    if (!measure.sources) line.title = say("idle");
    return line;
  }

  function drawMeasures() {
    const focus = document.activeElement && document.activeElement.dataset.control;
    const head = row(["clause", "measure", "coverage", "start", "full"].map((key) => say(key)), true);
    const none = explorer.measures.length ? [] : [row([say("no_measures")])];
    fill("measures", [head, ...explorer.measures.map(measureLine), ...none]);
    explorer.measures.forEach(refresh);
    const again = focus && at("measures").querySelector(`[data-control="${CSS.escape(focus)}"]`);
    if (again) again.focus();
  }

  /* ---- results ---- */

  function drawStatus() {
    const parts = [say("count", met(found))];
    if (CITY in found.receptors) {
      const value = found.receptors[CITY]["PM2.5"];
      const change = value - without.found.receptors[CITY]["PM2.5"];
      parts.unshift(say("status", { value: number(value), change: number(change, true) }));
    }
    at("status").textContent = parts.join(" ");
  }

  function drawVerdicts() {
    const head = row([say("target"), say("wanted"), say("setting"), say("verdict")], true);
    const lines = found.verdicts.map((verdict) => {
      const target = targets[verdict.target];
      const sign = target.comparison === "at most" ? "≤" : "≥";
      const unit = target.unit === "%" ? "%" : "";
      const goal = target.value === null ? "–" : `${sign} ${number(target.value)}${unit}`;
      const word = say(verdict.verdict.replace(/ /g, "_")) + (verdict.moves ? "" : " *");
      const line = row([named(target), goal, number(verdict.value), word]);
      line.lastChild.classList.add(verdict.verdict.replace(/ /g, "-"));
      if (!verdict.moves) line.title = target["reason_" + language] || say("still");
      return line;
    });
    fill("verdicts", lines.length ? [head, ...lines] : [row([say("no_targets")])]);
    at("still").hidden = found.verdicts.every((v) => v.moves);
  }

  function drawMap() {
    at("map-box").hidden = !outline;
    if (!outline) return;
    const [species, change] = [at("map-species").value, at("map-kind").value === "change"];
    const values = {};
    for (const [id, means] of Object.entries(found.receptors)) {
      const minus = change ? without.found.receptors[id][species] : 0;
      values[id] = means[species] - minus;
    }
    delete values[CITY];
    const options = {
      tell: (x) => number(x, change), called, diverging: change, none: say("no_value"),
      label: `${say("map")}: ${species}, ${say(change ? "change" : "mean")}`,
      metres: (m) => `${number(m / 1000)} km`,
    };
    at("map").replaceChildren(Charts.map(outline, values, options));
  }

  function drawWaterfall() {
    const species = at("steps-species").value;
    const change = Object.fromEntries(
      found.ledger.filter((e) => e.species === species).map((e) => [e.measure, e.in_sequence]));
    const steps = explorer.measures.filter((m) => m.id in change)
      .map((m) => ({ name: `${m.clause} ${named(m)}`, change: change[m.id] }));
    const ends = {
      first: { name: say("without"), value: without.found.emissions[species] },
      last: { name: say("setting"), value: found.emissions[species] },
    };
    const options = {
      label: `${say("steps")}: ${species}`, tell: number, most: MOST_STEPS,
      rest: (count) => say("others", { count }),
    };
    at("steps").replaceChildren(Charts.waterfall(steps, ends, options));
  }

  function drawComparison() {
    const now = { name: () => say("setting"), found };
    const columns = [...fixed, ...kept, now];
    const head = row(["", ...columns.map((c) => c.name())], true);
    const line = (name, of) => row([name, ...columns.map((c) => of(c.found))]);
    const judged = line(say("verdicts"), (f) => `${met(f).met} / ${met(f).judged}`);
    const air = CITY in found.receptors ? AIR.map((s) =>
      line(`${called(s)}, ${say("microgram")}`, (f) => number(f.receptors[CITY][s]))) : [];
    const emitted = EMITTED.map((s) =>
      line(`${called(s)}, ${say("tonnes")}`, (f) => number(f.emissions[s])));
    fill("comparison", [head, judged, ...air, ...emitted]);
  }

  function drawReceptors() {
    const points = Object.keys(found.receptors);
    if (!points.length) {
      fill("receptors", [row([say("no_air")])]);
      return;
    }
    const line = (id) => row([called(id), ...AIR.flatMap((s) => {
      const value = found.receptors[id][s];
      return [number(value), number(value - without.found.receptors[id][s], true)];
    })]);
    fill("receptors", [
      row([say("place"), ...AIR.flatMap((s) => [called(s), say("change")])], true),
      ...points.map(line)]);
  }

  function show() {
    waiting = false;
    at("fault").textContent = "";
    try {
      found = explorer.evaluate(setting);
    } catch (fault) {
      at("fault").textContent = `${say("fault")} ${fault.message}`;
      return;
    }
    if (found.faults.length) {
      const names = found.faults.map((f) => explorer.measures.find((m) => m.id === f.measure));
      at("fault").textContent = say("refused", { what: [...new Set(names.map(named))].join(", ") });
    }
    for (const part of [drawStatus, drawVerdicts, drawMap, drawWaterfall, drawComparison,
      drawReceptors]) part();
    const address = Link.write(setting, explorer.defaults(setting.scenario), language);
    history.replaceState(null, "", address);
  }

  /* Many movements of a slider make one picture. */
  function later() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(show);
  }

  /* ---- the whole page ---- */

  function choices(id, values) {
    const chosen = at(id).value;
    at(id).replaceChildren(...values.map(([value, text]) => element("option", text, { value })));
    if (values.some(([value]) => value === chosen)) at(id).value = chosen;
  }

  function draw() {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    document.title = plan["title_" + language];
    at("title").textContent = plan["title_" + language];
    for (const node of document.querySelectorAll("[data-word]")) {
      node.textContent = say(node.dataset.word);
    }
    for (const node of document.querySelectorAll("[data-label]")) {
      node.setAttribute("aria-label", say(node.dataset.label));
    }
    choices("scenario", explorer.scenarios.map((s) => [s.id, named(s)]));
    choices("map-species", AIR.map((s) => [s, called(s)]));
    choices("map-kind", [["change", say("change")], ["mean", say("mean")]]);
    choices("steps-species", EMITTED.map((s) => [s, called(s)]));
    at("scenario").value = setting.scenario;
    drawMeasures();
    show();
  }

  function begin(next) {
    setting = next;
    draw();
  }

  function follow() {
    if (location.hash.length < 2) return;
    const asked = Link.read(location.hash, explorer);
    if (asked.setting) setting = asked.setting;
    if (asked.language in words) language = asked.language;
    draw();
    if (asked.unknown.length) {
      at("fault").textContent = say("unknown", { what: asked.unknown.join(", ") });
    }
  }

  function download() {
    const file = new Blob([explorer.document(setting)], { type: "application/yaml" });
    const link = element("a", "", { href: URL.createObjectURL(file), download: plan.id + ".yaml" });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  function keep() {
    const letter = String.fromCharCode("A".charCodeAt(0) + kept.length);
    kept.push({ name: () => letter, found });
    at("keep").disabled = kept.length >= 3;
    drawComparison();
  }

  async function copy() {
    at("address").value = location.href;
    at("address").hidden = false;
    at("address").select();
    try {
      await navigator.clipboard.writeText(location.href);
    } catch {
      return; // The address stands selected, to be copied by hand.
    }
  }

  at("scenario").addEventListener("change", (event) => begin(explorer.defaults(event.target.value)));
  at("reset").addEventListener("click", () => begin(explorer.defaults(setting.scenario)));
  at("none").addEventListener("click", () => begin(nothing(setting.scenario)));
  at("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    draw();
  });
  at("download").addEventListener("click", download);
  at("keep").addEventListener("click", keep);
  at("link").addEventListener("click", copy);
  for (const id of ["map-species", "map-kind", "steps-species"]) {
    at(id).addEventListener("change", later);
  }
  addEventListener("hashchange", follow);
  draw();
  follow();
})();
