"""What is said must stand where it is cited: every kind of figure, every way to write it, names and their aliases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.bundle import BundleError, content_folders, read_bundle
from knowledge.names import known_names
from knowledge.plan_sections import sections
from knowledge.plan_texts import PlanTextMissingError, plan_sections
from knowledge.source_check import check, examine
from knowledge.statements import Known, Statement, known_of, statements
from tests.knowledge.small_town import write_town

PLANS = Path(__file__).parent.parent.parent.parent / "shared" / "plans"

PLAN = sections(
    """小さい市デジタル計画
令和4年3月

1. 窓口
令和４年７月から、全国のコンビニエンスストアで住民票の写しと印鑑登録証明書を受け取れます。
受付は平日の8時30分から17時15分までで、三つの窓口があります。
カードの交付率は38.56％（令和4年3月現在）で、手続きは約1,000件です。
(1) 窓口の電話
電話は011-222-3333です。
2. 指標
指標名\t現状(令和3年度)\t目標値(令和7年度)
オンライン申請の数\t40件\t300件
アプリの登録者\t2万人\t3万人
3. デジタル・デバイド対策
スマートフォン教室を名古屋で開きます。「あったか教室」と呼びます。
4. 推進体制
① 本部 ② 幹事会 ③ 部会
"""
)

GOOD = Statement(
    "juki",
    "1. 窓口",
    (
        "2022年7月からコンビニで住民票や印鑑証明を取れます。午前8時半から午後5時15分まで、3つの窓口で受け付けます。",
        "交付率は38.56%（2022年3月）、手続きはおよそ1000件です。お電話は011-222-3333へ。",
    ),
)


def figures_found(said: str, cites: str = "1. 窓口") -> list[tuple[str, str]]:
    return [(one.kind, one.figure) for one in check([Statement("one", cites, (said,))], PLAN)]


def test_a_statement_that_stands_in_its_section_has_no_findings() -> None:
    assert check([GOOD], PLAN) == ()


@pytest.mark.parametrize(
    ("true", "wrong", "kind"),
    [
        pytest.param("2022年7月", "2022年8月", "日付", id="月"),
        pytest.param("2022年7月", "2023年7月", "日付", id="年"),
        pytest.param("38.56%", "38.65%", "割合", id="割合"),
        pytest.param("午前8時半", "午前9時半", "時刻", id="時刻"),
        pytest.param("5時15分", "5時45分", "時刻", id="分"),
        pytest.param("3つの窓口", "5つの窓口", "数", id="数"),
        pytest.param("1000件", "1200件", "数", id="件数"),
        pytest.param("011-222-3333", "011-222-3334", "電話", id="電話"),
    ],
)
def test_one_changed_figure_is_found(true: str, wrong: str, kind: str) -> None:
    assert any(true in said for said in GOOD.texts)
    found = check([replace(GOOD, texts=tuple(said.replace(true, wrong) for said in GOOD.texts))], PLAN)
    assert [one.kind for one in found] == [kind]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param("令和4年7月から", id="和暦"),
        pytest.param("2022年7月から", id="西暦"),
        pytest.param("Ｒ４年７月から", id="R4・全角"),
        pytest.param("約38.56パーセント", id="パーセント"),
        pytest.param("1000件ほど", id="桁区切りなし"),
        pytest.param("３つの窓口", id="漢数字"),
        pytest.param("17:15まで", id="時刻"),
        pytest.param("住民票を取る", id="正式な名前と呼び名"),
        pytest.param("「印鑑証明」を取る", id="呼び名をかぎかっこで"),
        pytest.param("011(222)3333へ", id="電話のかっこ"),
    ],
)
def test_the_same_written_otherwise_is_understood(said: str) -> None:
    assert figures_found(said) == []


def test_a_name_that_the_section_lacks_is_found() -> None:
    assert figures_found("名古屋と札幌で開きます", "3. デジタル・デバイド対策") == [("固有名詞", "札幌")]


def test_a_quoted_name_that_the_section_lacks_is_found() -> None:
    assert figures_found("「あったか教室」と「ひえひえ教室」", "3. デジタル・デバイド対策") == [
        ("固有名詞", "ひえひえ教室")
    ]


def test_a_word_in_latin_letters_is_a_name() -> None:
    assert figures_found("LINEで知らせます", "3. デジタル・デバイド対策") == [("固有名詞", "LINE")]


def test_an_abbreviation_stands_for_its_full_name() -> None:
    assert figures_found("「情報格差対策」です", "3. デジタル・デバイド対策") == []


def test_a_finding_names_the_section_that_has_the_figure() -> None:
    (found,) = check([Statement("one", "3. デジタル・デバイド対策", ("目標は300件です",))], PLAN)
    assert (found.figure, found.elsewhere) == ("300件", ("2. 指標",))


def test_a_citation_that_leads_nowhere_is_a_finding() -> None:
    assert figures_found("何か", "9. ない節") == [("節", "9. ない節")]


def test_a_value_must_stand_in_the_row_of_its_indicator() -> None:
    right = Statement(
        "kpi", "2. 指標", ("オンライン申請の数",), "オンライン申請の数", ("40件", "2021年度", "300件", "2025年度")
    )
    assert check([right], PLAN) == ()
    (found,) = check([replace(right, row_texts=("40件", "3万人"))], PLAN)
    assert found.figure == "3万人"


def test_a_list_may_be_counted() -> None:
    assert figures_found("三つの組織です", "4. 推進体制") == []
    assert figures_found("四つの組織です", "4. 推進体制") == [("数", "4つ")]


def test_a_text_may_count_what_it_lists_itself() -> None:
    assert figures_found("次の二つです。\n・窓口\n・電話", "3. デジタル・デバイド対策") == []
    assert figures_found("窓口・電話・郵便の3つです。", "3. デジタル・デバイド対策") == []
    assert figures_found("次の二つです。\n・窓口\n・電話\n・郵便", "3. デジタル・デバイド対策") == [("数", "2つ")]


def test_one_of_them_counts_nothing() -> None:
    assert figures_found("取り組みの一つです", "4. 推進体制") == []


def test_what_is_silent_may_name_what_the_plan_lacks() -> None:
    silent = Statement("line", "計画全体", (), asked="LINEのことは書かれていません。2030年には別です。")
    assert [one.figure for one in check([silent], PLAN)] == ["2030年"]


def test_a_word_that_is_said_to_be_missing_must_be_missing() -> None:
    said = Statement("class", "計画全体", (), absent=("図書館", "デジタル・デバイド対策"))
    (found,) = check([said], PLAN)
    assert (found.kind, found.figure, found.elsewhere) == (
        "記載",
        "デジタル・デバイド対策",
        ("3. デジタル・デバイド対策",),
    )


def test_an_explanation_does_not_hide_that_the_plan_has_the_word() -> None:
    why = "計画書にこの言葉がないことを伝える文です"
    said = Statement(
        "net",
        "2. 指標",
        ("「ひえひえ教室」と「あったか教室」はありません",),
        explained={"ひえひえ教室": why, "あったか教室": why},
    )
    assert [(one.kind, one.figure) for one in check([said], PLAN)] == [("記載", "あったか教室")]


@pytest.mark.parametrize("said", ["2022年度（令和5年度）", "令和5年度（2022年度）", "fiscal 2022 (令和5年度)"])
def test_years_told_in_both_calendars_must_be_the_same(said: str) -> None:
    assert "和暦と西暦" in [kind for kind, _ in figures_found(said)]
    assert "和暦と西暦" not in [kind for kind, _ in figures_found(said.replace("5", "4"))]


def test_a_value_of_a_table_keeps_its_year() -> None:
    assert figures_found("令和7年度の目標は300件です。", "2. 指標") == []
    assert figures_found("令和3年度は300件です。", "2. 指標") == [("年度の欄", "300件")]
    assert figures_found("令和3年度の40件を300件にします。", "2. 指標") == []


def test_other_names_of_an_office_stand_somewhere_in_the_plan() -> None:
    said = Statement("dep", "2. 指標", (), anywhere=("幹事会", "なかま会"))
    assert [(one.kind, one.figure) for one in check([said], PLAN)] == [("固有名詞", "なかま会")]


JAPANESE = "令和4年7月から、コンビニで住民票を取れます。お電話は011-222-3333へ。申し込みは2件です。"
ENGLISH = (
    "Since July 2022 (令和4年7月) you can get a certificate (住民票) at a コンビニ. Call 011-222-3333. 2 requests."
)


@pytest.mark.parametrize(
    ("true", "wrong", "kind"),
    [
        pytest.param("July 2022", "June 2022", "日付", id="月"),
        pytest.param("July 2022", "July 2023", "日付", id="年"),
        pytest.param("令和4年7月", "令和5年7月", "日付", id="元号"),
        pytest.param("011-222-3333", "011-222-3334", "電話", id="電話"),
        pytest.param("2 requests", "3 requests", "数", id="数"),
        pytest.param("住民票", "図書館", "固有名詞", id="添えた言葉"),
    ],
)
def test_a_translation_says_what_the_japanese_says(true: str, wrong: str, kind: str) -> None:
    right = Statement("juki [en]", "1. 窓口", (ENGLISH,), original=JAPANESE, language="en")
    assert check([right], PLAN) == ()
    found = check([replace(right, texts=(ENGLISH.replace(true, wrong),))], PLAN)
    assert kind in [one.kind for one in found]


def test_an_explained_finding_is_counted_and_not_listed() -> None:
    said = Statement("sum", "2. 指標", ("合わせて340件です",), explained={"340件": "二つの数の合計です"})
    outcome = examine([said], PLAN)
    assert outcome.findings == ()
    assert outcome.counts["explained"] == 1


def test_an_explanation_that_nothing_needs_is_a_finding() -> None:
    said = Statement("sum", "2. 指標", ("300件です",), explained={"300件": "もう要らない説明"})
    assert [one.kind for one in check([said], PLAN)] == ["説明"]


def test_the_municipalitys_own_names_need_no_section() -> None:
    said = [Statement("one", "4. 推進体制", ("「札幌本部」のことです",))]
    assert check(said, PLAN, Known(names=known_names(["札幌本部"]))) == ()


TOWN_PLAN = """小さい市デジタル計画
令和4年3月
令和4年度から令和11年度まで
1. はじめに
だれも取り残さない市をめざします。
2. 体制
情報政策課（電話 011-222-3333）
施策1
施策1-1 窓口を楽にする マイナンバーカードで住民票を取れます。
3. 指標
指標名\t現状(令和3年度)\t目標(令和7年度)
オンライン申請の数\t10件\t100件
4. 工程表
取組\t令和4年度\t令和5年度\t令和6年度
書かない窓口\t準備\t準備\t
5. 用語
DXとは、デジタルの力で変えることです。
"""
TOWN: Mapping[str, tuple[str, str]] = {
    "measures.yaml": ("section: 施策1", "section: 2. 体制"),
    "entries.yaml": ("section: 施策1-1", "section: 2. 体制"),
}


def test_a_bundle_is_checked_against_the_text_beside_it(tmp_path: Path) -> None:
    bundle = read_bundle(write_town(tmp_path / "content", TOWN))
    (tmp_path / "011002.txt").write_text(TOWN_PLAN, encoding="utf-8")
    (plan,) = bundle.plans
    found = check(statements(bundle, plan.id), plan_sections(bundle, plan, tmp_path), known_of(bundle, plan.id))
    assert found == ()


def test_each_kind_of_content_is_checked(tmp_path: Path) -> None:
    changes = {
        "entries.yaml": ("だれも取り残さない市", "2040年に札幌"),
        "departments.yaml": (
            "role: 計画の進み具合をまとめます。\n  telephone: 011-222-3333",
            "telephone: 011-222-4444",
        ),
        "indicators.yaml": ('"100"', '"200"'),
        "schedule.yaml": ("[2022, 2023]", "[2022, 2024]"),
        "terms.yaml": ("デジタルの力", "2023年のLINE"),
    }
    bundle = read_bundle(write_town(tmp_path, changes))
    found = {(one.id, one.figure) for one in check(statements(bundle, "plan"), sections(TOWN_PLAN))}
    assert {
        ("goal", "2040年"),
        ("goal", "札幌"),
        ("dep-it", "011-222-4444"),
        ("kpi", "200件"),
        ("step", "令和4年度、令和6年度"),
        ("term", "2023年"),
        ("term", "LINE"),
    } <= found


def test_a_plan_without_its_text_says_which_names_were_looked_for(tmp_path: Path) -> None:
    bundle = read_bundle(write_town(tmp_path / "content"))
    with pytest.raises(PlanTextMissingError) as raised:
        plan_sections(bundle, bundle.plans[0], tmp_path)
    assert raised.value.tried == ("011002-plan.txt", "011002-plan.md", "011002.txt", "011002.md")


def test_a_text_file_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    changes = {"plans.yaml": ("draft: false", "draft: false\n  text_file: ../secret.txt")}
    with pytest.raises(BundleError):
        read_bundle(write_town(tmp_path, changes))


@pytest.mark.skipif(not PLANS.is_dir(), reason=f"計画書の本文が手元にありません（{PLANS.name}/ が要ります）")
@pytest.mark.parametrize("folder", content_folders(), ids=lambda folder: folder.name)
def test_the_bundled_content_stands_in_the_plans(folder: Path) -> None:
    bundle = read_bundle(folder)
    for plan in bundle.plans:
        try:
            text = plan_sections(bundle, plan, PLANS)
        except PlanTextMissingError:
            continue
        assert check(statements(bundle, plan.id), text, known_of(bundle, plan.id)) == ()
