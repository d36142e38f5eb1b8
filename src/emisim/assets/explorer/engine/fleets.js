/* Fleets (fleet.py, measures/_fleet.py). */

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
