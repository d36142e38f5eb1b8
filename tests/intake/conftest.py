"""Books made as people make them, and a city to take them in."""

from pathlib import Path

import pytest
import xlsxwriter
from intake_city import POLYGONS

from emisim import intake
from emisim.city import City
from emisim.factors import Factors
from emisim.intake.lexicon import Lexicon

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def city():
    return City.read(ROOT / "inputs/cities/yangquan", Factors(ROOT / "inputs/factors"))


@pytest.fixture(scope="session")
def lexicon(city):
    return Lexicon(city.factors)


@pytest.fixture
def take(city, lexicon):
    def run(*files, **options):
        return intake.read(files, city, polygons=POLYGONS, lexicon=lexicon, **options)

    return run


@pytest.fixture
def workbook(tmp_path):
    """Write a workbook: by sheet, rows of cells; ``merged`` as (range, text)."""

    def write(name, merged=(), hidden=(), **sheets):
        path = tmp_path / name
        with xlsxwriter.Workbook(str(path)) as book:
            for title, rows in sheets.items():
                sheet = book.add_worksheet(title)
                for i, row in enumerate(rows):
                    for j, value in enumerate(row):
                        if value is not None:
                            sheet.write(i, j, value)
                for area, text in merged:
                    sheet.merge_range(area, text)
                if title in hidden:
                    sheet.hide()
        return path

    return write


@pytest.fixture
def listed(tmp_path):
    """Write a text table."""

    def write(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return write
