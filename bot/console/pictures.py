"""Charts on pages of the console: the picture, what stands for it where it is not seen, and the table under it.

A page calls ``shown`` and gives what comes to the macro ``chart`` of ``console/charts.html``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, url_for

from bot.charts import Chart, ChartTable, Heat, description, table
from bot.pictures import DrawingFaultError, keep_charts, picture
from bot.services import services

blueprint = Blueprint("pictures", __name__)


@dataclass(frozen=True)
class ShownChart:
    """``address``: of the picture; None where there is nothing to draw.  ``wide``: the table has many columns."""

    title: str
    unit: str
    address: str | None
    told: str
    table: ChartTable
    wide: bool


def shown(code: str, charts: Sequence[Chart]) -> list[ShownChart]:
    """The charts of a page, as its template takes them."""
    names = keep_charts(services().database, code, charts)
    return [_shown(code, chart, name) for chart, name in zip(charts, names, strict=True)]


def _shown(code: str, chart: Chart, name: str) -> ShownChart:
    address = url_for("console.pictures.drawing", code=code, name=name) if name else None
    return ShownChart(chart.title, chart.unit, address, description(chart), table(chart), isinstance(chart, Heat))


@blueprint.get("/<code>/pictures/<name>.svg")
def drawing(code: str, name: str) -> Response:
    """A chart that a page of this municipality has shown: its name is the digest of what it says."""
    try:
        drawn = picture(services().database, code, name)
    except LookupError:
        abort(404)
    except DrawingFaultError:
        abort(503)
    return Response(drawn, mimetype="image/svg+xml")
