# The front door: snakemake --cores 8 (or -n to see what would run). Edit inputs/config.yaml, not this.


include: "workflow/rules/common.smk"


rule all:
    input:
        expand("results/{run}/verdict.csv", run=RUNS),
        expand("results/{run}/briefing-{lang}.html", run=RUNS, lang=CONFIG.languages),
        expand("results/{run}/report-{lang}.pdf", run=RUNS, lang=CONFIG.languages),
        expand("results/{run}/slides-{lang}.pptx", run=RUNS, lang=CONFIG.languages),
        expand("results/{run}/explorer.html", run=RUNS),
        "results/comparison/verdicts.csv",


include: "workflow/rules/inventory.smk"
include: "workflow/rules/transport.smk"
include: "workflow/rules/plan.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/briefing.smk"
include: "workflow/rules/comparison.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/slides.smk"
include: "workflow/rules/explorer.smk"


onstart:
    # Local jobs need no limit of starts per second: to keep one, Snakemake 9 looks at all inputs of
    # all waiting jobs every second, and once more for every job done.
    if workflow.local_exec:
        workflow.scheduler.job_rate_limiter = None


onsuccess:
    if (
        "MAKELEVEL" not in os.environ
    ):  # make run says it too when nothing was to be done
        results.show(CONFIG)
