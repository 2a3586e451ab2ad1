"""Rounds through the links: what is due, when a link is dead, and that hosts are asked politely."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from knowledge.bundle import read_bundle
from knowledge.db import Database
from knowledge.link_visitor import LinkVisitor
from knowledge.link_visits import Visit
from knowledge.links import LEASE, RoundLostError, check_next, claim, dead_links, last_round, uses
from knowledge.loading import load_bundle
from knowledge.models import Department, Entry, LinkCheck, LinkRound, Plan
from tests.knowledge.small_town import CODE, write_town
from tests.support.pages import LOOPBACK_RULE, serving

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
ALIVE, GONE = Visit("alive", "", 200), Visit("failed", "ページがありません（404）", 404)
UNCLEAR, AWAY = Visit("unclear", "確かめられません（403）", 403), Visit("failed", "つながりません", network=True)
FORM, GUIDE, PLAN = "https://www.example.jp/form", "https://www.example.jp/guide", "https://pref.example.jp/plan.pdf"


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Database:
    load_bundle(database, read_bundle(write_town(tmp_path)), MOMENT)
    with database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).links = [{"label": "申請書", "url": FORM}]
        session.get_one(Entry, (CODE, "goal")).answer = f"くわしくは（{GUIDE}）をご覧ください。"
        session.get_one(Plan, (CODE, "plan")).url = PLAN
    return database


class Web:
    """What each page gives now; ``asked`` in order."""

    def __init__(self, **pages: Visit) -> None:
        self.pages: dict[str, Visit] = {}
        self.asked: list[str] = []

    def __call__(self, url: str) -> Visit:
        self.asked.append(url)
        return self.pages.get(url, ALIVE)


def look(town: Database, web: Web, moment: dt.datetime = MOMENT, *, everything: bool = False) -> list[str]:
    """A round at ``moment``; what it asked for."""
    web.asked.clear()
    check_next(town, web, lambda: moment, code=CODE, everything=everything, pause=lambda _: None)
    return list(web.asked)


def dead(town: Database) -> list[tuple[str, str, str]]:
    with town.reading() as session:
        return [(found.use.url, found.since.isoformat(), found.use.department) for found in dead_links(session, CODE)]


def test_links_of_entries_texts_offices_and_plans_are_known_with_their_place(town: Database) -> None:
    with town.writing() as session:
        session.get_one(Department, (CODE, "dep-it")).role = "予約は https://yoyaku.example.jp/ からできます。"
        found = [(use.url, use.kind, use.entry_id, use.department) for use in uses(session, CODE)]
    assert found == [
        (GUIDE, "entry", "goal", "（担当課なし）"),
        (FORM, "entry", "juki", "情報政策課"),
        ("https://yoyaku.example.jp/", "department", "dep-it", "情報政策課"),
        (PLAN, "plan", "plan", "情報政策課"),
    ]


def test_what_is_not_published_is_not_visited(town: Database) -> None:
    with town.writing() as session:
        session.get_one(Entry, (CODE, "juki")).state = "ended"
    assert FORM not in look(town, Web())


SERIES = [
    pytest.param([GONE], False, id="failed once"),
    pytest.param([GONE, GONE], True, id="failed on two days"),
    pytest.param([GONE, ALIVE, GONE], False, id="a hiccup, and another"),
    pytest.param([GONE, ALIVE, GONE, GONE], True, id="then for good"),
    pytest.param([GONE, UNCLEAR, GONE], True, id="an unclear day between changes nothing"),
    pytest.param([UNCLEAR, UNCLEAR, UNCLEAR], False, id="never clear"),
    pytest.param([GONE, GONE, ALIVE], False, id="came back"),
    pytest.param([AWAY, AWAY], True, id="its server is away, others are not"),
]


@pytest.mark.parametrize(("days", "is_dead"), SERIES)
def test_a_link_is_dead_after_failures_on_two_days(town: Database, days: list[Visit], is_dead: bool) -> None:
    web = Web()
    for number, visit in enumerate(days):
        web.pages[FORM] = visit
        look(town, web, MOMENT + number * DAY, everything=True)
    assert [url for url, *_ in dead(town)] == ([FORM] if is_dead else [])


def test_ten_failures_on_one_day_are_one(town: Database) -> None:
    web = Web()
    web.pages[FORM] = GONE
    midnight = dt.datetime(2026, 11, 21, 15, 0, tzinfo=dt.UTC)
    for minute in range(10):
        look(town, web, midnight + dt.timedelta(minutes=minute), everything=True)
    assert dead(town) == []
    look(town, web, midnight + DAY - dt.timedelta(seconds=1), everything=True)
    assert dead(town) == [], "a day ends at midnight in Japan"
    look(town, web, midnight + DAY, everything=True)
    assert dead(town) == [(FORM, "2026-11-22", "情報政策課")]


def test_what_is_alive_is_visited_weekly_and_what_failed_the_next_day(town: Database) -> None:
    web = Web()
    web.pages[FORM] = GONE
    assert sorted(look(town, web)) == sorted([FORM, GUIDE, PLAN])
    assert look(town, web) == [], "not twice a day"
    assert look(town, web, MOMENT + DAY) == [FORM]
    assert look(town, web, MOMENT + 2 * DAY) == [], "dead is dead; it gets its chance with the others"
    assert sorted(look(town, web, MOMENT + 7 * DAY)) == sorted([GUIDE, PLAN])
    assert look(town, web, MOMENT + 8 * DAY) == [FORM]


def test_the_job_comes_back_the_next_morning_and_not_before(town: Database) -> None:
    web = Web()
    assert check_next(town, web, lambda: MOMENT, pause=lambda _: None) is not None
    assert check_next(town, web, lambda: MOMENT, pause=lambda _: None) is None
    four = dt.datetime(2026, 11, 21, 19, 0, tzinfo=dt.UTC)
    assert check_next(town, web, lambda: four - dt.timedelta(seconds=1), pause=lambda _: None) is None
    report = check_next(town, web, lambda: four, pause=lambda _: None)
    assert report is not None
    assert report.visited == 0


def test_a_turn_is_short_and_the_rest_is_due_at_once(town: Database) -> None:
    web = Web()
    for _ in range(2):
        assert check_next(town, web, lambda: MOMENT, most=2, pause=lambda _: None) is not None
    assert sorted(web.asked) == sorted([FORM, GUIDE, PLAN])
    assert check_next(town, web, lambda: MOMENT, most=2, pause=lambda _: None) is None


def test_when_nothing_at_all_is_reached_nothing_is_put_down_to_the_pages(town: Database) -> None:
    web = Web()
    with town.writing() as session:
        session.get_one(Entry, (CODE, "goal")).answer = "くわしくは https://third.example.jp/ をご覧ください。"
    web.pages = dict.fromkeys([FORM, "https://third.example.jp/", PLAN], AWAY)
    for number in range(3):
        web.asked.clear()
        report = check_next(town, web, lambda n=number: MOMENT + n * DAY, code=CODE, pause=lambda _: None)
        assert report is not None
        assert report.offline
        assert len(web.asked) == 3, "and it tries again the next day"
    assert dead(town) == []


def test_a_link_that_stands_nowhere_any_more_is_forgotten(town: Database) -> None:
    web = Web()
    web.pages[FORM] = GONE
    for number in range(2):
        look(town, web, MOMENT + number * DAY, everything=True)
    assert dead(town)
    with town.writing() as session:
        session.get_one(Entry, (CODE, "juki")).links = []
    assert dead(town) == [], "at once"
    look(town, web, MOMENT + 2 * DAY)
    with town.reading() as session:
        assert sorted(session.scalars(select(LinkCheck.url))) == sorted([GUIDE, PLAN])
        assert last_round(session, CODE) == MOMENT + 2 * DAY


def test_two_processes_never_look_at_once(town: Database) -> None:
    held = claim(town, MOMENT)
    assert held is not None
    assert claim(town, MOMENT) is None
    assert claim(town, MOMENT, CODE) is None
    later = claim(town, MOMENT + LEASE + dt.timedelta(seconds=1))
    assert later is not None
    assert later.fence == 2, "a process that died holds nothing for longer than its lease"


def test_who_lost_the_round_stores_nothing(town: Database) -> None:
    def overtaken(url: str) -> Visit:
        claim(town, MOMENT + DAY, CODE)
        return GONE

    with pytest.raises(RoundLostError):
        check_next(town, overtaken, lambda: MOMENT, pause=lambda _: None)
    with town.reading() as session:
        assert session.scalars(select(LinkCheck)).all() == []


def test_stopped_in_the_middle_it_keeps_what_it_found_and_gives_the_rest_back(town: Database) -> None:
    def stop(done: int, _all: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    web = Web()
    with pytest.raises(KeyboardInterrupt):
        check_next(town, web, lambda: MOMENT, progress=stop, pause=lambda _: None)
    before = list(web.asked)
    assert len(before) == 2
    rest = look(town, web)
    assert sorted(before + rest) == sorted([FORM, GUIDE, PLAN])


def test_between_two_requests_to_one_host_there_is_a_pause(town: Database) -> None:
    pauses: list[float] = []
    check_next(town, Web(), lambda: MOMENT, pause=pauses.append)
    assert len(pauses) == 1, "two of three links are of one host"
    assert 0.9 < pauses[0] <= 1


def test_real_pages_are_visited_one_at_a_time_and_a_dead_one_is_listed(town: Database) -> None:
    with serving() as pages, LinkVisitor(LOOPBACK_RULE) as visitor:
        with town.writing() as session:
            session.get_one(Entry, (CODE, "goal")).answer = "計画の目標です。"
            session.get_one(Plan, (CODE, "plan")).url = pages.url("/leaflet.pdf")
            session.get_one(Entry, (CODE, "juki")).links = [
                {"label": "申請書", "url": pages.url("/form")},
                {"label": "案内", "url": pages.url("/guide")},
            ]
        pages.gone.add("/form")
        for number in range(2):
            moment = MOMENT + number * DAY
            check_next(town, visitor.visit, lambda moment=moment: moment, code=CODE, everything=True, pause=lambda _: time.sleep(0.01))  # fmt: skip
        assert dead(town) == [(pages.url("/form"), "2026-11-21", "情報政策課")]
        assert pages.most_at_once == 1
        pages.gone.clear()
        check_next(town, visitor.visit, lambda: MOMENT + 9 * DAY, code=CODE, pause=lambda _: None)
        assert dead(town) == []
    with town.reading() as session:
        assert session.get_one(LinkRound, CODE).lease_until is None
