"""Every target of a plan against every scenario."""

import logging

from emisim import plan as plans
from emisim import targets
from emisim.stages import _files

log = logging.getLogger(__name__)


def run(*, plan: str, scenarios: str, air: str, out: str) -> None:
    """Write the verdict (CSV)."""
    document = plans.read(plan)
    means = _files.load(air)
    table = targets.verdict(
        document.targets,
        _files.load(scenarios),
        means["by_area"],
        seasonal=means["by_area_season"],
        uptakes=plans.uptakes(document),
    )
    targets.write(table, out)
    counts = table.groupby(["scenario", "verdict"]).size()
    log.info("%s", counts.to_string())
