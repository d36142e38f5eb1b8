/* Local contributions (air/local.py). */

/* Rates by release, part of a season and tracer, and the sums that the oxidant feedback takes. */
function ratesOf(payload, state) {
  const { air, sources } = payload;
  const tracers = air.rates.tracers.length;
  const [nox, organic] = [air.rates.tracers.indexOf("NOx"), tracers - 1];
  const parts = air.seasons.flatMap((season, s) => season.parts
    .filter((p) => p.months.length)
    .map((p) => ({ ...p, season: s })));
  const weightOf = Array.from({ length: MONTHS }, (_, m) => {
    const at = parts.findIndex((p) => p.months.includes(m));
    return [at, parts[at].weights[parts[at].months.indexOf(m)]];
  });
  const halfOf = Array.from({ length: MONTHS }, (_, m) =>
    air.feedback.findIndex((f) => f.months.includes(m)));
  const totals = air.feedback.map((f) => f.rest.slice());
  const out = new Float64Array(air.releases * parts.length * tracers);
  const size = state.species;
  const kg = new Float64Array(size);
  for (let row = 0; row < state.count; row++) {
    const mix = air.mix[sources.sector[row]];
    for (let m = 0; m < MONTHS; m++) {
      const amount = state.activity[row * MONTHS + m] * air.rates.months[m];
      if (amount === 0) continue;
      const from = (row * MONTHS + m) * size;
      for (let s = 0; s < size; s++) {
        kg[s] = amount * (state.factor[from + s] * (1 - state.removal[from + s]));
      }
      const [part, weight] = weightOf[m];
      const to = (air.release[row] * parts.length + part) * tracers;
      const total = totals[halfOf[m]];
      for (let i = 0; i < mix.each.length; i++) {
        const tracer = mix.tracer[i];
        const rate = kg[mix.species[i]] * mix.each[i];
        out[to + tracer] += rate * weight;
        if (tracer === nox) total[0] += rate;
        else if (tracer === organic) total[1] += rate;
      }
    }
  }
  return { parts, rates: out, totals };
}

/* What is not zero of the mix of a sector: tracer, species, ug/s per kg. */
function mixes(air, species) {
  const tracers = air.rates.tracers.length;
  const sectors = air.rates.of_species.length / (species * tracers);
  return Array.from({ length: sectors }, (_, i) => {
    const found = { tracer: [], species: [], each: [] };
    for (let s = 0; s < species; s++) {
      for (let t = 0; t < tracers; t++) {
        const each = air.rates.of_species[(i * species + s) * tracers + t];
        if (each === 0) continue;
        found.tracer.push(t);
        found.species.push(s);
        found.each.push(each);
      }
    }
    return found;
  });
}

/* Feedback of oxidants on nitrate and sulfate by half (chemistry/oxidation.py). */
function oxidants(feedback, totals) {
  return feedback.map((f, h) => {
    const nox = totals[h][0] / f.base[0];
    const organic = totals[h][1] / f.base[1];
    const cut = clip(1 - nox, 0, f.limit);
    const held = 1 + f.gain * Math.min(cut, f.switch) - f.loss * Math.max(cut - f.switch, 0);
    const beyond = 1 - nox > f.limit ? nox / (1 - f.limit) : 1;
    const response = nox > 1 ? Math.pow(nox, -f.gain) : held * beyond;
    const phi = response / nox * Math.pow(organic, f.organic);
    return { TN: phi, SO4: Math.pow(phi, f.sulfate) };
  });
}

/* Local contributions (season, component, period, receptor), ug/m3. */
function contributions(payload, state) {
  const { air } = payload;
  const { parts, rates, totals } = ratesOf(payload, state);
  const tracers = air.rates.tracers.length;
  const receptors = air.receptors.length;
  const width = 2 * receptors;
  const count = air.components.length;
  const out = Float64Array.from(air.rest);
  for (let release = 0; release < air.releases; release++) {
    parts.forEach((part, p) => {
      const from = (release * parts.length + p) * tracers;
      air.components.forEach((component, c) => {
        const rate = rates[from + component.tracer];
        if (rate === 0) return;
        const reach = ((release * air.rows + component.row) * 2 + part.half) * width;
        const to = (part.season * count + c) * width;
        for (let i = 0; i < width; i++) out[to + i] += rate * air.effect[reach + i];
      });
    });
  }
  const phi = oxidants(air.feedback, totals);
  air.components.forEach((component, c) => {
    const name = component.name.split("@")[0];
    if (name !== "TN" && name !== "SO4") return;
    air.seasons.forEach((season, s) => {
      const factor = sum(season.parts.map((p) => p.share * phi[p.half][name]));
      const to = (s * count + c) * width;
      for (let i = 0; i < width; i++) out[to + i] *= factor;
    });
  });
  return out;
}
