rule draw_figures:
    input:
        tables=files("figures"),
        code=code("figures"),
        assets=ASSETS,
        emissions="results/{city}/base/emissions.nc",
        scenarios="results/{city}/{plan}/scenarios.nc",
        ledger="results/{city}/{plan}/ledger.csv",
        air="results/{city}/{plan}/air.nc",
        effects="results/{city}/{plan}/effects.csv",
        contributions="results/{city}/{plan}/contributions.csv",
        verdict="results/{city}/{plan}/verdict.csv",
        provenance="results/{city}/{plan}/provenance.json",
    output:
        folder=update(directory("results/{city}/{plan}/figures")),
    log:
        "results/logs/draw_figures/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/draw_figures/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        made_from=made_from("figures"),
        languages=CONFIG.languages,
        city=city,
        factors=FACTORS,
        plan=plan,
    message:
        "figures of {wildcards.plan}"
    shell:
        "emisim figures --lang {params.languages} --city {params.city} --factors {params.factors}"
        " --plan {params.plan} --emissions {input.emissions}"
        " --scenarios {input.scenarios} --ledger {input.ledger}"
        " --air {input.air} --effects {input.effects}"
        " --contributions {input.contributions} --verdict {input.verdict} --provenance {input.provenance}"
        " --out {output.folder} > {log} 2>&1"
