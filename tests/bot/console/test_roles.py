"""The authorization matrix: every address, every role, one's own municipality and another, own and other 課."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from bot.console.guard import Verdict
from bot.console.needs import NEEDS
from bot.console.role_table import OTHER, OWN, console_rules, role_table, verdict
from knowledge.roles import Grant, Person, Role
from tests.support.staff import HOST, ORIGIN, Colleague, signed_in, signed_in_as

TOWNS = {OWN: "242047", OTHER: "222232"}
WHO = [None, *Role]


@pytest.fixture(scope="module")
def people(office: Flask) -> dict[Role | None, Colleague | None]:
    return {None: None} | {role: signed_in(office, [role], TOWNS[OWN]) for role in Role}


def _address(rule: Rule, town: str) -> str:
    """With ids that nobody has."""
    values = {
        name: kind.max or 999999999 if isinstance(kind := rule._converters[name], IntegerConverter) else "0" * 8
        for name in rule.arguments
    }
    if "code" in values:
        values["code"] = TOWNS[town]
    built = rule.build(values)
    assert built is not None
    return str(built[1])


@pytest.mark.parametrize("who", WHO, ids=lambda role: role.value if role else "nobody")
@pytest.mark.parametrize("town", [OWN, OTHER], ids=["own", "other"])
def test_every_address_opens_as_the_table_says(
    office: Flask, people: dict[Role | None, Colleague | None], who: Role | None, town: str
) -> None:
    wrong = []
    for rule in console_rules(office):
        code = town if "code" in rule.arguments else None
        expected = verdict(NEEDS.get(rule.endpoint), who, code)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            if method == "POST" and expected is Verdict.PASS:
                continue  # What it does is for its own test.
            if (found := _open(office, people[who], rule, town, method)) is not expected:
                wrong.append(f"{method} {rule.rule}: {found}, not {expected}")
    assert wrong == []


def _open(office: Flask, colleague: Colleague | None, rule: Rule, town: str, method: str) -> Verdict:
    client = office.test_client()
    if colleague is not None:
        client = signed_in_as(office, colleague.account_id, colleague.login).client
    response = client.open(_address(rule, town), method=method, headers={"Host": HOST, "Origin": ORIGIN})
    assert response.status_code < 500, response.text
    if response.status_code == 303 and response.location.startswith("/staff/sign-in?next"):
        return Verdict.SIGN_IN
    if response.status_code == 303 and response.location == "/staff/sign-in":
        return Verdict.SIGN_IN
    if response.status_code == 403:
        return Verdict.DENIED
    ids = rule.arguments - {"code"}
    return Verdict.UNKNOWN if response.status_code == 404 and not _is_only_the_id(ids, rule, town) else Verdict.PASS


def _is_only_the_id(ids: set[str], rule: Rule, town: str) -> bool:
    """The page itself found nothing under the id that nobody has: the guard had let it pass."""
    return bool(ids) and (town == OWN or "code" not in rule.arguments)


def test_the_document_is_what_the_command_prints(office: Flask) -> None:
    written = (Path(__file__).parents[3] / "docs" / "staff-roles.md").read_text(encoding="utf-8")
    assert written == "\n".join(role_table(office)) + "\n", "run: flask --app app staff roles > docs/staff-roles.md"


LIMITED = Person(1, "a", "b", (Grant(Role.EDITOR, "242047", "dep-own"), Grant(Role.VIEWER, "242047")))
WHOLE = Person(1, "a", "b", (Grant(Role.APPROVER, "242047"),))
EVERYWHERE = Person(1, "a", "b", (Grant(Role.ADMIN, None),))


@pytest.mark.parametrize(
    ("person", "role", "code", "department", "reaches"),
    [
        pytest.param(LIMITED, Role.EDITOR, "242047", "dep-own", True, id="own 課"),
        pytest.param(LIMITED, Role.EDITOR, "242047", "dep-other", False, id="other 課"),
        pytest.param(LIMITED, Role.EDITOR, "242047", None, False, id="what belongs to no 課"),
        pytest.param(LIMITED, Role.VIEWER, "242047", "dep-other", True, id="viewing the whole"),
        pytest.param(LIMITED, Role.APPROVER, "242047", "dep-own", False, id="editing is not approving"),
        pytest.param(LIMITED, Role.EDITOR, "222232", "dep-own", False, id="the same 課 elsewhere"),
        pytest.param(WHOLE, Role.EDITOR, "242047", "dep-any", True, id="approving is editing, too"),
        pytest.param(WHOLE, Role.EDITOR, "242047", None, True, id="the whole"),
        pytest.param(WHOLE, Role.ADMIN, "242047", None, False, id="approving is not administering"),
        pytest.param(WHOLE, Role.AUDITOR, "242047", None, False, id="approving is not auditing"),
        pytest.param(EVERYWHERE, Role.VIEWER, "382159", "dep-any", True, id="administering is viewing"),
        pytest.param(EVERYWHERE, Role.EDITOR, "382159", "dep-any", False, id="administering is not editing"),
    ],
)
def test_a_role_reaches_its_own_department(
    person: Person, role: Role, code: str, department: str | None, reaches: bool
) -> None:
    assert person.reaches(role, code, department) == reaches
