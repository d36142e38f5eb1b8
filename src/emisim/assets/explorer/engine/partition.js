/* Gas and particles (chemistry/electrolytes.py, equilibrium.py, partition.py). */

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
