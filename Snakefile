# The front door: snakemake --cores 8 (or -n to see what would run). Edit inputs/config.yaml, not this.


include: "workflow/rules/common.smk"


rule all:
    input:
        expand("results/{run}/verdict.csv", run=RUNS),
        expand("results/{run}/briefing-{lang}.html", run=RUNS, lang=CONFIG.languages),
        "results/comparison/verdicts.csv",


include: "workflow/rules/inventory.smk"
include: "workflow/rules/transport.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/briefing.smk"
include: "workflow/rules/comparison.smk"


onsuccess:
    results.show(CONFIG)
