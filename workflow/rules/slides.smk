rule make_slides:
    input:
        tables=files("slides"),
        code=code("slides"),
        assets=ASSETS,
        figures="results/{city}/{plan}/figures",
        scenarios="results/{city}/{plan}/scenarios.nc",
        ledger="results/{city}/{plan}/ledger.csv",
        air="results/{city}/{plan}/air.nc",
        effects="results/{city}/{plan}/effects.csv",
        contributions="results/{city}/{plan}/contributions.csv",
        verdict="results/{city}/{plan}/verdict.csv",
        provenance="results/{city}/{plan}/provenance.json",
    output:
        slides=update(
            expand(
                "results/{{city}}/{{plan}}/slides-{lang}.pptx", lang=CONFIG.languages
            )
        ),
        annexes=update(
            expand(
                "results/{{city}}/{{plan}}/annexes-{lang}.xlsx", lang=CONFIG.languages
            )
        ),
    log:
        "results/logs/make_slides/{city}-{plan}.log",
    benchmark:
        "results/benchmarks/make_slides/{city}-{plan}.tsv"
    threads: 1
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        made_from=made_from("slides"),
        languages=CONFIG.languages,
        city=city,
        plan=plan,
    message:
        "slides and annexes of {wildcards.plan}"
    shell:
        "emisim slides --lang {params.languages} --city {params.city}"
        " --plan {params.plan} --figures {input.figures}"
        " --scenarios {input.scenarios} --ledger {input.ledger}"
        " --air {input.air} --effects {input.effects}"
        " --contributions {input.contributions} --verdict {input.verdict}"
        " --provenance {input.provenance}"
        " --out {output.slides} --annex {output.annexes} > {log} 2>&1"
