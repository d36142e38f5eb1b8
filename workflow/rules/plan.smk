rule run_scenarios:
    input:
        tables=files("scenarios"),
        code=code("scenarios"),
        inventory="results/{city}/base/inventory.nc",
    output:
        scenarios=update("results/{city}/{plan}/scenarios.nc"),
        ledger=update("results/{city}/{plan}/ledger.csv"),
        singles=update("results/{city}/{plan}/singles.csv"),
    log:
        "results/logs/run_scenarios/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/run_scenarios/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        made_from=made_from("scenarios"),
        plan=plan,
        draft="--draft" if CONFIG.draft else "",
    message:
        "scenarios and ledger of {wildcards.plan}"
    shell:
        "emisim scenarios --plan {params.plan} --inventory {input.inventory}"
        " --out {output.scenarios} --ledger {output.ledger} --singles {output.singles}"
        " {params.draft} > {log} 2>&1"


rule spread_fields:
    input:
        tables=files("fields"),
        code=code("fields"),
        shares="results/{city}/base/shares.nc",
        scenarios="results/{city}/{plan}/scenarios.nc",
    output:
        fields=update("results/{city}/{plan}/fields-{half}.nc"),
    log:
        "results/logs/spread_fields/{city}-{plan}-{half}.log",
    benchmark:
        "results/benchmarks/spread_fields/{city}-{plan}-{half}.tsv"
    threads: 1
    resources:
        mem_mb=MEMORY_MB[CONFIG.transport],
        runtime=120,
    params:
        made_from=made_from("fields"),
        city=city,
        factors=FACTORS,
        setting=CONFIG.transport,
    message:
        "maps of {wildcards.plan}, {wildcards.half} half"
    shell:
        "emisim fields --city {params.city} --factors {params.factors} --shares {input.shares}"
        " --scenarios {input.scenarios} --setting {params.setting} --half {wildcards.half}"
        " --out {output.fields} > {log} 2>&1"


rule compute_air:
    input:
        tables=files("air"),
        code=code("air"),
        inventory="results/{city}/base/inventory.nc",
        shares="results/{city}/base/shares.nc",
        scenarios="results/{city}/{plan}/scenarios.nc",
        receptors="results/{city}/transport/receptors.nc",
        matrix=matrix_parts,
        fields=expand("results/{{city}}/{{plan}}/fields-{half}.nc", half=HALVES),
    output:
        air=update("results/{city}/{plan}/air.nc"),
        effects=update("results/{city}/{plan}/effects.csv"),
        contributions=update("results/{city}/{plan}/contributions.csv"),
    log:
        "results/logs/compute_air/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/compute_air/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        made_from=made_from("air"),
        plan=plan,
        city=city,
        factors=FACTORS,
        setting=CONFIG.transport,
    message:
        "concentrations under {wildcards.plan}"
    shell:
        "emisim air --city {params.city} --factors {params.factors} --shares {input.shares}"
        " --scenarios {input.scenarios} --receptors {input.receptors}"
        " --matrix {input.matrix} --fields {input.fields} --setting {params.setting}"
        " --plan {params.plan} --inventory {input.inventory} --effects {output.effects}"
        " --contributions {output.contributions} --out {output.air} > {log} 2>&1"


rule judge_targets:
    input:
        tables=files("verdict"),
        code=code("verdict"),
        scenarios="results/{city}/{plan}/scenarios.nc",
        ledger="results/{city}/{plan}/ledger.csv",
        air="results/{city}/{plan}/air.nc",
    output:
        verdict=update("results/{city}/{plan}/verdict.csv"),
        claims=update("results/{city}/{plan}/claims.csv"),
    log:
        "results/logs/judge_targets/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/judge_targets/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=800,
        runtime=10,
    params:
        made_from=made_from("verdict"),
        plan=plan,
        city=city,
        factors=FACTORS,
    message:
        "verdict on the targets of {wildcards.plan}"
    shell:
        "emisim verdict --plan {params.plan} --city {params.city} --factors {params.factors}"
        " --scenarios {input.scenarios} --air {input.air}"
        " --out {output.verdict} --ledger {input.ledger} --claims {output.claims} > {log} 2>&1"


rule write_provenance:
    input:
        tables=files("provenance"),
        code=code("provenance"),
        results=[
            "results/{city}/base/emissions.nc",
            "results/{city}/transport/receptors.nc",
            "results/{city}/{plan}/scenarios.nc",
            "results/{city}/{plan}/air.nc",
        ],
        others=[
            "results/{city}/base/inventory.nc",
            "results/{city}/base/totals.csv",
            "results/{city}/base/budget.csv",
            "results/{city}/{plan}/ledger.csv",
            "results/{city}/{plan}/singles.csv",
            "results/{city}/{plan}/effects.csv",
            "results/{city}/{plan}/contributions.csv",
            "results/{city}/{plan}/verdict.csv",
            "results/{city}/{plan}/claims.csv",
        ],
    output:
        provenance=update("results/{city}/{plan}/provenance.json"),
    log:
        "results/logs/write_provenance/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/write_provenance/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=800,
        runtime=10,
    params:
        made_from=made_from("provenance"),
        plan=plan,
        city=city,
        factors=FACTORS,
    message:
        "provenance of {wildcards.plan}"
    shell:
        "emisim provenance --plan {params.plan} --city {params.city} --factors {params.factors}"
        " --from {input.results}"
        " --outputs {input.results} {input.others} --out {output.provenance} > {log} 2>&1"
