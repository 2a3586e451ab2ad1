"""Who may open what, as a table to read: the table of needs itself, judged for every role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from flask import Flask
from werkzeug.routing import Rule

from bot.console.guard import Verdict, judge
from bot.console.needs import NEEDS, Need, Where
from knowledge.roles import ROLE_NAMES, ROLE_TASKS, Grant, Person, Role
from knowledge.sessions import SignedIn

OWN, OTHER = "000001", "000002"
_MARKS = {
    Verdict.PASS: "○",
    Verdict.DENIED: "×",
    Verdict.UNKNOWN: "－",
    Verdict.SIGN_IN: "入",
}
_LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def console_rules(app: Flask) -> list[Rule]:
    """The addresses of the console, in their order."""
    return sorted(
        (rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff")), key=lambda rule: rule.rule
    )


def verdict(need: Need | None, role: Role | None, code: str | None) -> Verdict:
    """For somebody who has ``role`` in the municipality OWN alone; None: who is not signed in."""
    found = None
    if role is not None:
        person = Person(1, "somebody", "somebody", (Grant(role, OWN),))
        found = SignedIn("", person, True, _LONG_AGO, _LONG_AGO, _LONG_AGO, _LONG_AGO, True)
    return judge(need, found, code, totp_asked=True, is_fresh=True, setting_up=False)


_HEAD = """\
# 職員用の画面の権限

`.venv/bin/flask --app app staff roles > docs/staff-roles.md` が、権限の表（bot/console/needs.py）から作ります。
手では直しません。表にない住所は、だれにも開きません。
住所・役割・市町村のすべての組は、`.venv/bin/pytest tests/bot/console/test_roles.py` が実際に開いて確かめます。
"""
_LEGEND = """
○ 開ける　× 断る（403）　－ ないものとして答える（404）　入 サインインへ進む
"""
_FOOT = """
「ほかの市町村の人」は、その市町村に役割のない人です。
一つの課だけの役割の人には、ほかの課のものは、どの画面でも「ない」と答えます（404）。"""


def role_table(app: Flask) -> Iterator[str]:
    """Markdown, a line at a time."""
    yield _HEAD
    for role in Role:
        yield f"- {ROLE_NAMES[role]}：{ROLE_TASKS[role]}"
    yield _LEGEND
    yield f"| 住所 | 方法 | 未サインイン | {' | '.join(ROLE_NAMES.values())} | ほかの市町村の人 | パスワードの再入力 |"
    yield f"|{'---|' * (len(Role) + 5)}"
    for rule in console_rules(app):
        yield _line(rule)
    yield _FOOT


def _line(rule: Rule) -> str:
    need = NEEDS.get(rule.endpoint)
    code = OWN if "code" in rule.arguments else None
    methods = "・".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    marks = [_MARKS[verdict(need, role, code)] for role in (None, *Role)]
    other = _MARKS[verdict(need, Role.APPROVER, OTHER)] if need and need.where is Where.IN_TOWN else ""
    again = "要る" if need is not None and need.fresh else ""
    return f"| `{rule.rule}` | {methods} | {' | '.join(marks)} | {other} | {again} |"
