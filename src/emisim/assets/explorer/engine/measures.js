/* Operations: each changes the state and returns the rows that it wrote. */

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

/* Operations that write factor or removal. */
const OF_FACTORS = ["scale_factor", "raise_removal", "limit"];
