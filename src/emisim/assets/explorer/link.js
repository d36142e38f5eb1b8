/* A setting as the end of the page's address, and back: what differs from the plan's scenario. */
(function (root) {
  "use strict";

  const KEYS = ["on", "coverage", "start", "full"];
  const DATE = /^\d{4}-\d{2}-\d{2}$/;

  function write(setting, plain, language) {
    const changed = {};
    for (const [id, own] of Object.entries(setting.measures)) {
      const parts = KEYS.filter((key) => own[key] !== plain.measures[id][key]);
      if (parts.length) changed[id] = Object.fromEntries(parts.map((key) => [key, own[key]]));
    }
    const state = { scenario: setting.scenario, language };
    if (Object.keys(changed).length) state.measures = changed;
    return "#" + encodeURIComponent(JSON.stringify(state));
  }

  function fits(key, value, year) {
    if (key === "on") return typeof value === "boolean";
    if (key === "coverage") return typeof value === "number" && value >= 0 && value <= 1;
    if (key === "full" && value === null) return true;
    return typeof value === "string" && DATE.test(value) && value.startsWith(`${year}-`)
      && !Number.isNaN(Date.parse(value));
  }

  /* What an address asks for, or null; `unknown` names what does not fit this page. */
  function read(hash, explorer) {
    let state;
    try {
      state = JSON.parse(decodeURIComponent(hash.replace(/^#/, "")));
    } catch {
      return { setting: null, unknown: [hash] };
    }
    const known = explorer.scenarios.map((s) => s.id);
    if (!state || !known.includes(state.scenario)) return { setting: null, unknown: [hash] };
    const setting = explorer.defaults(state.scenario);
    const unknown = [];
    for (const [id, parts] of Object.entries(state.measures || {})) {
      for (const [key, value] of Object.entries(parts || {})) {
        const own = Object.hasOwn(setting.measures, id) && setting.measures[id];
        if (own && KEYS.includes(key) && fits(key, value, explorer.payload.plan.year)) {
          own[key] = value;
        } else unknown.push(`${id}.${key}`);
      }
    }
    return { setting, unknown, language: state.language };
  }

  root.Link = { write, read };
})(typeof globalThis === "undefined" ? this : globalThis);
