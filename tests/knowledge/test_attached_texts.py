"""The text of a bundled plan, attached: the source check works with it, and no resident ever reads it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import select, update

from intents.vectors import NO_VECTORS
from knowledge.answer_checks import Checked, checks
from knowledge.attached_texts import FOR_CHECKS, AttachError, attach_text, attached_texts, detach_text
from knowledge.bundle import Explanation, read_bundle
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.drafts import DraftError, pieces
from knowledge.entry_versions import content_of
from knowledge.explanations import Explanations, explanations
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality, Plan, PlanSection
from knowledge.plan_check import PlanCheck, check_plan
from knowledge.plan_documents.document import Line, PlanDocument
from knowledge.plan_documents.reading import read_plan
from tests.knowledge.small_town import CODE, write_town

PLANS = Path(__file__).resolve().parents[2].parent / "shared" / "plans"
MOMENT = dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
LINES = [
    "小さい市デジタル計画",
    "計画の期間は令和4年度から令和11年度までです。令和4年3月に作りました。",
    "第1章 はじめに",
    "だれも取り残さない市をめざします。",
    "第2章 施策",
    "窓口を楽にする取組を進めます。",
    "1 証明書",
    "住民票の写しを、マイナンバーカードを使ってコンビニで取れるようにします。",
    "2 指標",
    "指標名\t現状値(R3)\t目標値(R7)",
    "オンライン申請の数\t10件\t100件",
    "3 工程表",
    "取組\t令和4年度\t令和5年度",
    "書かない窓口\t準備\t準備",
    "第3章 用語",
    "DX…デジタルの力で仕事や暮らしを良くすることです。",
    "第4章 体制",
    "情報政策課が計画の進み具合をまとめます。電話は011-222-3333です。",
    "ほかの課も協力します。",
]


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Path:
    folder = write_town(
        tmp_path, {"entries.yaml": ("section: 施策1-1", "section: 第2章 1"), "measures.yaml": ("施策1", "第2章 施策")}
    )
    load_bundle(database, read_bundle(folder), MOMENT)
    return folder


def attach(database: Database, lines: list[str] | None = None, plan: str = "plan") -> int:
    document = PlanDocument("text", tuple(map(Line, LINES if lines is None else lines)))
    with database.writing() as session:
        return attach_text(session, CODE, plan, document, MOMENT).sections


def checked(database: Database, explained: Explanations | None = None) -> PlanCheck | None:
    with database.reading() as session:
        return check_plan(session, session.get_one(Plan, (CODE, "plan")), explained or {})


def looked_over(database: Database, answer: str) -> Checked:
    """What an answer of the plan is told beside it, with another text."""
    with database.reading() as session:
        content = content_of(session.get_one(Entry, (CODE, "juki")))
        return checks(session, CODE, {**content, "answer": answer})


def said(answer: str, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Entry).where(Entry.entry_id == "juki").values(answer=answer))


def test_without_its_text_a_bundled_plan_cannot_be_checked_and_says_what_to_attach(
    database: Database, town: Path
) -> None:
    assert checked(database) is None
    found = looked_over(database, "はい、77か所で取れます。")
    assert (found.sourced, found.findings, found.lacking) == (False, (), "plan")


def test_with_its_text_a_wrong_figure_is_found_while_writing_and_over_the_whole_plan(
    database: Database, town: Path
) -> None:
    attach(database)
    clean = checked(database)
    assert clean is not None
    assert [(one.id, one.figure) for one in clean.outcome.findings] == []
    found = looked_over(database, "はい、77か所で取れます。")
    assert found.sourced
    assert found.lacking is None
    assert [(one.kind, one.figure) for one in found.findings] == [("数", "77か所")]
    said("はい、77か所で取れます。", database)
    whole = checked(database)
    assert whole is not None
    assert [(one.id, one.figure) for one in whole.outcome.findings] == [("juki", "77か所")]
    assert whole.name_of(whole.outcome.findings[0]) == "住民票はコンビニで取れますか？"


def test_the_frame_of_a_bundled_plan_is_checked_with_its_text(database: Database, town: Path) -> None:
    attach(database, [line.replace("令和11年度", "令和12年度").replace("011-222-3333", "") for line in LINES])
    found = checked(database)
    assert found is not None
    assert {one.id for one in found.outcome.findings} == {"計画 plan", "連絡先", "dep-it"}


def test_reasons_of_the_content_folder_count_and_one_that_nothing_needs_is_no_finding(
    database: Database, town: Path
) -> None:
    attach(database)
    said("はい、77か所で取れます。", database)
    reasons: Explanations = {
        "juki": [Explanation(figure="77か所", why="数えたものです"), Explanation(figure="99か所", why="数えました")]
    }
    found = checked(database, reasons)
    assert found is not None
    assert found.outcome.findings == ()
    assert found.outcome.counts["explained"] == 1


def test_reasons_are_read_from_a_services_own_folder_and_a_broken_one_has_none(tmp_path: Path) -> None:
    folder = write_town(
        tmp_path,
        {"entries.yaml": ("  checked_on: 2026-11-21\n", "  checked_on: 2026-11-21\n  explained: [{figure: '5', why: 数えました}]\n")},
    )  # fmt: skip
    assert [one.figure for one in explanations(CODE, tmp_path)["juki"]] == ["5"]
    assert explanations("999999", tmp_path) == {}
    (folder / "entries.yaml").write_text("- id: [", encoding="utf-8")
    assert explanations(CODE, tmp_path) == {}


def test_no_resident_and_no_approval_ever_meets_the_text(database: Database, town: Path) -> None:
    before = Corpus(database, NO_VECTORS).current(CODE)
    attach(database)
    after = Corpus(database, NO_VECTORS).current(CODE)
    assert after.version == before.version
    assert after.quotable.quotation("住民票の写しをマイナンバーカードで取れるように") is None
    with database.reading() as session:
        assert list(pieces(session, CODE)) == []
        with pytest.raises(DraftError):
            list(pieces(session, CODE, "plan", [FOR_CHECKS]))


def test_the_text_outlives_a_changed_bundle_and_goes_with_its_plan(
    database: Database, town: Path, tmp_path: Path
) -> None:
    sections = attach(database)
    changed = write_town(tmp_path / "changed", {"plans.yaml": ("小さい市デジタル計画", "小さい市の新しい計画")})
    load_bundle(database, read_bundle(changed), MOMENT)
    with database.reading() as session:
        assert session.get_one(Plan, (CODE, "plan")).title == "小さい市の新しい計画"
        assert attached_texts(session, CODE)["plan"].sections == sections
    with database.writing() as session:
        session.delete(session.get_one(Plan, (CODE, "plan")))
    with database.reading() as session:
        assert attached_texts(session, CODE) == {}


def test_a_new_text_takes_the_place_of_the_old_one_and_can_be_taken_away(database: Database, town: Path) -> None:
    attach(database)
    attach(database, ["第1章 一つだけ", "文。"])
    with database.reading() as session:
        texts = list(session.scalars(select(PlanSection.text).where(PlanSection.municipality_code == CODE)))
    assert texts == ["文。"]
    with database.writing() as session:
        assert detach_text(session, session.get_one(Plan, (CODE, "plan")))
        assert not detach_text(session, session.get_one(Plan, (CODE, "plan")))
    assert checked(database) is None


@pytest.mark.parametrize(
    ("code", "plan", "told"),
    [
        ("999999", "plan", "999999"),
        (CODE, "nothing", "計画 nothing はありません（ある計画: own-plan、plan）"),
        (CODE, "common-words", "ある計画"),
        (CODE, "own-plan", "本文がもう入っています"),
    ],
)
def test_only_a_plan_without_a_text_of_its_own_takes_one(
    database: Database, town: Path, code: str, plan: str, told: str
) -> None:
    with database.writing() as session:
        assert session.get(Municipality, CODE)
        row = session.get_one(Plan, (CODE, "plan"))
        kept = {column.name: getattr(row, column.name) for column in Plan.__table__.columns}
        session.add(Plan(**{**kept, "plan_id": "own-plan", "imported": True}))
    with database.writing() as session, pytest.raises(AttachError, match=told):
        attach_text(session, code, plan, PlanDocument("text", (Line("文。"),)), MOMENT)


@pytest.mark.skipif(not PLANS.is_dir(), reason=f"計画書の本文が手元にありません（{PLANS.name}/ が要ります）")
@pytest.mark.parametrize("code", ["122106", "222232", "232084", "242047", "382159"])
def test_the_bundled_plans_are_clean_in_the_console_too(database: Database, code: str) -> None:
    folder = Path("knowledge/content") / code
    bundle = read_bundle(folder)
    load_bundle(database, bundle, MOMENT)
    (plan,) = [one for one in bundle.plans if one.text_file]
    with database.writing() as session:
        attach_text(session, code, plan.id, read_plan(PLANS / str(plan.text_file)), MOMENT)
    with database.reading() as session:
        found = check_plan(session, session.get_one(Plan, (code, plan.id)), explanations(code, Path("none")))
    assert found is not None
    assert found.unfit == ()
    assert [(one.id, one.figure) for one in found.outcome.findings] == []
    assert found.outcome.counts["statements"] > 300
