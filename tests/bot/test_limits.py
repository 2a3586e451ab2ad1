"""How much may be asked in a minute, by all processes together; and what a flood costs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import event, select

from app import create_app
from bot.limits import Limit, Limits, Refusal, forget_old, network_of
from bot.services import Services
from bot.settings import Rates
from knowledge.db import Database, open_database
from knowledge.models import LoggedQuestion, RateWindow
from tests.bot.web.page import Page
from tests.conftest import DEFAULTS

PEPPER = b"p" * 32
NOON = dt.datetime(2026, 11, 24, 3, 0, 10, tzinfo=dt.UTC)
CHAT, ASK = "/242047/", "/api/v1/242047/ask"
RATES = Rates(conversation=20, address=60, all=100, line_person=30)


class Clock:
    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> dt.datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def two(database: Database, clock: Clock) -> Iterator[tuple[Limits, Limits]]:
    """Two processes over one database."""
    other = open_database(database.writer.url.render_as_string(hide_password=False))
    yield Limits(database, RATES, PEPPER, clock), Limits(other, RATES, PEPPER, clock)
    other.dispose()


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        seen.append(statement)

    for engine in (database.writer, database.reader):
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in (database.writer, database.reader):
        event.remove(engine, "before_cursor_execute", note)


def test_processes_count_together_and_a_minute_ends(two: tuple[Limits, Limits], clock: Clock) -> None:
    taken = [two[number % 2].take("192.0.2.1", "w:one") for number in range(24)]
    assert taken[:20] == [None] * 20
    assert taken[20:] == [Refusal(Limit.CONVERSATION, 50)] * 4
    assert two[1].take("192.0.2.1", "w:two") is None
    clock.moment += dt.timedelta(seconds=50)
    assert two[0].take("192.0.2.1", "w:one") is None


def test_an_address_and_the_whole_are_counted_over_all_conversations(two: tuple[Limits, Limits]) -> None:
    one = [two[number % 2].take("192.0.2.1", f"w:{number}") for number in range(62)]
    assert one == [None] * 60 + [Refusal(Limit.ADDRESS, 50)] * 2
    many = [two[number % 2].take(f"192.0.2.{number}", None) for number in range(2, 52)]
    assert Counter(many)[None] <= 40
    assert many[-1] == Refusal(Limit.ALL, 50)


def test_of_many_at_once_no_more_are_taken_than_may_be(two: tuple[Limits, Limits]) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: two[number % 2].take("192.0.2.1", "w:one"), range(60)))
    assert Counter(taken)[None] == 20


def test_a_question_costs_one_statement_and_a_flood_none(database: Database, clock: Clock) -> None:
    limits = Limits(database, RATES, PEPPER, clock)
    limits.take("192.0.2.1", "w:one")
    with statements(database) as seen:
        assert limits.take("192.0.2.1", "w:one") is None
    assert [each.split()[0] for each in seen if not each.startswith("BEGIN")] == ["INSERT"]
    for number in range(150):
        limits.take(f"192.0.2.{number}", None)
    with statements(database) as seen:
        assert {limits.take(f"2001:db8::{number:x}", f"w:{number}") for number in range(2000)} == {
            Refusal(Limit.ALL, 50)
        }
    assert seen == []


def test_no_address_and_no_conversation_is_kept_and_nothing_for_long(database: Database, clock: Clock) -> None:
    limits = Limits(database, RATES, PEPPER, clock)
    limits.take("192.0.2.1", "w:one")

    def rows() -> list[tuple[int, str, int]]:
        with database.reading() as session:
            return [(row.minute, row.key, row.hits) for row in session.scalars(select(RateWindow))]

    first = rows()
    assert len(first) == 3
    assert all(len(key) == 32 and hits == 1 for _, key, hits in first)
    clock.moment += dt.timedelta(minutes=1)
    limits.take("192.0.2.1", "w:one")
    assert len({key for _, key, _ in rows()}) == 6, "another minute has other keys"
    clock.moment += dt.timedelta(minutes=5)
    limits.take("192.0.2.1", "w:one")
    assert len(rows()) == 3
    forget_old(database, clock.moment + dt.timedelta(minutes=5))
    assert rows() == []


def test_while_the_database_is_away_each_process_counts_for_itself(clock: Clock) -> None:
    nowhere = open_database("postgresql+psycopg://nobody@127.0.0.1:1/none")
    limits = Limits(nowhere, RATES, PEPPER, clock)
    taken = [limits.take("192.0.2.1", "w:one") for _ in range(22)]
    assert taken == [None] * 20 + [Refusal(Limit.CONVERSATION, 50)] * 2
    nowhere.dispose()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("", ""),
        ("no address", ""),
        (None, ""),
    ],
)
def test_one_line_counts_as_one_address(address: str | None, counted: str) -> None:
    assert network_of(address) == counted


# --- What is told ----------------------------------------------------------------------------------------------------


@pytest.fixture
def office(environment: dict[str, str]) -> Iterator[Callable[..., FlaskClient]]:
    """Processes of one service."""
    made = []

    def process(**rates: str) -> FlaskClient:
        app = create_app({**environment, **rates})
        made.append(app)
        return app.test_client()

    # The minute does not end while a test counts.
    with time_machine.travel(NOON, tick=False):
        yield process
    for app in made:
        app.extensions["kotae"].database.dispose()


def test_the_page_says_in_japanese_how_long_to_wait(office: Callable[..., FlaskClient]) -> None:
    one, other = office(RATE_CONVERSATION="4"), office(RATE_CONVERSATION="4")
    form = Page(one.get(CHAT).text).form("聞く")
    answers = [(one, other)[n % 2].post(CHAT, data={**form, "question": f"住民票{n}"}) for n in range(5)]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]
    refused = answers[-1]
    assert refused.headers["Retry-After"] == "50"
    assert (
        "同じ会話から、短い時間にたくさんの質問がありました。50秒ほど待ってから、もう一度お試しください。"
        in refused.text
    )
    assert "お急ぎのときは、市町村の窓口へ電話で" in refused.text
    assert "Set-Cookie" not in refused.headers
    tapped = one.post(CHAT, data={**form, "act": "none"})
    assert tapped.status_code == 429
    kit: Services = one.application.extensions["kotae"]
    with kit.database.reading() as session:
        assert len(session.scalars(select(LoggedQuestion)).all()) == 4, "what is not answered is not logged"


def test_an_address_is_told_that_others_may_share_it(office: Callable[..., FlaskClient]) -> None:
    client = office(RATE_ADDRESS="2")
    for way in ("", "line-preview"):
        assert client.post(f"{CHAT}{way}", data={"question": "x", "q": "x"}).status_code == 200
    refused = client.post(CHAT, data={"question": "住民票"})
    assert (refused.status_code, "図書館や庁舎のように" in refused.text) == (429, True)
    elsewhere = client.post(CHAT, data={"question": "住民票"}, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 200


def test_the_api_says_it_as_a_problem_object(office: Callable[..., FlaskClient]) -> None:
    client = office(RATE_CONVERSATION="1", RATE_ALL="2")
    assert client.post(ASK, json={"question": "住民票", "conversation": "a"}).status_code == 200
    for conversation, said in (("a", "同じ会話から"), ("b", ""), ("c", "ただいま、たくさんの質問")):
        answer = client.post(ASK, json={"question": "住民票", "conversation": conversation})
        assert (answer.status_code == 200) is (said == "")
        if said:
            assert (answer.status_code, answer.content_type) == (429, "application/problem+json")
            assert answer.headers["Retry-After"] == "50"
            assert answer.json["detail"].startswith(said)


def test_a_database_that_cannot_count_costs_no_answer(office: Callable[..., FlaskClient]) -> None:
    client = office(RATE_CONVERSATION="2")
    kit: Services = client.application.extensions["kotae"]
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE rate_windows RENAME TO elsewhere")
    form = Page(client.get(CHAT).text).form("聞く")
    answers = [client.post(CHAT, data={**form, "question": f"住民票{n}"}).status_code for n in range(3)]
    assert answers == [200, 200, 429]


def test_what_holds_where_nothing_is_set() -> None:
    assert {name: given for name, given in DEFAULTS.items() if name.startswith("RATE_")} == {
        "RATE_CONVERSATION": "20",
        "RATE_ADDRESS": "60",
        "RATE_ALL": "1000",
        "RATE_LINE_PERSON": "30",
    }
