rule build_inventory:
    input:
        tables=files("inventory"),
        code=code("inventory"),
    output:
        inventory=update("results/{city}/base/inventory.nc"),
        totals=update("results/{city}/base/totals.csv"),
    log:
        "results/logs/build_inventory/{city}.log",
    benchmark:
        "results/benchmarks/build_inventory/{city}.tsv"
    threads: 1
    resources:
        mem_mb=800,
        runtime=10,
    params:
        made_from=made_from("inventory"),
        city=city,
        factors=FACTORS,
    message:
        "inventory of {wildcards.city}"
    shell:
        "emisim inventory --city {params.city} --factors {params.factors}"
        " --out {output.inventory} --totals {output.totals} > {log} 2>&1"


rule grid_emissions:
    input:
        tables=files("grid"),
        code=code("grid"),
        inventory="results/{city}/base/inventory.nc",
    output:
        emissions=update("results/{city}/base/emissions.nc"),
        budget=update("results/{city}/base/budget.csv"),
        shares=update("results/{city}/base/shares.nc"),
    log:
        "results/logs/grid_emissions/{city}.log",
    benchmark:
        "results/benchmarks/grid_emissions/{city}.tsv"
    threads: 1
    resources:
        mem_mb=1500,
        runtime=10,
    params:
        made_from=made_from("grid"),
        city=city,
        factors=FACTORS,
    message:
        "emissions of {wildcards.city} on the grid"
    shell:
        "emisim grid --city {params.city} --factors {params.factors} --inventory {input.inventory}"
        " --out {output.emissions} --budget {output.budget} --shares {output.shares} > {log} 2>&1"
