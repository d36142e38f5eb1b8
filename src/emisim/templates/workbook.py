"""Write the workbook: a sheet per table, headers in Chinese and English, drop-downs, examples."""

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pandas as pd

from emisim.city import City
from emisim.output import atomic
from emisim.templates import layout
from emisim.templates.layout import Choice, Field

TITLE, EXAMPLE, CHINESE, ENGLISH, FIRST = range(5)
"""Lines of a sheet: what it is, a locked example, the two headers, the first row of data."""
SPARE = 1000
"""Empty lines below the data that have drop-downs."""
LIST_SHEET, HELP_SHEET = "lists", "说明 help"
CREATED = pd.Timestamp(2000, 1, 1)
"""The same in every workbook, so that equal tables give equal bytes."""
PROTECTED = dict.fromkeys(
    (
        *("format_cells", "format_columns", "format_rows", "insert_rows", "delete_rows"),
        *("sort", "autofilter"),
    ),
    True,
)
LONGEST = 255
HELP = (
    ("填写后另存,运行 emisim fill 城市名,再运行 emisim check 城市名。",
     "Fill, save, run: emisim fill NAME, then: emisim check NAME."),
    ("每张表一行为一个排放源;灰色行(标题、示例)已锁定,不会被读取。",
     "One line is one source; grey lines (title, example, headers) are locked and are not read."),
    ("district 填 * 表示全市总量,按 allocate_by 列所指的区县指标分配;outside 表示市外供给。",
     "district * is a city total, split by the item of sheet districts named in allocate_by; "
     "outside is what serves the city from beyond it."),
    ("status: reported 有出处; recalled 凭文献记忆; derived 推算; assumed 假设。"
     "low、high 为取值范围,须含 value。",
     "status: reported with a source, recalled, derived from other rows, assumed; low and high "
     "are the range around value."),
    ("source 填 inputs/sources.csv 中的键;新的出处先在该表加一行。",
     "source is a key of inputs/sources.csv; add a row there for a source of your own."),
    ("预填数值为同类城市的人均或单位面积默认值,均标为 assumed,请逐步替换。",
     "The numbers filled in are defaults per head or per hectare of other cities, all marked "
     "assumed: replace them as you learn."),
    ("坐标为 WGS84 经纬度;地图服务的坐标(GCJ-02、BD-09)须先转换。",
     "Positions are WGS84; those of map services (GCJ-02, BD-09) have to be converted."),
)  # fmt: skip


def write(
    path: str | Path, city: City, tables: Mapping[str, pd.DataFrame],
    examples: Mapping[str, pd.DataFrame],
) -> None:  # fmt: skip
    """Write the workbook of a city.

    Parameters
    ----------
    tables
        The rows that the sheets hold, by table; any columns.
    examples
        One row for the example line, by table.
    """
    import xlsxwriter

    inputs = city.folder.parents[1]
    with atomic(path) as temporary, xlsxwriter.Workbook(str(temporary)) as book:
        book.set_properties({"title": city.settings.name, "created": CREATED})
        formats = _formats(book)
        _help(book, formats)
        sheets = {name: book.add_worksheet(layout.sheet(name)) for name in tables}
        keys = layout.factor_keys(city)
        lists = _Lists(book.add_worksheet(LIST_SHEET))
        for name, frame in tables.items():
            fields = layout.fields(inputs, name, frame.columns)
            _head(sheets[name], fields, examples.get(name), name, formats)
            _body(sheets[name], frame, formats)
            _validate(sheets[name], fields, layout.choices(city, name, keys), len(frame), lists)
            sheets[name].protect("", PROTECTED)
        lists.sheet.hide()


