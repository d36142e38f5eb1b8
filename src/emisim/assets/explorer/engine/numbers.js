/* The arithmetic of emisim on a page: measures, emissions, concentrations, verdicts.
 *
 * The parts in this folder are one script, Emisim.create(payload) -> { measures, scenarios,
 * defaults, evaluate, document }. Functions do what those of the same name in the Python package
 * do; tests/explorer compares them. This part: what came with the page, and the time path of a
 * measure (measures/_base.py).
 */
const MONTHS = 12;
const DAY = 86400000;
const TOLERANCE = 1e-9;
const TINY = 2.2250738585072014e-308;
const EPSILON = 2.220446049250313e-16;
const TYPES = { f8: Float64Array, f4: Float32Array, u2: Uint16Array };

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
