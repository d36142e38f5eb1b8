rule build_receptors:
    input:
        tables=files("receptors"),
        code=code("receptors"),
    output:
        receptors=update("results/{city}/transport/receptors.nc"),
    log:
        "results/logs/build_receptors/{city}.log",
    benchmark:
        "results/benchmarks/build_receptors/{city}.tsv"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        made_from=made_from("receptors"),
        city=city,
        factors=FACTORS,
    message:
        "source-receptor kernels of {wildcards.city}"
    shell:
        "emisim receptors --city {params.city} --factors {params.factors}"
        " --out {output.receptors} > {log} 2>&1"
