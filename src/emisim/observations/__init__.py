"""Observed concentrations: reading tables as people have them, flags by rule, means by regulation.

``read`` returns the common form, an array ``concentration`` (place, day or hour, species) in ug/m3
(CO mg/m3), and a report of what was odd; ``daily_of`` and ``city_mean`` take means with the
completeness that the regulation asks; ``convert`` changes the state of the air.
"""

from emisim.observations.cities import city_mean, read_stations
from emisim.observations.conditions import convert
from emisim.observations.daily import daily_of
from emisim.observations.readers import Observations, read, report
from emisim.observations.rules import Rules, read_rules

__all__ = [
    "Observations",
    "Rules",
    "city_mean",
    "convert",
    "daily_of",
    "read",
    "read_rules",
    "read_stations",
    "report",
]
