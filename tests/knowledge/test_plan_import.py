"""A plan brought, approved piece by piece, and brought again: nothing reaches a resident by itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from intents.vectors import NO_VECTORS
from knowledge.bundle import Bundle, read_bundle
from knowledge.corpus import Corpus, Knowledge
from knowledge.db import Database
from knowledge.drafts import Decided, Decision, Draft, DraftError, decide, piece, pieces
from knowledge.loading import load_bundle
from knowledge.models import Municipality, Plan, PlanSection
from knowledge.plan_contents import read_contents
from knowledge.plan_documents.document import Line, PlanDocument
from knowledge.plan_import import ImportReport, PlanDetails, PlanImportError, import_plan
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
PLAN = "own-plan"
DETAILS = PlanDetails(PLAN, "小さい市みどり計画", "みどり計画", False, dt.date(2025, 4, 1), dt.date(2030, 3, 31), "令和7年度から令和11年度まで")  # fmt: skip
LINES = [
    "第1章 公園",
    "駅前の公園に、木を百本植えます。",
    "指標名\t現状値(R6)\t目標値(R11)",
    "公園の木の数\t200本\t300本",
    "",
    "第2章 予定",
    "取組\t令和7年度\t令和8年度",
    "木を植える\t準備\t実施",
    "",
    "※1 街路樹…道にそって植えられた木のこと。",
    "第3章 見出しだけ",
]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Bundle:
    bundle = read_bundle(write_town(tmp_path / CODE))
    load_bundle(database, bundle, MOMENT)
    return bundle


def bring(database: Database, lines: list[str] | None = None, details: PlanDetails = DETAILS) -> ImportReport:
    contents = read_contents(PlanDocument("text", tuple(map(Line, LINES if lines is None else lines))))
    with database.writing() as session:
        return import_plan(session, CODE, details, contents, MOMENT, DAY)


def decided(database: Database, to: Decision, *ids: str) -> Decided:
    with database.writing() as session:
        return decide(session, CODE, ids, MOMENT, to)


def found(database: Database, *states: str) -> list[Draft]:
    with database.reading() as session:
        return list(pieces(session, CODE, None, states or ("draft",)))


def the(database: Database, name: str) -> str:
    """The id of the piece whose name ends so, whatever its state."""
    every = found(database, "draft", "approved", "published", "discarded", "deleted")
    (one,) = [draft for draft in every if draft.name.endswith(name)]
    return one.id


def knowledge(database: Database) -> Knowledge:
    return Corpus(database, NO_VECTORS, lambda: DAY).current(CODE)


def version(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(Municipality, CODE).knowledge_version


def test_everything_is_a_draft_at_first(database: Database, town: Bundle) -> None:
    before = knowledge(database)
    report = bring(database)
    assert report.added == {"sections": 3, "indicators": 1, "schedule": 1, "terms": 1}
    assert [draft.name for draft in found(database)] == ["第1章 公園", "第2章 予定", "第3章 見出しだけ", "公園の木の数", "木を植える", "街路樹"]  # fmt: skip
    after = knowledge(database)
    assert after.version == before.version
    assert set(after.answers) == set(before.answers)
    assert [plan.id for plan in after.plans] == [plan.id for plan in before.plans]
    assert after.quotable.quotation("駅前の公園に木を植えますか") is None


def test_a_draft_is_shown_as_a_resident_would_read_it(database: Database, town: Bundle) -> None:
    bring(database)
    with database.reading() as session:
        draft = piece(session, CODE, the(database, "公園の木の数"))
    assert draft.text.startswith("「公園の木の数」の目標は、令和11年度（2029年度）に300本です。")
    assert draft.section == "第1章 公園"


def test_what_is_approved_is_published_and_nothing_else(database: Database, town: Bundle) -> None:
    bring(database)
    before = version(database)
    assert decided(database, "approve", the(database, "公園の木の数"), the(database, "第1章 公園")) == Decided(2, 0)
    assert version(database) == before + 1
    now = knowledge(database)
    assert [answer.name for answer in now.answers.values() if answer.plan.id == PLAN] == ["公園の木の数"]
    quoted = now.quotable.quotation("駅前の公園に木を植えますか")
    assert quoted is not None
    assert quoted.text == "駅前の公園に、木を百本植えます。"
    assert decided(database, "approve", the(database, "公園の木の数")) == Decided(0, 1)
    assert version(database) == before + 1


def test_a_second_import_replaces_drafts_and_leaves_what_was_decided(database: Database, town: Bundle) -> None:
    bring(database)
    decided(database, "approve", the(database, "第1章 公園"), the(database, "公園の木の数"))
    decided(database, "discard", the(database, "街路樹"))
    before = version(database)
    report = bring(
        database, [line.replace("百本", "千本").replace("300本", "900本").replace("準備", "調査") for line in LINES]
    )
    assert report.added == {"sections": 2, "indicators": 0, "schedule": 1, "terms": 0}
    assert report.replaced == {"sections": 2, "indicators": 0, "schedule": 1, "terms": 0}
    assert report.kept == {"sections": 1, "indicators": 1, "schedule": 0, "terms": 0}
    assert report.discarded == {"sections": 0, "indicators": 0, "schedule": 0, "terms": 1}
    assert report.changed == ("章節「第1章 公園」", "指標「公園の木の数」")
    assert version(database) == before
    with database.reading() as session:
        assert "百本" in piece(session, CODE, the(database, "第1章 公園")).text
        assert "調査" in piece(session, CODE, the(database, "木を植える")).text


def test_the_same_file_again_changes_nothing(database: Database, town: Bundle) -> None:
    bring(database)
    before = found(database)
    assert bring(database).changed == ()
    assert found(database) == before


def test_what_stands_no_longer_in_the_file_is_no_draft_any_more(database: Database, town: Bundle) -> None:
    bring(database)
    bring(database, LINES[:2])
    assert [draft.name for draft in found(database)] == ["第1章 公園"]


def test_what_is_taken_back_is_gone_for_residents_and_can_be_brought_anew(database: Database, town: Bundle) -> None:
    bring(database)
    wanted = the(database, "第1章 公園")
    decided(database, "approve", wanted)
    before = version(database)
    decided(database, "restore", wanted)
    assert version(database) == before + 1
    assert knowledge(database).quotable.quotation("駅前の公園") is None
    bring(database, [line.replace("百本", "千本") for line in LINES])
    decided(database, "approve", wanted)
    quoted = knowledge(database).quotable.quotation("駅前の公園に木を植えますか")
    assert quoted is not None
    assert "千本" in quoted.text
    decided(database, "discard", wanted)
    assert knowledge(database).quotable.quotation("駅前の公園に木を植えますか") is None


def test_setting_a_draft_aside_is_no_change_for_residents(database: Database, town: Bundle) -> None:
    bring(database)
    before = version(database)
    decided(database, "discard", *(draft.id for draft in found(database)))
    assert version(database) == before
    assert found(database) == []


def test_one_id_that_is_wrong_leaves_all_undecided(database: Database, town: Bundle) -> None:
    bring(database)
    with pytest.raises(DraftError, match="own-plan-x: この id の下書きはありません"):
        decided(database, "approve", the(database, "第1章 公園"), "own-plan-x")
    assert len(found(database)) == 6
    assert knowledge(database).quotable.sections == ()


def test_a_heading_alone_cannot_be_approved(database: Database, town: Bundle) -> None:
    bring(database)
    with pytest.raises(DraftError, match="見出しだけで本文がない"):
        decided(database, "approve", the(database, "第3章 見出しだけ"))


def test_loading_bundled_content_leaves_a_plan_of_ones_own_alone(
    database: Database, town: Bundle, tmp_path: Path
) -> None:
    bring(database)
    decided(database, "approve", the(database, "第1章 公園"), the(database, "公園の木の数"))
    changed = read_bundle(
        write_town(tmp_path / "changed" / CODE, {"plans.yaml": ("小さい市デジタル計画", "小さい市の新しい計画")})
    )
    load_bundle(database, changed, MOMENT)
    now = knowledge(database)
    assert {plan.title for plan in now.plans} == {"小さい市の新しい計画", "小さい市みどり計画"}
    assert now.quotable.sections != ()
    assert "公園の木の数" in {answer.name for answer in now.answers.values()}


def test_a_bundled_plan_is_never_taken_over(database: Database, town: Bundle) -> None:
    with pytest.raises(PlanImportError, match="同梱の計画「小さい市デジタル計画」が使っています"):
        bring(database, details=replace(DETAILS, plan_id="plan"))


def test_an_unknown_municipality_is_told(database: Database) -> None:
    with pytest.raises(PlanImportError, match="市町村 011002 がありません"):
        bring(database)
    with database.reading() as session:
        assert session.scalars(select(Plan)).all() == []


def test_a_failure_half_way_leaves_nothing(database: Database, town: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("knowledge.plan_import._Maker.terms", fail)
    with pytest.raises(RuntimeError):
        bring(database)
    with database.reading() as session:
        assert session.scalars(select(PlanSection)).all() == []
        assert session.scalars(select(Plan).where(Plan.imported)).all() == []


def test_another_municipality_neither_sees_nor_decides_it(database: Database, town: Bundle, tmp_path: Path) -> None:
    other = read_bundle(write_town(tmp_path / "012025", {"municipality.yaml": ("011002", "012025")}, code="012025"))
    load_bundle(database, other, MOMENT)
    bring(database)
    wanted = the(database, "第1章 公園")
    decided(database, "approve", wanted)
    assert Corpus(database, NO_VECTORS, lambda: DAY).current("012025").quotable.sections == ()
    with database.writing() as session, pytest.raises(DraftError, match="下書きはありません"):
        decide(session, "012025", [wanted], MOMENT, "discard")
