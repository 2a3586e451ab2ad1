"""The demonstration year through the command line, on the bundled content of one municipality."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from bot.demo_jobs import make_year
from bot.need_jobs import group_needs
from bot.services import Services
from knowledge.calendar import JST, now, today
from knowledge.demo_data import invented_texts, texts_of_cards
from knowledge.demo_needs import PlantedTotals, planted_needs, totals_of
from knowledge.demo_wordings import subjects
from knowledge.demo_year import Year
from knowledge.models import LoggedQuestion
from knowledge.query_log import AskedQuestion, record
from tests.bot.test_commands import run

CODE = "122106"


@pytest.fixture
def kit(app: Flask) -> Iterator[Services]:
    return app.extensions["kotae"]


def count(kit: Services) -> int:
    with kit.database.reading() as session:
        return session.scalar(select(func.count()).select_from(LoggedQuestion)) or 0


def test_a_year_is_made_up_and_taken_away_by_two_commands(app: Flask, kit: Services) -> None:
    runner = app.test_cli_runner()
    until = today() - dt.timedelta(days=10)
    said = run(runner, "demo", "traffic", "--municipality", CODE, "--questions", "120", "--until", until.isoformat())
    assert "茂原市に" in said
    assert f"{until}まで" in said
    assert f"demo remove --municipality {CODE}" in said
    with kit.database.reading() as session:
        first, last = session.execute(
            select(func.min(LoggedQuestion.jst_date), func.max(LoggedQuestion.jst_date))
        ).one()
    assert until - dt.timedelta(days=365) < first < last <= until
    said = run(runner, "demo", "traffic", "--municipality", CODE, status=1)
    assert "もう入っています" in said
    made = count(kit)
    assert f"質問{made:,}件" in run(runner, "demo", "remove", "--municipality", CODE)
    assert count(kit) == 0
    assert "入っていません" in run(runner, "demo", "remove", "--municipality", CODE, status=1)


def test_it_says_why_it_does_not(app: Flask, kit: Services) -> None:
    runner = app.test_cli_runner()
    assert "きのうまで" in run(
        runner, "demo", "traffic", "--municipality", CODE, "--until", today().isoformat(), status=1
    )
    assert "市町村 999999 がありません" in run(runner, "demo", "traffic", "--municipality", "999999", status=1)
    assert "入っていません" in run(runner, "demo", "needs", "--municipality", CODE, status=1)
    at = now() - dt.timedelta(days=40)
    real = AskedQuestion(
        CODE, "line:1", "line", at, "住民票", False, None, None, "ja", "none", None, None, None, 0.1, (), 1, 1.0
    )
    with kit.database.writing() as session:
        record(session, real)
    said = run(runner, "demo", "traffic", "--municipality", CODE, status=1)
    assert "実際の質問が1件あります" in said


def test_what_was_planted_is_listed_once_there_are_cards(app: Flask, kit: Services) -> None:
    runner = app.test_cli_runner()
    few = [one for one in subjects() if one.id in ("passport", "street-light")]
    make_year(kit, CODE, Year(today() - dt.timedelta(days=1), 200, 1), asked=few)
    assert "まだありません" in run(runner, "demo", "needs", "--municipality", CODE, status=1)
    group_needs(kit, CODE, {}, lambda _: None)
    said = run(runner, "demo", "needs", "--municipality", CODE)
    assert "パスポート" in said
    assert "うえたもの 23" in said
    totals = PlantedTotals(**json.loads(run(runner, "demo", "needs", "--municipality", CODE, "--json")))
    assert totals.planted == 23
    assert totals.expected == totals.found + totals.missed == 2, "the others were not asked"


def test_of_the_planted_needs_so_many_are_found(kit: Services) -> None:
    """What docs/demo.md says: nobody tuned the wordings to the grouping, so it is not all of them."""
    make_year(kit, CODE, Year(dt.date(2026, 11, 21), 6_000, seed=1))
    group_needs(kit, CODE, {}, lambda _: None)
    with kit.database.reading() as session:
        needs = planted_needs(subjects(), invented_texts(session, CODE), texts_of_cards(session, CODE))
    totals = totals_of(needs)
    assert totals.expected >= 18
    assert totals.found >= 8
    assert totals.found_by_questions >= 12
    assert totals.joined_falsely <= totals.joined / 10, "a card that finds a need is of little else"


def test_the_year_ends_yesterday_where_nobody_says_otherwise(app: Flask, kit: Services) -> None:
    run(app.test_cli_runner(), "demo", "traffic", "--municipality", CODE, "--questions", "800")
    with kit.database.reading() as session:
        last = session.scalar(select(func.max(LoggedQuestion.asked_at)))
    assert last is not None
    assert today() - dt.timedelta(days=4) < last.astimezone(JST).date() < today()
