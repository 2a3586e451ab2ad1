"""お知らせの素材: a poster with QR codes and texts for 広報紙, made from the settings."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from bot.materials import QR_KINDS, Facts, facts_of, missing, paper_texts, qr_data, qr_picture
from bot.services import services

blueprint = Blueprint("materials", __name__)


@blueprint.get("/<code>/materials")
def index(code: str) -> str:
    facts = _facts(code)
    return render_template(
        "console/materials/index.html",
        code=code,
        facts=facts,
        pictures=_pictures(facts),
        texts=paper_texts(facts),
        missing=missing(facts),
        local=services().settings.is_local,
    )


@blueprint.get("/<code>/materials/poster")
def poster(code: str) -> str:
    """One page of A4, as the browser prints it."""
    facts = _facts(code)
    local = services().settings.is_local
    return render_template(
        "console/materials/poster.html", code=code, facts=facts, pictures=_pictures(facts), local=local
    )


@blueprint.get("/<code>/materials/qr-<name>.<form>")
def picture(code: str, name: str, form: str) -> Response:
    address = _facts(code).addresses.get(name)
    if address is None or form not in QR_KINDS:
        abort(404)
    response = Response(qr_picture(address, form), mimetype=QR_KINDS[form])
    response.headers["Content-Disposition"] = f"attachment; filename=qr-{name}-{code}.{form}"
    return response


def _facts(code: str) -> Facts:
    return facts_of(services().corpus.current(code), services().settings.base_url)


def _pictures(facts: Facts) -> dict[str, str]:
    return {name: qr_data(address) for name, address in facts.addresses.items()}
