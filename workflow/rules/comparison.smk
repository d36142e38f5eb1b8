rule compare_plans:
    input:
        tables=[path for run in CONFIG.runs for path in files("comparison")(run)],
        code=code("comparison"),
        assets=ASSETS,
        scenarios=of_every_run("scenarios.nc"),
        air=of_every_run("air.nc"),
        verdict=of_every_run("verdict.csv"),
    output:
        verdicts=update("results/comparison/verdicts.csv"),
        totals=update("results/comparison/totals.csv"),
        figures=update(directory("results/comparison/figures")),
    log:
        "results/logs/compare_plans/all.log",
    benchmark:
        "results/benchmarks/compare_plans/all.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        made_from=[made_from("comparison")(run) for run in CONFIG.runs],
        languages=CONFIG.languages,
        cities=[city(run) for run in CONFIG.runs],
        plans=[plan(run) for run in CONFIG.runs],
    message:
        "all plans beside each other"
    shell:
        "emisim comparison --lang {params.languages} --city {params.cities} --plan {params.plans}"
        " --scenarios {input.scenarios} --air {input.air} --verdict {input.verdict}"
        " --out {output.verdicts} --totals {output.totals} --figures {output.figures}"
        " > {log} 2>&1"
