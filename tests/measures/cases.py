"""One or more measures of every kind on the town of ``emisim.measures._example``."""

from emisim.measures import read
from emisim.measures._base import Measure
from emisim.measures._example import fields, number

GAS = {"process": "household-gas", "district": "same", "grade": "same"}
PUMPS = {"process": "household-electricity", "district": "outside"}
TRUCKS = {"process": "heavy-truck", "standard": "china-3"}
STORES = [
    {"stage": "feed", "removal": number(10, "%")},
    {"stage": "housing", "lost": number(0.25)},
    {"stage": "storage", "lost": number(0.2), "removal": number(0.8)},
    {"stage": "spreading", "lost": number(0.5), "removal": number(0.3)},
]
CASES = {
    "switch_fuel": {
        "one": {"scope": {"process": "household-coal"}, "to": GAS},
        "two": {
            "scope": {"process": "household-coal"},
            "to": [GAS | {"share": number(0.7)}, PUMPS | {"share": number(30, "%")}],
        },
    },
    "retire": {
        "nowhere": {
            "scope": {"process": "boiler-coal", "capacity_below": 35},
            "to": "nowhere",
            "reason": "the mill has closed",
        },
        "moved": {"scope": {"source": "boiler 20 t/h"}, "to": {"source": "heat pumps"}},
    },
    "retrofit": {
        "particles": {
            "scope": {"process": "boiler-coal"},
            "removal": {"SO2": number(0.9), "PM2.5": number(0.5), "PM10": number(0.6)},
            "technology": "bag",
        }
    },
    "electrify": {
        "stock": {
            "scope": {"process": "city-bus", "fuel": "diesel"},
            "to": {"process": "same", "fuel": "electricity", "district": "outside"},
            "share": number(80, "%"),
        },
        "new": {
            "scope": {"process": "city-bus", "fuel": "diesel"},
            "to": {"process": "same", "fuel": "electricity"},
            "of": "new",
            "share": number(1.0),
            "new_share": number(0.125),
        },
    },
    "scrap": {
        "trucks": {
            "scope": TRUCKS,
            "to": {"process": "same", "district": "same", "standard": "china-6"},
        }
    },
    "shift_freight": {
        "rail": {
            "scope": TRUCKS,
            "to": {"process": "rail-freight"},
            "share": number(20, "%"),
            "first_last_mile": number(10, "%"),
            "dust": {"scope": {"process": "paved-road"}, "share": number(0.5)},
        }
    },
    "suppress_dust": {
        "roads": {
            "scope": {"sector": "dust"},
            "removal": {"PM10": number(30, "%"), "PM2.5": number(0.3)},
        }
    },
    "abate_ammonia": {
        "chain": {"scope": {"process": "pig"}, "stages": STORES},
        "feed": {"scope": {"process": "pig"}, "stages": STORES[:1]},
    },
    "grow": {
        "rate": {"scope": {"sector": "freight"}, "rate": number(5, "%/year"), "since": 2018},
        "down": {"scope": {"sector": "residential"}, "multiplier": number(0.9)},
    },
    "direct": {
        "three": {
            "scope": {"process": "household-coal"},
            "rows": [
                {"verb": "scale_activity", "value": number(0.6), "months": "heating"},
                {"verb": "scale_factor", "value": number(0.8), "species": ["SO2", "BC"]},
                {"verb": "raise_removal", "value": number(0.3), "species": ["NOx"]},
            ],
        },
        "shift": {
            "scope": {"process": "household-coal"},
            "rows": [
                {"verb": "shift_activity", "value": number(0.5), "months": [1, 12], "to": GAS}
            ],
        },
    },
}
NAMES = [(kind, name) for kind, cases in CASES.items() for name in cases]
FIRST = [(kind, next(iter(cases))) for kind, cases in CASES.items()]
SERVES_ON = [("switch_fuel", "one"), ("switch_fuel", "two"), ("retire", "moved"),
             ("electrify", "stock"), ("electrify", "new"), ("scrap", "trucks"),
             ("shift_freight", "rail"), ("direct", "shift")]  # fmt: skip
"""Cases that move service, and so must conserve it."""


def measure(kind: str, name: str, **more: object) -> Measure:
    """Return a case, with fields changed by ``more``."""
    return read(fields(kind=kind, **CASES[kind][name]) | more)