class _Lists:
    """Drop-down lists, each once, on a hidden sheet (a cell's own list is 255 characters long)."""

    def __init__(self, sheet: Any) -> None:
        self.sheet, self._made, self._next = sheet, {}, count()  # type: ignore[var-annotated]

    def source(self, values: Sequence[str]) -> str:
        """Return the formula of the range that holds ``values``."""
        key = tuple(values)
        if key not in self._made:
            column = next(self._next)
            self.sheet.write_column(0, column, key)
            self._made[key] = column
        from xlsxwriter.utility import xl_range_abs

        area = xl_range_abs(0, self._made[key], len(key) - 1, self._made[key])
        return f"={LIST_SHEET}!{area}"


def _formats(book: Any) -> dict[str, Any]:
    grey = {"bg_color": "#E7E6E6", "locked": True, "border": 1, "border_color": "#BFBFBF"}
    return {
        "title": book.add_format({"bold": True, "locked": True}),
        "example": book.add_format({**grey, "italic": True, "font_color": "#7F7F7F"}),
        "header": book.add_format({**grey, "bold": True, "text_wrap": True, "valign": "top"}),
        "cell": book.add_format({"locked": False}),
        "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
    }


def _help(book: Any, formats: Mapping[str, Any]) -> None:
    sheet = book.add_worksheet(HELP_SHEET)
    sheet.set_column(0, 1, 70)
    for row, pair in enumerate(HELP):
        sheet.write_row(row, 0, pair, formats["wrap"])
    sheet.protect()


def title(name: str) -> str:
    """Return the first line of a sheet."""
    return f"{layout.sheet(name)} · inputs/cities/NAME/{name}.csv · 灰色示例行不读取 grey: not read"


def _head(
    sheet: Any, fields: Sequence[Field], example: pd.DataFrame | None, name: str,
    formats: Mapping[str, Any],
) -> None:  # fmt: skip
    sheet.write_string(TITLE, 0, title(name), formats["title"])
    for column, field in enumerate(fields):
        unit = f" ({field.unit})" if field.unit else ""
        shown = "" if example is None else example.iloc[0].get(field.column, "")
        _write(sheet, EXAMPLE, column, shown, formats["example"])
        sheet.write_string(CHINESE, column, field.header_zh + unit, formats["header"])
        sheet.write_string(ENGLISH, column, field.column + unit, formats["header"])
        if field.note_zh or field.note_en:
            note = f"{field.header_en}\n{field.note_en}\n{field.note_zh}"
            sheet.write_comment(ENGLISH, column, note, {"x_scale": 2, "y_scale": 1.5})
        sheet.set_column(column, column, max(10, len(field.column) + 3), formats["cell"])
    for row in range(FIRST):
        sheet.set_row(row, None, formats["title"])
    sheet.freeze_panes(FIRST, 1)


def _body(sheet: Any, frame: pd.DataFrame, formats: Mapping[str, Any]) -> None:
    for row, cells in enumerate(frame.itertuples(index=False)):
        for column, value in enumerate(cells):
            if not pd.isna(value) and value != "":
                _write(sheet, FIRST + row, column, value, formats["cell"])


def _write(sheet: Any, row: int, column: int, value: object, style: Any) -> None:
    if isinstance(value, int | float) and not pd.isna(value):
        sheet.write_number(row, column, value, style)
    elif pd.isna(value) or value == "":
        sheet.write_blank(row, column, None, style)
    else:
        sheet.write_string(row, column, str(value), style)


def _validate(
    sheet: Any, fields: Sequence[Field], choices: Mapping[str, Choice], rows: int, lists: _Lists
) -> None:
    for column, field in enumerate(fields):
        choice = choices.get(field.list or field.column)
        if choice is None or not choice.values:
            continue
        sheet.data_validation(
            FIRST, column, FIRST + rows + SPARE - 1, column,
            {
                "validate": "list",
                "source": lists.source(choice.values),
                "error_type": "warning" if choice.open else "stop",
                "error_title": field.column,
                "error_message": f"{field.header_zh}: 请从列表中选择 choose from it"[:LONGEST],
            },
        )  # fmt: skip
