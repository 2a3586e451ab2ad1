"""オープンデータ: the monthly counts for everybody, where the municipality has switched it on."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, abort, jsonify, render_template, url_for

from bot.services import services
from bot.web.chat import knowledge_or_404
from knowledge.cells import disarmed
from knowledge.open_data import OpenData, OpenTable, datapackage, open_data

blueprint = Blueprint("open_data", __name__)


@blueprint.get("/<code>/opendata/")
def index(code: str) -> str:
    data = _data_or_404(code)
    return render_template("pages/open_data.html", data=data, code=code)


@blueprint.get("/<code>/opendata/datapackage.json")
def package(code: str) -> Response:
    data = _data_or_404(code)
    return jsonify(datapackage(data, url_for("open_data.index", code=code, _external=True)))


@blueprint.get("/<code>/opendata/<name>.csv")
def table(code: str, name: str) -> Response:
    found = _data_or_404(code).table(name)
    if found is None:
        abort(404)
    response = Response(_csv(found), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename={found.name}.csv"
    return response


def _data_or_404(code: str) -> OpenData:
    """As if it were not there, where it is not switched on."""
    town = knowledge_or_404(code).town
    with services().evidence.reading() as session:
        found = open_data(session, code, town.name)
    return found or abort(404)


def _csv(found: OpenTable) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([name for name, *_ in found.fields])
    writer.writerows([disarmed(cell) for cell in row] for row in found.rows)
    return stream.getvalue().encode("utf-8-sig")
