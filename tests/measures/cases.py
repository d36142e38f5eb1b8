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
        "fleet": {
            "scope": {"process": "city-bus", "fuel": "diesel"},
            "to": {"process": "same", "fuel": "electricity"},
            "of": "new",
            "share": number(1.0),
        },
    },
    "renew_fleet": {
        "buses": {
            "scope": {"process": "city-bus"},
            "since": 2018,
            "growth": number(5, "%/year"),
            "sales": {"electricity": number(65, "%")},
            "stock": {"electricity": number(0.1)},
        },
        "trucks": {
            "scope": {"process": "heavy-truck", "district": "Lower"},
            "since": 2018,
            "scrap": {"standard": "china-3", "fuel": "diesel", "share": number(40, "%")},
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
        },
        "rate": {
            "scope": {"process": "paved-road"},
            "removal": {"PM10": number(50, "%"), "PM2.5": number(50, "%")},
            "treated": {"before": number(70, "%"), "after": number(87, "%")},
        },
    },
    "abate_ammonia": {
        "chain": {"scope": {"process": "pig"}, "stages": STORES},
        "feed": {"scope": {"process": "pig"}, "stages": STORES[:1]},
    },
    "grow": {
        "rate": {"scope": {"sector": "freight"}, "rate": number(5, "%/year"), "since": 2018},
        "down": {"scope": {"sector": "residential"}, "multiplier": number(0.9)},
    },
    "limit": {
        "stack": {
            "scope": {"process": "boiler-coal"},
            "limits": {"SO2": number(200, "mg/m3"), "PM": number(30, "mg/m3")},
            "gas_volume": number(10, "m3/kg"),
        }
    },
    "curtail": {
        "season": {
            "scope": {"sector": "boilers"},
            "cuts": [{"cut": number(40, "%"), "months": "heating"}],
        },
        "levels": {
            "scope": {"fuel": "coal"},
            "cuts": [
                {"cut": number(20, "%"), "level": "yellow", "days": number(20, "day")},
                {"cut": number(40, "%"), "level": "red", "days": number(5, "day")},
                {"cut": number(0.5), "scope": {"district": "Lower"}, "months": [11, 12]},
            ],
        },
    },
    "cap_activity": {
        "amount": {"scope": {"fuel": "coal"}, "at_most": number(3.6, "kt")},
        "below": {"scope": {"fuel": "coal"}, "below": number(30, "%")},
    },
    "inspect": {
        "trucks": {
            "scope": {"process": "heavy-truck"},
            "high_emitters": number(10, "%"),
            "multiple": {"NOx": number(5.0), "PM2.5": number(8.0)},
            "detected": number(50, "%"),
            "repaired": number(70, "%"),
        }
    },
    "improve_fuel": {
        "coal": {
            "scope": {"process": "household-coal"},
            "sulphur": {"before": number(1.5, "%"), "after": number(0.6, "%")},
            "ash": {"before": number(20, "%"), "after": number(15, "%")},
        },
        "diesel": {
            "scope": {"fuel": "diesel"},
            "sulphur": {"before": number(350, "mg/kg"), "after": number(10, "mg/kg")},
            "multipliers": {"PM2.5": number(0.9), "NOx": number(0.97)},
        },
    },
    "ban_burning": {
        "used": {
            "scope": {"process": "straw-maize"},
            "used": {"before": number(86, "%"), "after": number(93, "%")},
        },
        "burned": {
            "scope": {"sector": "burning"},
            "burned": {"before": number(0.08), "after": number(0.02)},
        },
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
             ("electrify", "stock"), ("electrify", "new"), ("electrify", "fleet"),
             ("renew_fleet", "buses"), ("renew_fleet", "trucks"), ("scrap", "trucks"),
             ("shift_freight", "rail"), ("direct", "shift")]  # fmt: skip
"""Cases that move service, and so must conserve it."""


def measure(kind: str, name: str, **more: object) -> Measure:
    """Return a case, with fields changed by ``more``."""
    return read(fields(kind=kind, **CASES[kind][name]) | more)
