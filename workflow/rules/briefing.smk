rule write_briefing:
    input:
        tables=files("briefing"),
        code=code("briefing"),
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
    output:
        pages=update(
            expand(
                "results/{{city}}/{{plan}}/briefing-{lang}.html", lang=CONFIG.languages
            )
        ),
    log:
        "results/logs/write_briefing/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/write_briefing/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        made_from=made_from("briefing"),
        languages=CONFIG.languages,
        city=city,
        plan=plan,
    message:
        "briefings of {wildcards.plan}"
    shell:
        "emisim briefing --lang {params.languages} --city {params.city}"
        " --plan {params.plan} --figures {input.figures}"
        " --scenarios {input.scenarios} --ledger {input.ledger}"
        " --air {input.air} --effects {input.effects}"
        " --contributions {input.contributions} --verdict {input.verdict} --claims {input.claims}"
        " --provenance {input.provenance}"
        " --out {output.pages} > {log} 2>&1"
