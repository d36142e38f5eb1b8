/* The arithmetic of emisim on a page: measures, emissions, concentrations, verdicts.
 *
 * Emisim.create(payload) -> { measures, scenarios, defaults, evaluate, document }. Every function
 * does what the one of the same name in the Python package does; tests/explorer compares them.
 */
(function (root) {
  "use strict";

  const MONTHS = 12;
  const DAY = 86400000;
  const TOLERANCE = 1e-9;
  const TINY = 2.2250738585072014e-308;
  const EPSILON = 2.220446049250313e-16;
  const TYPES = { f8: Float64Array, f4: Float32Array, u2: Uint16Array };

  /* ---- what came with the page ---- */

  function unpacked(type, text) {
    const raw = atob(text);
    const bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return new TYPES[type](bytes.buffer);
  }

  function revive(value) {
    if (value === null || typeof value !== "object") return value;
    if (Array.isArray(value)) return value.map(revive);
    const keys = Object.keys(value);
    if (keys.length === 1 && TYPES[keys[0]] && typeof value[keys[0]] === "string") {
      return unpacked(keys[0], value[keys[0]]);
    }
    const out = {};
    for (const key of keys) out[key] = revive(value[key]);
    return out;
  }

  const clip = (x, low, high) => Math.min(Math.max(x, low), high);
  const sum = (values) => values.reduce((a, b) => a + b, 0);

  /* ---- time path of a measure (measures/_base.py) ---- */

  const daysOf = (year, month) => (Date.UTC(year, month + 1, 1) - Date.UTC(year, month, 1)) / DAY;
  const dayOf = (text) => Date.parse(text + "T00:00:00Z") / DAY;

  const ramps = new Map();

  function ramp(start, full, year) {
    const key = start + full + year;
    if (!ramps.has(key)) {
      if (ramps.size > 5000) ramps.clear();
      ramps.set(key, rampOf(start, full, year));
    }
    return ramps.get(key);
  }

  function rampOf(start, full, year) {
    const first = dayOf(start);
    const last = full ? dayOf(full) : first;
    const levels = [];
    for (let month = 0; month < MONTHS; month++) {
      const begin = Date.UTC(year, month, 1) / DAY;
      const count = daysOf(year, month);
      let total = 0;
      for (let day = begin; day < begin + count; day++) {
        if (last === first) total += day >= first ? 1 : 0;
        else {
          const ends = [day, day + 1].map((d) => clip((d - first) / (last - first), 0, 1));
          total += (ends[0] + ends[1]) / 2;
        }
      }
      levels.push(total / count);
    }
    return levels;
  }

  function rampEnd(start, full, year, month) {
    const past = Date.UTC(year, month, 1) / DAY - dayOf(start);
    const length = full ? dayOf(full) - dayOf(start) : 0;
    return length === 0 ? (past > 0 ? 1 : 0) : clip(past / length, 0, 1);
  }

  /* ---- fleets (fleet.py, measures/_fleet.py) ---- */

  const keyOf = (kind) => kind[0] + "|" + kind[1];

  function salesEnds(rules) {
    const out = new Map();
    const fuels = new Set(rules.starts.map((s) => s[0]));
    for (const fuel of fuels) {
      const own = rules.starts.filter((s) => s[0] === fuel);
      own.sort((a, b) => a[2] - b[2] || (a[1] < b[1] ? -1 : 1));
      own.forEach((s, i) => out.set(keyOf(s), i + 1 < own.length ? own[i + 1][2] : Infinity));
    }
    return out;
  }

  function onSale(rules, kinds, years) {
    const start = new Map(rules.starts.map((s) => [keyOf(s), s[2]]));
    const end = salesEnds(rules);
    return kinds.map((kind) => {
      const key = keyOf(kind);
      if (!start.has(key)) throw new Error("no start of sale: " + key);
      return years.map((y) =>
        clip(Math.min(end.get(key), y + 1) - Math.max(start.get(key), y), 0, 1));
    });
  }

  const survival = (age, rules) => Math.exp(-Math.pow(Math.max(age, 0) / rules.scale, rules.shape));

  function byFuel(stock, amount) {
    const out = new Map();
    stock.kinds.forEach((kind, i) => {
      out.set(kind[0], (out.get(kind[0]) || 0) + sum((amount || stock.amount)[i]));
    });
    return out;
  }

  function vintages(shares, rules, year, newest) {
    const fuels = new Set(shares.map((s) => s.kind[0]));
    const kinds = shares.map((s) => s.kind);
    const known = new Set(kinds.map(keyOf));
    for (const s of rules.starts) {
      if (fuels.has(s[0]) && !known.has(keyOf(s))) {
        known.add(keyOf(s));
        kinds.push([s[0], s[1]]);
      }
    }
    const years = [];
    for (let y = year - rules.span; y <= year; y++) years.push(y);
    const last = years.length - 1;
    const ends = salesEnds(rules);
    const weight = onSale(rules, kinds, years).map((row) => row.map((part, j) =>
      part * survival(year - years[j] + 0.5, rules) * Math.pow(1 + rules.growth, years[j] - year)));
    const amount = weight.map((row, i) => {
      if (sum(row) <= 0) row[ends.get(keyOf(kinds[i])) <= years[0] ? 0 : last] = 1;
      const total = sum(row);
      let own = row.map((w) => w / total);
      const key = keyOf(kinds[i]);
      const fresh = newest && newest.has(key) ? newest.get(key) : own[last];
      const older = sum(own.slice(0, last));
      if (older > 0) {
        own = own.map((w, j) => (j < last ? w * (1 - fresh) / older : fresh));
      }
      const share = i < shares.length ? shares[i].share : 0;
      return own.map((w) => w * share);
    });
    return { kinds, years, amount };
  }

  function rationed(need, sales) {
    const fuels = [...new Set([...need.keys(), ...Object.keys(sales)])];
    const own = fuels.map((f) => need.get(f) || 0);
    const total = sum(own);
    const least = fuels.map((f) => (sales[f] || 0) * total);
    const above = own.map((n, i) => Math.max(n - least[i], 0));
    const lacking = sum(own.map((n, i) => Math.max(least[i] - n, 0)));
    if (lacking <= 0) return new Map(fuels.map((f, i) => [f, own[i]]));
    const kept = 1 - lacking / sum(above);
    return new Map(fuels.map((f, i) => [f, least[i] + above[i] * kept]));
  }

  function addSold(stock, rules, sales) {
    const known = new Set(stock.kinds.map(keyOf));
    const more = rules.starts.filter((s) => sales.has(s[0]) && !known.has(keyOf(s)));
    const kinds = [...stock.kinds, ...more.map((s) => [s[0], s[1]])];
    const amount = [...stock.amount.map((r) => r.slice()),
      ...more.map(() => stock.years.map(() => 0))];
    const last = stock.years.length - 1;
    const force = onSale(rules, kinds, [stock.years[last]]).map((row) => row[0]);
    const ofFuel = new Map();
    for (const fuel of sales.keys()) {
      const whole = sum(kinds.map((k, i) => (k[0] === fuel ? force[i] : 0)));
      if (sales.get(fuel) > 0 && whole <= 0) {
        throw new Error("no vehicle of the fuel is on sale in the year: " + fuel);
      }
      ofFuel.set(fuel, Math.max(whole, TINY));
    }
    kinds.forEach((kind, i) => {
      const fuel = kind[0];
      amount[i][last] += (sales.get(fuel) || 0) * force[i] / (ofFuel.get(fuel) || 1);
    });
    return { kinds, years: stock.years, amount };
  }

  function turn(stock, rules, sales) {
    const last = stock.years[stock.years.length - 1];
    const kept = stock.amount.map((row) => row.map((n, j) => {
      const age = last - stock.years[j] + 0.5;
      const [one, two] = [age, age + 1].map((a) =>
        Math.pow(Math.max(a, 0) / rules.scale, rules.shape));
      return n * Math.exp(one - two);
    }));
    const [before, after] = [byFuel(stock), byFuel(stock, kept)];
    const need = new Map([...before].map(([f, n]) =>
      [f, Math.max(0, (1 + rules.growth) * n - after.get(f))]));
    const grown = {
      kinds: stock.kinds, years: [...stock.years, last + 1], amount: kept.map((r) => [...r, 0]),
    };
    return addSold(grown, rules, rationed(need, sales));
  }

  function resell(stock, rules, sales) {
    const last = stock.years.length - 1;
    const fresh = stock.amount.map((row) => row.map((n, j) => (j === last ? n : 0)));
    const now = byFuel(stock, fresh);
    const asked = rationed(now, sales);
    if ([...asked].every(([f, n]) => (now.get(f) || 0) === n)) return stock;
    const rest = stock.amount.map((row) => row.map((n, j) => (j === last ? 0 : n)));
    return addSold({ ...stock, amount: rest }, rules, asked);
  }

  function scrapped(stock, rules, chosen, part, sales) {
    const gone = stock.amount.map((row, i) => row.map((n) => (chosen[i] ? n * part : 0)));
    const rest = stock.amount.map((row, i) => row.map((n, j) => n - gone[i][j]));
    return addSold({ ...stock, amount: rest }, rules, rationed(byFuel(stock, gone), sales));
  }

  function raiseTo(stock, rules, least) {
    const now = byFuel(stock);
    const total = sum(stock.amount.map(sum));
    const lacking = new Map(Object.entries(least).map(([f, share]) =>
      [f, Math.max(0, share * total - (now.get(f) || 0))]));
    const spare = new Map([...now].map(([f, n]) =>
      [f, n ? Math.max(0, n - (least[f] || 0) * total) / n : 0]));
    const free = stock.amount.map((row, i) => row.map((n) => n * spare.get(stock.kinds[i][0])));
    const wanted = sum([...lacking.values()]);
    let earlier = 0;
    const part = stock.years.map((_, j) => {
      const here = sum(free.map((row) => row[j]));
      const taken = clip(wanted - earlier, 0, here);
      earlier += here;
      return here > 0 ? taken / here : 0;
    });
    const rest = stock.amount.map((row, i) => row.map((n, j) => n - free[i][j] * part[j]));
    return addSold({ ...stock, amount: rest }, rules, lacking);
  }

  /* Members of a class in scope, with the service that each delivers in a year. */
  function members(state, spec) {
    const served = Array.from(spec.rows, (row) => {
      let yearly = 0;
      for (let m = 0; m < MONTHS; m++) yearly += state.activity[row * MONTHS + m];
      return yearly * state.output[row];
    });
    let here = 0;
    let burning = 0;
    served.forEach((s, i) => {
      if (spec.outside[i]) return;
      burning += s;
      if (spec.chosen[i]) here += s;
    });
    const share = burning > 0 ? here / burning : 1;
    const list = [];
    served.forEach((s, i) => {
      if (!spec.chosen[i] && !spec.outside[i]) return;
      const part = spec.outside[i] ? share : 1;
      list.push({
        row: spec.rows[i], kind: spec.kind[i], road: spec.road[i], outside: spec.outside[i],
        part, service: s * part, sold: state.sold[spec.rows[i]],
      });
    });
    if (here <= 0 && sum(list.map((v) => v.service)) <= 0) {
      throw new Error("the class of vehicle has no activity in scope");
    }
    return list;
  }

  function stockOf(list, spec) {
    const kinds = [...new Set(list.map((v) => v.kind))].sort((a, b) => a - b);
    const total = sum(list.map((v) => v.service));
    return kinds.map((k) => ({
      kind: spec.kinds[k],
      share: sum(list.filter((v) => v.kind === k).map((v) => v.service)) / total,
    }));
  }

  function soldOf(list, spec) {
    const out = new Map();
    spec.kinds.forEach((kind, k) => {
      const own = list.filter((v) => v.kind === k && !Number.isNaN(v.sold) && v.service > 0);
      const whole = sum(own.map((v) => v.service));
      if (own.length) out.set(keyOf(kind), sum(own.map((v) => v.sold * v.service)) / whole);
    });
    return out;
  }

  function renewed(list, spec, op) {
    const newest = op.since === spec.year ? soldOf(list, spec) : null;
    let held = vintages(stockOf(list, spec), spec.rules, op.since, newest);
    if (op.until === op.since && Object.keys(op.sales).length) {
      held = resell(held, spec.rules, op.sales);
    }
    while (held.years[held.years.length - 1] < op.until) held = turn(held, spec.rules, op.sales);
    if (op.scrap) {
      const { standard, fuel, share } = op.scrap;
      const chosen = held.kinds.map((k) =>
        standard.includes(k[1]) && (!fuel || fuel.includes(k[0])));
      held = scrapped(held, spec.rules, chosen, share, op.sales);
    }
    return Object.keys(op.stock).length ? raiseTo(held, spec.rules, op.stock) : held;
  }

  function stockShares(held) {
    const total = sum(held.amount.map(sum));
    return new Map(held.kinds.map((k, i) => [keyOf(k), sum(held.amount[i]) / total]));
  }

  function newestShares(held) {
    const last = held.years.length - 1;
    return new Map(held.kinds.map((k, i) => {
      const whole = sum(held.amount[i]);
      return [keyOf(k), whole > 0 ? held.amount[i][last] / whole : 0];
    }));
  }

  /* Who gives how much of its service to whom: [{row, given, to: [[row, fraction]]}]. */
  function fleetMoves(list, spec, held) {
    const keys = spec.kinds.map(keyOf);
    const before = new Map(stockOf(list, spec).map((s) => [keyOf(s.kind), s.share]));
    const gain = new Map();
    const lost = new Map();
    for (const [key, share] of stockShares(held)) {
      const old = before.get(key) || 0;
      const change = share - old;
      if (change > TOLERANCE) gain.set(key, change);
      if (change < 0 && old > 0) lost.set(key, -change / old);
    }
    if (!gain.size) return [];
    const total = sum([...gain.values()]);
    const weight = new Map();
    for (const v of list) weight.set(v.road, (weight.get(v.road) || 0) + v.service);
    const takers = list.filter((v) => gain.has(keys[v.kind]));
    const found = [];
    for (const v of list) {
      const given = v.part * (lost.get(keys[v.kind]) || 0);
      if (!(given > TOLERANCE && v.service > 0)) continue;
      const open = v.outside
        ? takers.map((t) => [t, weight.get(t.road) + TINY])
        : takers.filter((t) => t.outside || t.road === v.road).map((t) => [t, 1]);
      const whole = new Map();
      for (const [t, w] of open) whole.set(t.kind, (whole.get(t.kind) || 0) + w);
      for (const key of gain.keys()) {
        if (!whole.has(keys.indexOf(key))) {
          throw new Error("nothing takes over as new vehicle: " + key);
        }
      }
      const to = open.map(([t, w]) =>
        [t.row, gain.get(keys[t.kind]) / total * w / whole.get(t.kind)]);
      found.push({ row: v.row, given, to });
    }
    return found;
  }

  /* ---- operations: each changes the state and returns the rows that it wrote ---- */

  const inMonths = (uptake, months) => (months ? uptake.map((u, m) => u * months[m]) : uptake);

  function shift(state, list, uptake) {
    const activity = state.activity;
    const moved = list.map((giver) => uptake.map((u, m) =>
      activity[giver.row * MONTHS + m] * (u * giver.part)));
    const rows = new Set();
    list.forEach((giver, i) => {
      rows.add(giver.row);
      for (let m = 0; m < MONTHS; m++) {
        const at = giver.row * MONTHS + m;
        activity[at] = Math.max(activity[at] - moved[i][m], 0);
      }
    });
    list.forEach((giver, i) => {
      for (const [row, fraction] of giver.to) {
        rows.add(row);
        const ratio = state.output[giver.row] * fraction / state.output[row];
        for (let m = 0; m < MONTHS; m++) activity[row * MONTHS + m] += moved[i][m] * ratio;
      }
    });
    return rows;
  }

  function newestByRow(state, classes) {
    const out = new Map();
    for (const spec of classes) {
      const list = members(state, spec);
      const held = vintages(stockOf(list, spec), spec.rules, spec.year, soldOf(list, spec));
      const share = newestShares(held);
      for (const v of list) out.set(v.row, share.get(keyOf(spec.kinds[v.kind])));
    }
    return out;
  }

  const OPERATIONS = {
    scale_activity(state, op, uptake) {
      for (const row of op.rows) {
        for (let m = 0; m < MONTHS; m++) {
          state.activity[row * MONTHS + m] *= 1 + uptake[m] * (op.multiplier - 1);
        }
      }
      return op.rows;
    },
    curtail(state, op, uptake) {
      for (const row of op.rows) {
        for (let m = 0; m < MONTHS; m++) {
          state.activity[row * MONTHS + m] *= 1 - op.lost[m] * uptake[m];
        }
      }
      return op.rows;
    },
    cap_activity(state, op, uptake) {
      let total = 0;
      for (const row of op.rows) {
        for (let m = 0; m < MONTHS; m++) total += state.activity[row * MONTHS + m];
      }
      const multiplier = total > 0 ? Math.min(1, op.ceiling / total) : 1;
      return OPERATIONS.scale_activity(state, { rows: op.rows, multiplier }, uptake);
    },
    scale_factor(state, op, uptake) {
      const size = state.species;
      for (const row of op.rows) {
        for (let m = 0; m < MONTHS; m++) {
          const at = (row * MONTHS + m) * size;
          for (let s = 0; s < size; s++) {
            state.factor[at + s] *= 1 + uptake[m] * (op.multiplier[s] - 1);
          }
        }
      }
      return op.rows;
    },
    raise_removal(state, op, uptake) {
      const size = state.species;
      for (const row of op.rows) {
        for (let m = 0; m < MONTHS; m++) {
          const at = (row * MONTHS + m) * size;
          for (let s = 0; s < size; s++) {
            const old = state.removal[at + s];
            state.removal[at + s] = old + uptake[m] * Math.max(op.target[s] - old, 0);
          }
        }
      }
      return op.rows;
    },
    limit(state, op, uptake) {
      const size = state.species;
      op.rows.forEach((row, i) => {
        for (let m = 0; m < MONTHS; m++) {
          const at = (row * MONTHS + m) * size;
          const target = Array.from({ length: size }, (_, s) => 1 - (1 - state.removal[at + s]));
          for (const limit of op.limits) {
            const old = state.removal[at + limit.against];
            const now = state.factor[at + limit.against] * (1 - old);
            const part = now > 0 ? Math.min(limit.most * op.volume[i] / now, 1) : 1;
            for (const s of limit.held) target[s] = 1 - part * (1 - state.removal[at + s]);
          }
          for (let s = 0; s < size; s++) {
            const old = state.removal[at + s];
            state.removal[at + s] = old + uptake[m] * Math.max(target[s] - old, 0);
          }
        }
      });
      return op.rows;
    },
    shift_activity(state, op, uptake) {
      const newest = op.newest ? newestByRow(state, op.newest) : null;
      const list = Array.from(op.rows, (row, i) => ({
        row,
        part: op.part * (newest ? newest.get(row) : 1),
        to: op.to.map((d) => [d.rows[i], d.share]),
      }));
      return shift(state, list, uptake);
    },
    renew_fleet(state, op, uptake) {
      const lists = op.classes.map((spec) => members(state, spec));
      const stocks = op.classes.map((spec, i) => renewed(lists[i], spec, op));
      const found = op.classes.flatMap((spec, i) => fleetMoves(lists[i], spec, stocks[i]));
      const rows = shift(state, found.map((g) => ({ ...g, part: g.given })), uptake);
      if (uptake.some((u) => u > 0)) {
        op.classes.forEach((spec, i) => {
          const share = newestShares(stocks[i]);
          for (const v of lists[i]) state.sold[v.row] = share.get(keyOf(spec.kinds[v.kind]));
        });
      }
      return rows;
    },
  };

  /* ---- emissions ---- */

  /* A term by source, month and species from the rows that sources share. */
  function filled(term, count, species) {
    const block = MONTHS * species;
    const out = new Float64Array(count * block);
    const rows = 1 + Math.max(-1, ...term.of);
    const width = term.table.length / Math.max(rows, 1);
    for (let row = 0; row < count; row++) {
      const own = term.table.subarray(term.of[row] * width, (term.of[row] + 1) * width);
      for (let at = 0; at < block; at += width) out.set(own, row * block + at);
    }
    return out;
  }

  function activityOf(sources) {
    const { table, of } = sources.profile;
    const out = new Float64Array(sources.count * MONTHS);
    for (let i = 0; i < out.length; i++) {
      const row = Math.floor(i / MONTHS);
      out[i] = sources.yearly[row] * table[of[row] * MONTHS + i % MONTHS];
    }
    return out;
  }

  /* kg per month of a source and species. */
  function emitted(state, row, m, s) {
    const at = (row * MONTHS + m) * state.species + s;
    return state.activity[row * MONTHS + m] * (state.factor[at] * (1 - state.removal[at]));
  }

  function annualOf(state, row, out) {
    const size = state.species;
    out.fill(0, row * size, (row + 1) * size);
    for (let m = 0; m < MONTHS; m++) {
      const amount = state.activity[row * MONTHS + m];
      const at = (row * MONTHS + m) * size;
      for (let s = 0; s < size; s++) {
        out[row * size + s] += amount * (state.factor[at + s] * (1 - state.removal[at + s]));
      }
    }
  }

  /* ---- local contributions (air/local.py) ---- */

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

  /* ---- gas and particles (chemistry/electrolytes.py, equilibrium.py, partition.py) ---- */

  const LN10 = Math.log(10);
  const [H2SO4, NH4HSO4, LETOVICITE, SULFATE, NITRATE, HNO3] = [0, 1, 2, 3, 4, 5];
  /* Order of the binaries: HHSO4, HCl, HNO3, H2SO4, NH4Cl, NH4NO3, (NH4)2SO4. */
  const BINARIES = 7;
  const SALTS = new Float64Array(BINARIES);

  /* Mean activity coefficients (ln) of the pairs that act on the equilibria, for m (mol/kg). */
  function activities(k, warm, h, ammonium, sulfate, bisulfate, nitrate, out) {
    const ionic = (h + ammonium + 4 * sulfate + bisulfate + nitrate) / 2;
    const held = Math.min(ionic, k.ceiling);
    const root = Math.sqrt(held);
    const d = LN10 * k.bromley * root / (1 + root);
    const bend = k.meissner.power_factor * Math.pow(held, k.meissner.power)
      - k.meissner.root_factor * root / (1 + root);
    const slow = Math.exp(-k.kusik.c2 * Math.pow(held, k.kusik.c3));
    const log = Math.log1p(k.kusik.ionic_scale * held);
    const first = k.meissner.scale - warm;
    const last = (k.meissner.offset - warm) * LN10 * bend;
    const salt = SALTS;
    for (let i = 0; i < BINARIES; i++) {
      const q = k.q[i];
      const b = k.kusik.b0 - k.kusik.b1 * q;
      const c = 1 + k.kusik.c1 * q * slow;
      const power = Math.exp(q * log);
      const reduced = Math.log1p(b * (power - 1))
        - LN10 * k.kusik.debye_hueckel * root / (1 + c * root);
      salt[i] = k.z[i] * (first * reduced - last);
    }
    const acid = salt[0] - salt[1];
    /* excess by cation (H, NH4) and anion (SO4, HSO4, NO3) */
    const e00 = salt[3] + 2 * d, e01 = salt[1] + acid + d, e02 = salt[2] + d;
    const e10 = salt[6] + 2 * d, e11 = salt[4] + acid + d, e12 = salt[5] + d;
    const share = Math.max(ionic, TINY);
    const two = 2.25;
    const ofH = (two * e00 * sulfate + e01 * bisulfate + e02 * nitrate) / share;
    const ofNH4 = (two * e10 * sulfate + e11 * bisulfate + e12 * nitrate) / share;
    const ofSO4 = two * (e00 * h + e10 * ammonium) / share;
    const ofHSO4 = (e01 * h + e11 * ammonium) / share;
    const ofNO3 = (e02 * h + e12 * ammonium) / share;
    out.nitric = -d + (ofH + ofNO3) / 2;
    out.salt = -d + (ofNH4 + ofNO3) / 2;
    out.bisulfate = -d + (ofH + ofHSO4) / 2;
    out.sulfuric = 2 * (-d + (ofH + ofSO4 / 2) / 3);
  }

  /* Water of the particles, kg/m3; there are no other cations than ammonium. */
  function waterOf(w, at, sulfate, nitrate, ammonium, weight) {
    const salt = clip(ammonium - 2 * sulfate, 0, nitrate);
    const held = Math.min(ammonium, 2 * sulfate);
    const acid = w[at + H2SO4];
    const full = w[at + SULFATE];
    const half = w[at + NH4HSO4];
    const letovicite = w[at + LETOVICITE] / 2;
    const first = Math.min(held, sulfate);
    const second = clip(held - sulfate, 0, sulfate / 2);
    const third = held - first - second;
    return sulfate * acid + first * (half - acid) + 2 * second * (letovicite - half)
      + 2 * third * (full - letovicite) + salt * w[at + NITRATE]
      + weight * (nitrate - salt) * w[at + HNO3];
  }

  function hydrogen(c, water, start, x, steps, reach) {
    const nitric = Math.exp(x[1]) * c.nitric;
    const base = Math.exp(x[2]) * c.ammonia;
    const split = Math.exp(x[3]) * c.bisulfate;
    const sulfur = c.sulfate / water;
    let y = start;
    for (let i = 0; i < steps; i++) {
      const h = Math.exp(y);
      const heldN = water + nitric * h;
      const heldA = water + base / h;
      const nitrate = c.nitrate / heldN;
      const ammonium = c.ammonium / heldA;
      const free = split / (h + split);
      const positive = h + ammonium;
      const negative = nitrate + sulfur * (1 + free);
      const rise = (h + ammonium * (1 - water / heldA)) / positive;
      const fall = (nitrate * (1 - water / heldN) + sulfur * free * (1 - free)) / negative;
      const step = clip(Math.log(negative / positive) / (rise + fall), -reach, reach);
      y += step;
      if (Math.abs(step) < EPSILON) break;
    }
    return y;
  }

  /* Molalities of NH4, SO4, HSO4, NO3 at a molality of H+. */
  function composition(c, water, h, x, out) {
    const nitric = Math.exp(x[1]) * c.nitric;
    const base = Math.exp(x[2]) * c.ammonia;
    const split = Math.exp(x[3]) * c.bisulfate;
    const sulfur = c.sulfate / water;
    const free = split / (h + split);
    out.ammonium = c.ammonium / (water + base / h);
    out.sulfate = sulfur * free;
    out.bisulfate = sulfur * (1 - free);
    out.nitrate = c.nitrate / (water + nitric * h);
  }

  /* Particulate nitrate and ammonium (ug/m3) of totals (ug/m3) in a season and period. */
  function partition(k, conditions, at, sulfate, nitrate, ammonia, out) {
    const n = k.numerics;
    const c = {
      sulfate: Math.max(sulfate, k.seed) * k.moles.SO4, nitrate: nitrate * k.moles.NO3,
      ammonium: ammonia * k.moles.NH4, nitric: conditions.nitric[at],
      ammonia: conditions.ammonia[at], bisulfate: conditions.bisulfate[at],
    };
    const w = conditions.water;
    const from = at * (w.length / conditions.nitric.length);
    const warm = k.meissner.slope * (conditions.temperature[at] - k.meissner.zero);
    const most = Math.log(k.gain_maximum);
    const x = [Math.log(c.sulfate * w[from + SULFATE]
      + Math.min(c.nitrate, c.ammonium) * w[from + NITRATE] / 2), 0, 0, 0];
    const before = [0, 0, 0, 0];
    const step = [0, 0, 0, 0];
    const gamma = {};
    const m = {};
    let y = 0;
    let share = n.relaxation;
    let moved = Infinity;
    for (let i = 0; i < n.iterations; i++) {
      const water = Math.exp(x[0]);
      const next = hydrogen(c, water, y, x, n.newton_steps, n.newton_reach);
      const h = Math.exp(next);
      composition(c, water, h, x, m);
      activities(k, warm, h, m.ammonium, m.sulfate, m.bisulfate, m.nitrate, gamma);
      const wet = waterOf(w, from, c.sulfate, m.nitrate * water, m.ammonium * water,
        k.nitric_weight);
      step[0] = Math.log(wet) - x[0];
      step[1] = 2 * gamma.nitric - x[1];
      step[2] = 2 * (gamma.salt - gamma.nitric) - x[2];
      step[3] = Math.min(2 * gamma.bisulfate - 3 * gamma.sulfuric, most) - x[3];
      moved = Math.abs(next - y);
      for (const s of step) moved = Math.max(moved, Math.abs(s));
      share = relaxation(i, share, before, step, n);
      for (let j = 0; j < 4; j++) {
        x[j] += share * step[j];
        before[j] = step[j];
      }
      y = next;
      if (moved <= n.tolerance) break;
    }
    if (moved > n.failure) throw new Error("the partition did not settle");
    const water = Math.exp(x[0]);
    y = hydrogen(c, water, y, x, n.newton_polish, n.newton_reach);
    composition(c, water, Math.exp(y), x, m);
    const gasN = c.nitrate - m.nitrate * water;
    const gasA = c.ammonium - m.ammonium * water;
    const solid = conditions.solid[at];
    const over = Math.max(gasN * gasA - solid, 0);
    const salt = 2 * over / (gasN + gasA + Math.sqrt((gasN - gasA) ** 2 + 4 * solid));
    out.nitrate = (c.nitrate > 0 ? clip((m.nitrate * water + salt) / c.nitrate, 0, 1) : 0)
      * nitrate;
    out.ammonium = (c.ammonium > 0 ? clip((m.ammonium * water + salt) / c.ammonium, 0, 1) : 0)
      * ammonia;
  }

  function relaxation(i, share, before, step, n) {
    if (i >= n.aitken_iterations) return n.relaxation_last;
    if (i === 0 || i % n.aitken_period) return n.relaxation;
    let size = 0;
    let along = 0;
    for (let j = 0; j < 4; j++) {
      const turned = step[j] - before[j];
      size += turned * turned;
      along += before[j] * turned;
    }
    return clip(-share * along / Math.max(size, TINY), ...n.relaxation_range);
  }

  /* ---- response of the observed base (air/inorganic.py, air/response.py) ---- */

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

  /* ---- verdicts (targets.py, target_values.py) ---- */

  const FORMS = {
    air(form, run) {
      if (!run.means) return null;
      const found = form.areas.map((area) => {
        const at = run.means[area.area];
        const means = area.seasonal ? at.seasons : [at.year];
        return area.constant + sum(area.slopes.map((row, i) =>
          sum(row.map((slope, s) => (slope === 0 ? 0 : slope * means[i][area.species[s]])))));
      });
      const worst = Math.max(...found);
      return form.peers ? form.peers.filter((p) => p < worst).length + 1 : worst;
    },
    uptake(form, run) {
      const level = run.reached(form);
      return form.rate[0] + (form.rate[1] - form.rate[0]) * level;
    },
    emission(form, run) {
      const { state, payload } = run;
      let kg = 0;
      for (let row = 0; row < state.count; row++) {
        if (!form.districts.includes(payload.sources.district[row])) continue;
        for (const m of form.months) kg += emitted(state, row, m, form.species);
      }
      return form.rest + kg * form.scale;
    },
    activity(form, run) {
      const parts = form.parts.map((part) => {
        let total = part.rest;
        part.rows.forEach((row, i) => {
          for (const m of part.months) {
            total += part.weights[i] * run.state.activity[row * MONTHS + m];
          }
        });
        return total;
      });
      return parts.length === 1 ? parts[0] : parts[0] / parts[1];
    },
  };

  function compared(target, level) {
    if (target.way === "difference") return (level - target.base) * target.scale;
    if (target.way === "change") return (level / target.base - 1) * target.scale;
    return level * target.scale;
  }

  function judge(target, run) {
    const given = target.scenarios[run.scenario.id];
    const out = { target: target.id, value: null, verdict: "not computable", moves: false };
    if (!target.form) return given ? { ...out, ...given } : out;
    const level = FORMS[target.form.kind](target.form, run);
    if (level === null || !Number.isFinite(level)) return given ? { ...out, ...given } : out;
    const value = compared(target, level);
    const margin = target.comparison === "at most" ? target.value - value : value - target.value;
    const verdict = margin >= 0 || Math.abs(margin) <= target.slack ? "met" : "not met";
    return { ...out, value, verdict, moves: true };
  }

  /* ---- the plan file of a setting ---- */

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

  /* ---- the explorer ---- */

  function create(packed) {
    if (packed.version !== 1) throw new Error("data of another version: " + packed.version);
    const payload = revive(packed);
    const { species, sectors, districts, sources, air } = payload;
    const size = species.length;
    const outside = districts.length - 1;
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

    /* Carry out the measures; the ledger says what each changes in t/year. */
    function fold(scenario, setting) {
      const state = work;
      for (const name of ["activity", "factor", "removal", "sold"]) state[name].set(begin[name]);
      const kg = beginKg.slice();
      const ledger = [];
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
        }
        ledger.push(...entries(state, measure.id, rows, kg));
      }
      return { state, kg, ledger };
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
      const { state, kg, ledger } = fold(scenario, setting);
      const means = air ? concentrations(payload, state) : null;
      const receptors = {};
      if (means) for (const point of air.points) receptors[point.id] = means[point.id].year;
      const run = {
        payload, scenario, state, means, reached: (form) => reached(scenario, setting, form),
      };
      const verdicts = payload.targets.map((target) => judge(target, run));
      return { ...totalsOf(kg), receptors, ledger, verdicts };
    }

    const document = (setting) => documentOf(payload, setting);
    const { measures, scenarios } = payload;
    return { payload, measures, scenarios, defaults, evaluate, document };
  }

  root.Emisim = { create };
})(typeof globalThis === "undefined" ? this : globalThis);
