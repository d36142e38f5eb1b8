# Shared by all rules. The checked configuration, and what a result is made from.
#
# Outputs are marked update(), so that a failing job leaves those of an earlier run in place. Two
# things keep these from passing for new ones: `emisim` marks what it has not finished, and what
# bears the mark is outdated below; and `made_from` digests the contents of all inputs and code that
# a result descends from, so that not file times but a new digest redoes the job.
import os
import shlex
import sys
from functools import cache
from pathlib import Path

from emisim import codegraph, config as configuration, provenance
from emisim.errors import InputError
from emisim.output import outdate_unfinished
from emisim.stages import _inputs, results
from emisim.vocabulary import HALVES

# An environment that was not activated: find its `emisim` anyway.
shell.prefix(
    f"set -euo pipefail; export PATH={shlex.quote(sys.exec_prefix)}/bin:$PATH; "
)


configfile: "inputs/config.yaml"


FACTORS = Path("inputs/factors")
ASSETS = sorted(str(path) for path in codegraph.PACKAGE.glob("assets/**/*.*"))


def checked():
    """Return the configuration, or end with one message before any job has run."""
    try:
        read = configuration.resolve(config)
        if workflow.is_main_process:
            from emisim.stages import check

            check.once(read, Path(".snakemake/emisim-checked"))
        return read
    except InputError as error:
        raise WorkflowError(str(error)) from None


CONFIG = checked()
if workflow.is_main_process:
    outdate_unfinished("results")
MEMORY_MB = {"default": 4000, "fine": 12000}  # of a job that solves transport
RUNS = [f"{run.city}/{run.plan}" for run in CONFIG.runs]


wildcard_constraints:
    city="|".join(CONFIG.cities()),
    plan="|".join(run.plan for run in CONFIG.runs),
    half="|".join(HALVES),
    batch=r"\d+",


def city(wildcards):
    return f"inputs/cities/{wildcards.city}"


def plan(wildcards):
    return f"inputs/plans/{wildcards.plan}.yaml"


@cache
def code(stage):
    """Return the package files that a stage rests on."""
    return list(map(str, codegraph.closure(f"stages.{stage}")))


def inputs_of(wildcards):
    """Return where the inputs of a job stand; a job above the plan knows only its city."""
    document = plan(wildcards) if hasattr(wildcards, "plan") else ""
    return {"city": city(wildcards), "factors": FACTORS, "plan": document}


def of_every_run(name):
    """Return the result `name` of every run, in the order of the configuration."""
    return [f"results/{run}/{name}" for run in RUNS]


def files(stage):
    """Return a function of the wildcards: the input files that a stage itself reads."""
    return lambda wildcards: list(
        map(str, _inputs.files(stage, **inputs_of(wildcards)))
    )


content = cache(provenance.sha256)


def made_from(stage):
    """Return a function of the wildcards: the digest of all that a stage's result descends from."""
    modules = {path for name in _inputs.lineage(stage) for path in code(name)}

    def digest(wildcards):
        paths = modules | set(map(str, _inputs.ancestry(stage, **inputs_of(wildcards))))
        return provenance.digest({path: content(path) for path in paths})

    return digest


def matrix_parts(wildcards):
    """Return the parts of a city's source-receptor matrix, or the one that the city supplies."""
    own = _inputs.own_matrix(city(wildcards))
    count = len(_inputs.batches(city(wildcards), FACTORS))
    return [str(path) for path in own] or [
        f"results/{wildcards.city}/transport/matrix/{half}-{batch}.nc"
        for half in HALVES
        for batch in range(count)
    ]


def matrix_part(wildcards):
    """Say which part of a city's matrix a job makes: 'part 2 of 6, heating half, A, B'."""
    batches = _inputs.batches(city(wildcards), FACTORS)
    batch = int(wildcards.batch)
    number = list(HALVES).index(wildcards.half) * len(batches) + batch + 1
    names = ", ".join(batches[batch])
    return (
        f"part {number} of {len(HALVES) * len(batches)}, {wildcards.half} half, {names}"
    )
