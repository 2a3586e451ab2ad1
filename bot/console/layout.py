"""What every page of the console shows: where one is, who one is, and where one can go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, g, request, url_for

from bot.console import kept_forms
from bot.console.forms import csrf_token
from bot.console.guard import signed_in
from bot.console.needs import NEEDS, Where
from bot.services import services
from knowledge.calendar import JST, date_name, now
from knowledge.corpus import Town
from knowledge.demo_data import NOTICE, is_demo
from knowledge.demo_hours import HOURS_NAME, counts_by_invented_hours
from knowledge.roles import Person, Role


@dataclass(frozen=True)
class MenuItem:
    """A page in the menu.  ``endpoint`` tells by the table of needs who sees it, and whether it wants a code."""

    endpoint: str
    label: str


@dataclass(frozen=True)
class MenuGroup:
    """Pages of one kind of work."""

    name: str
    items: tuple[MenuItem, ...]


MENU: Sequence[MenuGroup] = (
    MenuGroup(
        "毎週の仕事",
        (
            MenuItem("console.front.town", "今週やること"),
            MenuItem("console.need_cards.index", "ニーズ票"),
            MenuItem("console.log.index", "質問の記録"),
            MenuItem("console.noting.index", "受けた質問を書く"),
            MenuItem("console.answers.index", "答え"),
            MenuItem("console.changes.index", "変更の承認"),
            MenuItem("console.misguidance.index", "誤案内"),
            MenuItem("console.review.index", "一括見直し"),
        ),
    ),
    MenuGroup(
        "報告・分析",
        (
            MenuItem("console.figures.index", "利用の数字"),
            MenuItem("console.link_clicks.index", "リンクのクリック"),
            MenuItem("console.figure_events.index", "できごと"),
            MenuItem("console.figure_closings.index", "月次締め"),
            MenuItem("console.office_counts.index", "課の件数"),
            MenuItem("console.measure_sheets.index", "施策シート"),
            MenuItem("console.online_priority.index", "オンライン化優先度"),
            MenuItem("console.accuracy.index", "正答率の確かめ"),
            MenuItem("console.resident_words.index", "住民のことば"),
            MenuItem("console.reports.index", "報告書"),
        ),
    ),
    MenuGroup(
        "確かめる",
        (
            MenuItem("console.trying.index", "ためしに聞く"),
            MenuItem("console.checks.index", "確認用の質問"),
            MenuItem("console.effect.index", "公開前の影響確認"),
            MenuItem("console.line_test.index", "試験用のLINE"),
            MenuItem("console.words.index", "ことば"),
            MenuItem("console.caution.index", "確かさ"),
        ),
    ),
    MenuGroup(
        "もとになる内容",
        (
            MenuItem("console.common_updates.index", "共通回答の更新"),
            MenuItem("console.slots.index", "穴埋めシート"),
            MenuItem("console.tables.indicators", "指標・計画・課などの表"),
            MenuItem("console.plans.index", "計画の取り込み"),
            MenuItem("console.sheets.index", "表の出し入れ"),
        ),
    ),
    MenuGroup(
        "運用",
        (
            MenuItem("console.notice.index", "障害・災害モード"),
            MenuItem("console.opening.index", "受付時間"),
            MenuItem("console.rich_menu.index", "リッチメニュー"),
            MenuItem("console.settings.index", "設定"),
            MenuItem("console.materials.index", "お知らせの素材"),
            MenuItem("console.retention.index", "保存期間"),
            MenuItem("console.erasing.index", "住民の記録を消す"),
            MenuItem("console.incident.index", "漏えいの調べ"),
            MenuItem("console.organisation.index", "組織の変更"),
            MenuItem("console.accounts.index", "利用者"),
            MenuItem("console.audit_log.index", "操作の記録"),
            MenuItem("console.service.index", "今の状態"),
        ),
    ),
)
"""In the order of the menu.  A screen adds its line here."""


@dataclass(frozen=True)
class Link:
    label: str
    address: str
    here: bool


def register(blueprint: Blueprint) -> None:
    blueprint.add_app_template_filter(moment_name, "moment_name")
    blueprint.add_app_template_filter(date_name, "date_name")
    blueprint.add_app_template_global(csrf_token, "csrf_token")
    blueprint.add_app_template_global(kept_forms.token, "kept_token")
    blueprint.app_context_processor(_around)


def _around() -> dict[str, Any]:
    if not request.path.startswith("/staff"):
        return {}
    found = signed_in()
    inside = found is not None and found.full
    person = found.person if found is not None and inside else None
    code = (request.view_args or {}).get("code")
    here = _town_here(person, code) if person is not None else None
    return {
        "person": person,
        "seconds_left": int((found.ends_at() - now()).total_seconds()) if found is not None and inside else None,
        "town": here,
        "several_towns": person is not None and len(towns_of(person)) > 1,
        "menu": menu(person, here.code if here else None) if person else (),
        "demo_notice": _demo_notice(here.code) if here is not None else None,
    }


def _demo_notice(code: str) -> str | None:
    """That figures, and the opening hours by which they were counted, are invented; None where none is."""
    with services().database.reading() as session:
        if not is_demo(session, code):
            return None
        by_hours = counts_by_invented_hours(session, code)
    return f"{NOTICE}。時間外は、{HOURS_NAME}で数えています" if by_hours else NOTICE


def _town_here(person: Person, code: object) -> Town | None:
    """The municipality of the address; on a page of none, the only one that the person has."""
    if isinstance(code, str):
        return town_named(code) if person.knows(code) else None
    own = towns_of(person)
    return own[0] if len(own) == 1 else None


def menu(person: Person, code: str | None) -> list[tuple[str, list[Link]]]:
    """The pages that this person may open, of this municipality where one is chosen, by kind of work."""
    groups = ((group.name, [link for item in group.items if (link := _link(item, person, code))]) for group in MENU)
    return [(name, links) for name, links in groups if links]


def _link(item: MenuItem, person: Person, code: str | None) -> Link | None:
    need = NEEDS[item.endpoint]
    if need.where is Where.IN_TOWN:
        if code is None or need.role is None or not person.may(need.role, code):
            return None
        return Link(item.label, url_for(item.endpoint, code=code), _is_here(item.endpoint))
    roles = [role for role in (need.role, need.or_role) if role is not None]
    if roles and not any(person.anywhere(role) for role in roles):
        return None
    return Link(item.label, url_for(item.endpoint), _is_here(item.endpoint))


def _is_here(endpoint: str) -> bool:
    """Whether the page now open is of the same screen."""
    return (request.endpoint or "").rsplit(".", 1)[0] == endpoint.rsplit(".", 1)[0]


def all_towns() -> list[Town]:
    """All municipalities, read once a request."""
    if "towns" not in g:
        g.towns = services().corpus.towns()
    found: list[Town] = g.towns
    return found


def towns_of(person: Person) -> list[Town]:
    """The municipalities in which this person may do something."""
    return [town for town in all_towns() if person.knows(town.code)]


def towns_of_role(person: Person, role: Role) -> list[Town]:
    """The municipalities, whole, in which this person has the role."""
    scopes = person.scopes(role)
    return [town for town in all_towns() if scopes is None or town.code in scopes]


def town_named(code: str) -> Town | None:
    return next((town for town in all_towns() if town.code == code), None)


def town_or_404(code: str) -> Town:
    return town_named(code) or abort(404)


def moment_name(moment: dt.datetime) -> str:
    """``令和8年11月21日 9:05``, as clocks in Japan show it."""
    local = moment.astimezone(JST)
    return f"{date_name(local.date())} {local.hour}:{local.minute:02}"
