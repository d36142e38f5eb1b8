rule write_report:
    input:
        tables=files("report"),
        cities=[f"{city(run)}/city.yaml" for run in CONFIG.runs],
        code=code("report"),
        assets=ASSETS,
        figures="results/{city}/{plan}/figures",
        scenarios="results/{city}/{plan}/scenarios.nc",
        ledger="results/{city}/{plan}/ledger.csv",
        air="results/{city}/{plan}/air.nc",
        effects="results/{city}/{plan}/effects.csv",
        contributions="results/{city}/{plan}/contributions.csv",
        verdict="results/{city}/{plan}/verdict.csv",
        claims="results/{city}/{plan}/claims.csv",
        provenance="results/{city}/{plan}/provenance.json",
        verdicts="results/comparison/verdicts.csv",
        totals="results/comparison/totals.csv",
    output:
        reports=update(
            expand(
                "results/{{city}}/{{plan}}/report-{lang}.pdf", lang=CONFIG.languages
            )
        ),
    log:
        "results/logs/write_report/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/write_report/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        made_from=made_from("report"),
        others=[made_from("comparison")(run) for run in CONFIG.runs],
        languages=CONFIG.languages,
        city=city,
        factors=FACTORS,
        plan=plan,
    message:
        "reports of {wildcards.plan}"
    shell:
        "emisim report --lang {params.languages} --city {params.city}"
        " --factors {params.factors} --plan {params.plan} --figures {input.figures}"
        " --scenarios {input.scenarios} --ledger {input.ledger}"
        " --air {input.air} --effects {input.effects}"
        " --contributions {input.contributions} --verdict {input.verdict} --claims {input.claims}"
        " --provenance {input.provenance} --verdicts {input.verdicts} --totals {input.totals}"
        " --out {output.reports} > {log} 2>&1"
