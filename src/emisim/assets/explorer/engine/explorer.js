/* The explorer. */

function create(packed) {
  if (packed.version !== 1) throw new Error("data of another version: " + packed.version);
  const payload = revive(packed);
  const { species, sectors, districts, sources, air } = payload;
  const size = species.length;
  const outside = districts.length - 1;
  const particles = ["PM10", "PM2.5", "BC", "OC"].map((name) => species.indexOf(name));
  if (air) {
    air.mix = mixes(air, size);
    air.rows = 1 + Math.max(...air.components.map((c) => c.row));
    air.releases = air.effect.length / (air.rows * 4 * air.receptors.length);
    air.componentIndex = Object.fromEntries(air.components.map((c, i) => [c.name, i]));
  }
  const begin = {
    count: sources.count, species: size, output: sources.output, sold: sources.sold,
    activity: activityOf(sources), factor: filled(sources.factor, sources.count, size),
    removal: filled(sources.removal, sources.count, size),
  };
  const work = {
    ...begin, activity: begin.activity.slice(), factor: begin.factor.slice(),
    removal: begin.removal.slice(), sold: begin.sold.slice(),
  };
  const beginKg = new Float64Array(sources.count * size);
  for (let row = 0; row < sources.count; row++) annualOf(begin, row, beginKg);
  const byId = Object.fromEntries(payload.measures.map((m) => [m.id, m]));

  function scenarioOf(setting) {
    const found = payload.scenarios.find((s) => s.id === setting.scenario);
    if (!found) throw new Error("unknown scenario: " + setting.scenario);
    return found;
  }

  /* The setting that is the plan's own scenario. */
  function defaults(id) {
    const scenario = scenarioOf({ scenario: id });
    const measures = {};
    for (const m of payload.measures) {
      const { coverage, start, full } = m;
      measures[m.id] = { on: scenario.on.includes(m.id), coverage, start, full };
    }
    return { scenario: id, measures };
  }

  const extentOf = (scenario, measure, own) =>
    own.coverage * (scenario.full_effect ? 1 : measure.effectiveness);

  /* Carry out the measures; the ledger says what each changes in t/year, and the faults what the
   * package would refuse. */
  function fold(scenario, setting) {
    const state = work;
    for (const name of ["activity", "factor", "removal", "sold"]) state[name].set(begin[name]);
    const kg = beginKg.slice();
    const ledger = [];
    const misfits = new Map();
    for (const measure of payload.measures) {
      const own = setting.measures[measure.id];
      if (!own || !own.on) continue;
      const extent = extentOf(scenario, measure, own);
      const uptake = ramp(own.start, own.full, payload.plan.year).map((u) => u * extent);
      const rows = new Set();
      for (const op of measure.operations) {
        for (const row of OPERATIONS[op.op](state, op, inMonths(uptake, op.months))) {
          rows.add(row);
        }
        if (OF_FACTORS.includes(op.op)) compare(state, op.rows, measure.id, misfits);
      }
      ledger.push(...entries(state, measure.id, rows, kg));
    }
    return { state, kg, ledger, faults: faultsOf(misfits) };
  }

  /* Keep by row the measure that first made particles misfit, as long as they do. */
  function compare(state, rows, id, misfits) {
    for (const row of rows) {
      const what = misfit(state, particles, row);
      if (!what) misfits.delete(row);
      else if (!misfits.has(row)) misfits.set(row, { measure: id, what });
    }
  }

  function faultsOf(misfits) {
    const each = new Map([...misfits.values()].map((f) => [f.measure + f.what, f]));
    return [...each.values()];
  }

  function entries(state, id, rows, kg) {
    const change = new Float64Array(2 * size);
    for (const row of rows) {
      const from = sources.district[row] === outside ? size : 0;
      for (let s = 0; s < size; s++) change[from + s] -= kg[row * size + s];
      annualOf(state, row, kg);
      for (let s = 0; s < size; s++) change[from + s] += kg[row * size + s];
    }
    return species.map((name, s) => ({
      measure: id, species: name, in_sequence: change[s] / 1000,
      outside: change[size + s] / 1000,
    }));
  }

  function totalsOf(kg) {
    const table = Float64Array.from(payload.rest);
    for (let row = 0; row < sources.count; row++) {
      const to = (sources.sector[row] * districts.length + sources.district[row]) * size;
      for (let s = 0; s < size; s++) table[to + s] += kg[row * size + s] / 1000;
    }
    const named = () => Object.fromEntries(species.map((s) => [s, 0]));
    const emissions = named();
    const bySector = Object.fromEntries(sectors.map((n) => [n, named()]));
    const byDistrict = Object.fromEntries(districts.map((n) => [n, named()]));
    sectors.forEach((sector, i) => districts.forEach((district, j) => {
      species.forEach((name, s) => {
        const t = table[(i * districts.length + j) * size + s];
        byDistrict[district][name] += t;
        if (j === outside) return;
        emissions[name] += t;
        bySector[sector][name] += t;
      });
    }));
    return { emissions, bySector, byDistrict };
  }

  /* How far a measure has come at the end of a month (measures/_base.py: reached). */
  function reached(scenario, setting, form) {
    const measure = byId[form.measure];
    if (!measure) return form.held;
    const own = setting.measures[measure.id];
    if (!own || !own.on) return 0;
    return rampEnd(own.start, own.full, payload.plan.year, form.month)
      * extentOf(scenario, measure, own);
  }

  function evaluate(setting) {
    const scenario = scenarioOf(setting);
    const { state, kg, ledger, faults } = fold(scenario, setting);
    const means = air ? concentrations(payload, state) : null;
    const receptors = {};
    if (means) for (const point of air.points) receptors[point.id] = means[point.id].year;
    const run = {
      payload, scenario, state, means, reached: (form) => reached(scenario, setting, form),
    };
    const verdicts = payload.targets.map((target) => judge(target, run));
    return { ...totalsOf(kg), receptors, ledger, verdicts, faults };
  }

  const document = (setting) => documentOf(payload, setting);
  const { measures, scenarios } = payload;
  return { payload, measures, scenarios, defaults, evaluate, document };
}
