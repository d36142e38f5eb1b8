"""What was observed in a city: ``observed.csv``."""

import pandas as pd

from emisim import csvtable
from emisim.air import observations
from emisim.city import CITY_TOTAL, City
from emisim.csvtable import VALUE, Column
from emisim.tables import check_known, check_sources
from emisim.target_record import HELD, OBSERVED_FILE, check_unit

COLUMNS = (
    *(Column("district"), Column("station", required=False), Column("species")),
    *(Column("year", number=True), Column("month", number=True, required=False)),
    *VALUE,
)
UNITS = {**dict.fromkeys((*observations.SPECIES, "CO", "O3"), "ug/m3"), **HELD}
"""What the table may hold: mean concentrations, and what is held beside them."""


def read(city: City) -> pd.DataFrame:
    """Return annual and monthly mean concentrations, and what is held beside them.

    Raises
    ------
    InputError
        Naming row and column of a fault.
    """
    path = city.folder / OBSERVED_FILE
    key = ("district", "station", "year", "month", "species")
    table = csvtable.read_table(path, COLUMNS, key=key)
    check_known(table, "district", [*city.names, CITY_TOTAL], path)
    check_known(table, "species", UNITS, path)
    check_sources(table, city.factors.sources, path)
    for row, (species, unit) in table[["species", "unit"]].drop_duplicates().iterrows():
        check_unit(unit, UNITS[species], path, int(str(row)))
    return table
