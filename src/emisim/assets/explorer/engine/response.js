/* Response of the observed base (air/inorganic.py, air/response.py). */

function between(low, high, weight) {
  if (!(low > 0 && high > 0)) return low;
  return 1 / Math.max((1 - weight) / low + weight / high, TINY);
}

const totalOf = (total, share, neighbours, local, before) =>
  total * (share * neighbours + (1 - share) * (before > 0 ? local / before : 1));

const gasOf = (total, particulate) => (total > 0 ? clip(1 - particulate / total, 0, 1) : 0);

/* Nitrate and ammonium of a season; now(name, period) gives local contributions. */
function ions(air, base, season, now) {
  const { conditions, base: b } = air;
  const [low, high] = conditions.nodes;
  const seasons = air.seasons.length;
  const at = (i) => (base * b.totals.length + i) * seasons + season;
  const made = { nitrate: 0, ammonium: 0 };
  const found = {};
  for (let period = 0; period < 2; period++) {
    const place = season * 2 + period;
    const hours = conditions.hours[place];
    const gas = [(low + high) / 2, (low + high) / 2];
    for (let pass = 0; pass < conditions.passes; pass++) {
      const weight = gas.map((g) => (g - low) / (high - low));
      const parts = [
        now("SO4", period),
        between(now("TN@low", period), now("TN@high", period), weight[0]),
        between(now("TA@low", period), now("TA@high", period), weight[1]),
      ];
      const totals = parts.map((part, i) => totalOf(b.total[at(i)], b.total_share[at(i)],
        b.neighbours[b.totals[i]], part / hours, b.total_local[at(i)]));
      partition(air.partition, conditions, place, ...totals, found);
      gas[0] = gasOf(totals[1], found.nitrate);
      gas[1] = gasOf(totals[2], found.ammonium);
    }
    made.nitrate += found.nitrate * hours;
    made.ammonium += found.ammonium * hours;
  }
  return made;
}

/* Means of a point by season: {PM2.5, PM10, SO2, NO2}. */
function respond(payload, local, point, season) {
  const { air } = payload;
  const b = air.base;
  const seasons = air.seasons.length;
  const receptors = air.receptors.length;
  const width = 2 * receptors;
  const index = air.componentIndex;
  const now = (name, period) => {
    const from = (season * air.components.length + index[name]) * width + period * receptors;
    let total = 0;
    for (const r of point.receptors) total += local[from + r];
    return total / point.receptors.length;
  };
  const base = point.base;
  const of = (names, name) => (base * names.length + names.indexOf(name)) * seasons + season;
  const seen = (name) => b.observed[of(b.responses, name)];
  const part = {};
  for (const name of b.simple) {
    const before = b.simple_local[of(b.simple, name)];
    const ratio = before > 0 ? (now(name, 0) + now(name, 1)) / before : 1;
    const share = b.share[of(b.responses, name)];
    part[name] = seen(name) * (share * b.neighbours[name] + (1 - share) * ratio);
  }
  const made = ions(air, base, season, now);
  for (const [name, ion, i] of [["NO3", "nitrate", 0], ["NH4", "ammonium", 1]]) {
    const held = b.ions[(base * 2 + i) * seasons + season];
    part[name] = seen(name) * (held > 0 ? made[ion] / held : 1);
  }
  part.NO2 = seen("NO2") * Math.pow(part.NO2 / seen("NO2"), b.power);
  part.unattributed = seen("unattributed");
  const fine = sum(b.fine.map((name) => part[name]));
  return { "PM2.5": fine, PM10: fine + part.coarse, SO2: part.SO2, NO2: part.NO2 };
}

/* Means by point: of the year, and by season. */
function concentrations(payload, state) {
  const local = contributions(payload, state);
  const out = {};
  for (const point of payload.air.points) {
    const seasons = payload.air.seasons.map((_, s) => respond(payload, local, point, s));
    const year = {};
    for (const name of Object.keys(seasons[0])) {
      year[name] = sum(seasons.map((v, s) => v[name] * payload.air.seasons[s].weight));
    }
    out[point.id] = { year, seasons };
  }
  return out;
}
