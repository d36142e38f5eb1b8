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


rule build_matrix:
    input:
        tables=files("matrix"),
        code=code("matrix"),
        inventory="results/{city}/base/inventory.nc",
    output:
        part=update("results/{city}/transport/matrix/{half}-{batch}.nc"),
    log:
        "results/logs/build_matrix/{city}-{half}-{batch}.log",
    benchmark:
        "results/benchmarks/build_matrix/{city}-{half}-{batch}.tsv"
    threads: 1
    resources:
        mem_mb=MEMORY_MB[CONFIG.transport],
        runtime=120,
    params:
        made_from=made_from("matrix"),
        city=city,
        factors=FACTORS,
        setting=CONFIG.transport,
        part=matrix_part,
    message:
        "source-receptor matrix of {wildcards.city}: {params.part}"
    shell:
        "emisim matrix --city {params.city} --factors {params.factors}"
        " --inventory {input.inventory} --setting {params.setting}"
        " --half {wildcards.half} --batch {wildcards.batch} --out {output.part} > {log} 2>&1"
