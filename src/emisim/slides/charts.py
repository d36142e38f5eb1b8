"""Native charts: every number stands in the workbook behind the chart and can be edited."""

from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_TICK_LABEL_POSITION,
)
from pptx.util import Pt

from emisim.slides.parts import Chart
from emisim.slides.typeface import INK, PALE, east_asian

TYPES = {
    "bar": XL_CHART_TYPE.BAR_CLUSTERED,
    "column": XL_CHART_TYPE.COLUMN_CLUSTERED,
    "stacked bar": XL_CHART_TYPE.BAR_STACKED,
    "stacked column": XL_CHART_TYPE.COLUMN_STACKED,
    "whole bar": XL_CHART_TYPE.BAR_STACKED_100,
}
TEXT, SMALL = Pt(14), Pt(12)
GAP, CLUSTERED_GAP, OVERLAP = 45, 60, 100
RULE = "D9D9D9"
Room = tuple[int, int, int, int]


def add(shapes: Any, chart: Chart, room: Room) -> Any:
    """Put a chart on a slide and return it."""
    data = CategoryChartData()
    data.categories = [plain(name) for name in chart.categories]
    for name, values in chart.series.items():
        data.add_series(plain(name), list(values))
    made = shapes.add_chart(TYPES[chart.kind], *room, data).chart
    _type(made)
    lying = chart.kind.endswith("bar")
    plot = made.plots[0]
    stacked = chart.kind not in ("bar", "column")
    plot.gap_width = GAP if stacked else CLUSTERED_GAP
    if stacked:
        plot.overlap = OVERLAP
    _axes(made, chart, lying=lying)
    _legend(made, chart)
    numbers = {plain(name): form for name, form in chart.numbers.items()}
    for series, color in zip(plot.series, chart.colors, strict=True):
        _series(series, color, numbers.get(series.name, chart.number), stacked=stacked)
    return made


def plain(name: str) -> str:
    """Return a name that the workbook behind a chart takes as text, not as a formula.

    Examples
    --------
    >>> plain("=1+1"), plain("{=A1}"), plain("a = b")
    (' =1+1', ' {=A1}', 'a = b')
    """
    return f" {name}" if name.startswith(("=", "{=")) else name


def _type(made: Any) -> None:
    made.font.size, made.font.color.rgb = TEXT, RGBColor.from_string(INK)
    east_asian(made.font._element)


def _axes(made: Any, chart: Chart, *, lying: bool) -> None:
    values, names = made.value_axis, made.category_axis
    names.reverse_order = lying
    names.tick_labels.font.size = SMALL
    names.format.line.color.rgb = RGBColor.from_string(PALE)
    names.has_major_gridlines = False
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    values.has_major_gridlines = True
    values.major_gridlines.format.line.color.rgb = RGBColor.from_string(RULE)
    values.format.line.fill.background()
    values.tick_labels.font.size = SMALL
    if lying:
        values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    if chart.start is not None:
        values.minimum_scale = chart.start
    values.has_title = True
    values.axis_title.text_frame.text = chart.unit
    run = values.axis_title.text_frame.paragraphs[0].runs[0]
    run.font.size, run.font.bold = SMALL, False
    east_asian(run.font._element)


def _legend(made: Any, chart: Chart) -> None:
    made.has_title = False
    made.has_legend = len(chart.series) > 1 and "" not in chart.colors
    if made.has_legend:
        made.legend.position = XL_LEGEND_POSITION.BOTTOM
        made.legend.include_in_layout = False
        made.legend.font.size = SMALL


def _series(series: Any, color: str, number: str, *, stacked: bool) -> None:
    if not color:
        series.format.fill.background()
        return
    series.format.fill.solid()
    series.format.fill.fore_color.rgb = RGBColor.from_string(color.lstrip("#"))
    series.invert_if_negative = False
    if number:
        labels = series.data_labels
        labels.show_value, labels.number_format = True, number
        labels.number_format_is_linked = False
        labels.font.size = SMALL
        if not stacked:
            labels.position = XL_LABEL_POSITION.OUTSIDE_END
