"""How a municipality's reports are headed, and on what terms its monthly counts are open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy.orm import Session

from knowledge.models import Municipality, ReportSettings

USUAL_TITLE = "問い合わせ案内サービス 利用状況"
MOST_TITLE = 60


@dataclass(frozen=True)
class Licence:
    name: str
    title: str
    path: str


LICENCES: Mapping[str, Licence] = MappingProxyType(
    {
        one.name: one
        for one in (
            Licence(
                "CC-BY-4.0",
                "クリエイティブ・コモンズ 表示 4.0 国際",
                "https://creativecommons.org/licenses/by/4.0/deed.ja",
            ),
            Licence(
                "CC0-1.0",
                "クリエイティブ・コモンズ CC0 1.0（権利を主張しない）",
                "https://creativecommons.org/publicdomain/zero/1.0/deed.ja",
            ),
            Licence(
                "PDL-1.0",
                "公共データ利用規約（第1.0版）",
                "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
            ),
        )
    }
)


@dataclass(frozen=True)
class Reporting:
    """``body``: the name of the body that reports; ``title``: what its reports are called."""

    title: str
    body: str
    open_data: bool
    licence: Licence


def reporting(session: Session, code: str) -> Reporting:
    """What was set, else the usual."""
    row = session.get(ReportSettings, code)
    name = session.get_one(Municipality, code).name
    if row is None:
        return Reporting(USUAL_TITLE, name, False, LICENCES["CC-BY-4.0"])
    return Reporting(row.title or USUAL_TITLE, row.body or name, row.open_data, LICENCES[row.licence])


def set_reporting(session: Session, code: str, *, title: str, body: str, open_data: bool, licence: str) -> None:
    row = session.get(ReportSettings, code, with_for_update=True)
    if row is None:
        row = ReportSettings(municipality_code=code)
        session.add(row)
    row.title, row.body, row.open_data, row.licence = title, body, open_data, licence
