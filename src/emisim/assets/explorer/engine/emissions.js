/* Emissions. */

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

/* What of the particles of a source is not part of what it should be part of (convention.py). */
function misfit(state, particles, row) {
  const [pm10, pm25, black, organic] = particles;
  const size = state.species;
  const above = (small, large) => small - large > TOLERANCE * (large + TOLERANCE);
  for (let m = 0; m < MONTHS; m++) {
    const at = (row * MONTHS + m) * size;
    for (const controlled of [false, true]) {
      const of = (s) =>
        state.factor[at + s] * (controlled ? 1 - state.removal[at + s] : 1);
      if (above(of(pm25), of(pm10))) return "PM2.5 > PM10";
      if (above(of(black) + of(organic), of(pm25))) return "BC + OC > PM2.5";
    }
  }
  return "";
}
