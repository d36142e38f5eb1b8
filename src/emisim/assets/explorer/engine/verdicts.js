/* Verdicts (targets.py, target_values.py). */

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
