/* The page around the engine: controls on the left, what follows from them on the right. */
(function () {
  "use strict";

  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const explorer = Emisim.create(read("data"));
  const words = read("words");
  const { plan } = explorer.payload;
  let language = "zh";
  let setting = explorer.defaults(explorer.scenarios[0].id);
  let reference = explorer.evaluate(setting);

  const at = (id) => document.getElementById(id);
  const say = (key) => words[language]["explorer." + key];
  const named = (thing) => thing["name_" + language];

  function element(name, text, properties) {
    const made = Object.assign(document.createElement(name), properties || {});
    if (text !== undefined && text !== null) made.textContent = text;
    return made;
  }

  function number(x, digits) {
    if (x === null || x === undefined) return "–";
    return x.toLocaleString("en", { maximumSignificantDigits: digits || 3 });
  }

  function row(cells, kind) {
    const made = element("tr");
    cells.forEach((cell, i) => {
      if (cell instanceof Node) {
        const holder = element("td");
        holder.append(cell);
        made.append(holder);
      } else made.append(element(kind || "td", cell, i ? { className: "number" } : {}));
    });
    return made;
  }

  function control(measure, key, type, properties) {
    const own = setting.measures[measure.id];
    const input = element("input", null, { type, ...properties });
    input.setAttribute("aria-label", `${named(measure)}: ${say(key)}`);
    if (type === "checkbox") input.checked = own[key];
    else if (type === "range") input.value = own[key] * 100;
    else input.value = own[key] || "";
    input.addEventListener("input", () => {
      if (type === "checkbox") own[key] = input.checked;
      else if (type === "range") own[key] = Number(input.value) / 100;
      else if (!input.value) own[key] = key === "full" ? null : own[key];
      else own[key] = input.value;
      if (own.full && own.full < own.start) own.full = own.start;
      show();
    });
    return input;
  }

  function drawMeasures() {
    const days = { min: `${plan.year}-01-01`, max: `${plan.year}-12-31` };
    const head = ["clause", "measure", "on", "coverage", "start", "full"].map(say);
    const lines = explorer.measures.map((measure) => row([
      measure.clause, element("span", named(measure)),
      control(measure, "on", "checkbox"),
      control(measure, "coverage", "range", { min: 0, max: 100, step: 1 }),
      control(measure, "start", "date", days), control(measure, "full", "date", days),
    ]));
    at("measures").replaceChildren(row(head, "th"), ...lines);
  }

  function drawResults(found) {
    const { emissions, receptors } = found;
    at("emissions").replaceChildren(
      row(["", say("setting"), say("plan")], "th"),
      ...Object.keys(emissions).map((s) =>
        row([s, number(emissions[s]), number(reference.emissions[s])])),
    );
    const points = Object.keys(receptors);
    const species = points.length ? Object.keys(receptors[points[0]]) : [];
    at("receptors").replaceChildren(
      row(["", ...species], "th"),
      ...points.map((p) => row([p, ...species.map((s) => number(receptors[p][s]))])),
    );
    const targets = Object.fromEntries(explorer.payload.targets.map((t) => [t.id, t]));
    at("verdicts").replaceChildren(...found.verdicts.map((verdict) => {
      const target = targets[verdict.target];
      const line = row([named(target), number(verdict.value),
        say(verdict.verdict.replace(/ /g, "_")) + (verdict.moves ? "" : " *")]);
      line.lastChild.classList.add(verdict.verdict.replace(/ /g, "-"));
      if (!verdict.moves) line.title = target["reason_" + language] || say("still");
      return line;
    }));
  }

  function show() {
    at("fault").textContent = "";
    try {
      drawResults(explorer.evaluate(setting));
    } catch (fault) {
      at("fault").textContent = `${say("fault")} ${fault.message}`;
    }
  }

  function draw() {
    document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
    document.title = plan["title_" + language];
    at("title").textContent = plan["title_" + language];
    at("lead").textContent = say("lead");
    document.querySelectorAll("[data-word]").forEach((node) => {
      node.textContent = say(node.dataset.word);
    });
    at("scenario").replaceChildren(...explorer.scenarios.map((s) =>
      element("option", named(s), { value: s.id, selected: s.id === setting.scenario })));
    drawMeasures();
    show();
  }

  function begin(scenario) {
    setting = explorer.defaults(scenario);
    reference = explorer.evaluate(setting);
    draw();
  }

  at("scenario").addEventListener("change", (event) => begin(event.target.value));
  at("reset").addEventListener("click", () => begin(setting.scenario));
  at("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    draw();
  });
  at("download").addEventListener("click", () => {
    const file = new Blob([explorer.document(setting)], { type: "application/yaml" });
    const link = element("a", "", { href: URL.createObjectURL(file), download: plan.id + ".yaml" });
    link.click();
    URL.revokeObjectURL(link.href);
  });
  draw();
})();
