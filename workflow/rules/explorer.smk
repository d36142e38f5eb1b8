rule write_explorer:
    input:
        tables=files("explorer"),
        code=code("explorer"),
        assets=ASSETS,
        shares="results/{city}/base/shares.nc",
        inventory="results/{city}/base/inventory.nc",
        scenarios="results/{city}/{plan}/scenarios.nc",
        receptors="results/{city}/transport/receptors.nc",
        matrix=matrix_parts,
        air="results/{city}/{plan}/air.nc",
        verdict="results/{city}/{plan}/verdict.csv",
    output:
        page=update("results/{city}/{plan}/explorer.html"),
    log:
        "results/logs/write_explorer/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/write_explorer/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        made_from=made_from("explorer"),
        city=city,
        plan=plan,
        factors=FACTORS,
        setting=CONFIG.transport,
    message:
        "explorer of {wildcards.plan}"
    shell:
        "emisim explorer --city {params.city} --plan {params.plan} --factors {params.factors}"
        " --shares {input.shares} --inventory {input.inventory} --scenarios {input.scenarios}"
        " --receptors {input.receptors} --matrix {input.matrix} --setting {params.setting}"
        " --air {input.air} --verdict {input.verdict} --out {output.page} > {log} 2>&1"
