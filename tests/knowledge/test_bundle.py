"""A content folder's faults, told as the person who edits it needs them: file, line, field, in Japanese."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from knowledge.bundle import BundleError, content_folders, read_bundle
from tests.knowledge.small_town import CODE, write_town


@dataclass(frozen=True)
class Slip:
    """A slip of the editor's: in ``file``, ``old`` became ``new``; and what must be said."""

    id: str
    file: str
    old: str
    new: str
    said: str


SECOND_PLAN = """\
- {id: plan, title: 二, short_title: 二, draft: true, published: null, period_from: null, period_until: 2026-03-31,
   period_text: 二}
"""
LONG = "とても" * 31 + "長い文です。"

SLIPS = [
    Slip("misspelt key", "entries.yaml", "  answer: は", "  anser: は",
         "entries.yaml:6: anser: この項目名は使えません"),
    Slip("key left out", "entries.yaml", "  answer: は", "  anser: は",
         "entries.yaml:1: answer: 必要な項目がありません"),
    Slip("missing facet", "entries.yaml", "    fee: null\n", "", "entries.yaml:8: facets.fee: 必要な項目がありません"),
    Slip("no facets", "entries.yaml", "kind: procedure", "kind: silent", "entries.yaml:1: （全体）: facets は"),
    Slip("first sentence", "entries.yaml", "はい、取れます。", LONG,
         "entries.yaml:6: answer: 最初の一文が長すぎます（99字、90字まで）"),
    Slip("answer too long", "entries.yaml", "はい、取れます。", "はい。" * 140,
         "entries.yaml:6: answer: 長すぎます（420字まで）"),
    Slip("answer too short", "entries.yaml", "だれも取り残さない市をめざします。", "はい。",
         "answer: 短すぎます（10字以上）"),
    Slip("repeated id", "entries.yaml", "id: goal", "id: juki",
         "entries.yaml:24: id: entries.yaml:1 と同じ id です: juki"),
    Slip("id of another kind", "terms.yaml", "id: term", "id: kpi", "terms.yaml:1: id: indicators.yaml:1 と同じ id"),
    Slip("bad id", "entries.yaml", "id: goal", "id: Goal 1", "entries.yaml:24: id: 書き方が決まりと違います: Goal 1"),
    Slip("shared phrasing", "entries.yaml", "めざすもの", "コンビニ交付",
         "entries.yaml:24: phrasings: 「コンビニ交付」は juki にもあります"),
    Slip("phrasing twice", "entries.yaml", "めざすもの", "計画の目標",
         "phrasings: 同じ言い回しが二度あります: 計画の目標"),
    Slip("few phrasings", "entries.yaml", ", めざすもの", "", "phrasings: 言い回しは5つ以上必要です（今は4）"),
    Slip("unknown category", "entries.yaml", "category: 計画のあらまし", "category: 計画",
         "entries.yaml:26: category: 次のどれか"),
    Slip("unknown kind", "entries.yaml", "kind: plan", "kind: plans",
         "entries.yaml:25: kind: 次のどれかにしてください: "),
    Slip("unknown department", "entries.yaml", "department: dep-it", "department: dep-x",
         "department: departments.yaml にない id です: dep-x"),
    Slip("unknown measure", "entries.yaml", 'measure: "1-1"', 'measure: "9-9"',
         "entries.yaml:1: measure: measures.yaml にない番号です: 9-9"),
    Slip("unknown plan", "entries.yaml", "plan: plan", "plan: plan-b",
         "entries.yaml:1: source.plan: plans.yaml にない id です: plan-b"),
    Slip("plan of a measure", "measures.yaml", "plan: plan", "plan: plan-b",
         "measures.yaml:1: source.plan: plans.yaml にない id"),
    Slip("unknown contact", "municipality.yaml", "department: dep-it", "department: dep-x",
         "municipality.yaml: contact.department: "),
    Slip("date as words", "terms.yaml", "2026-11-21", "きのう",
         "terms.yaml:5: checked_on: 日付は 2026-04-01 のように書きます: きのう"),
    Slip("date half", "terms.yaml", "2026-11-21", "2026-11",
         "terms.yaml:5: checked_on: 日付は 2026-04-01 のように書きます: 2026-11"),
    Slip("no such day", "terms.yaml", "2026-11-21", "2026-02-30",
         "terms.yaml:5: checked_on: 日付は 2026-04-01 のように書きます"),
    Slip("no such month", "terms.yaml", "2026-11-21", "2026-13-01",
         "terms.yaml:5: checked_on: 日付は 2026-04-01 のように書きます"),
    Slip("no day", "terms.yaml", "2026-11-21", "null",
         "terms.yaml:5: checked_on: 日付は 2026-04-01 のように書きます: None"),
    Slip("ends before it begins", "terms.yaml", "  term: DX",
         "  term: DX\n  valid_from: 2026-05-01\n  valid_until: 2026-04-01",
         "valid_from は valid_until より後"),
    Slip("open quotation", "terms.yaml", "term: DX", 'term: "DX', "terms.yaml:6: YAML として読めません"),
    Slip("tab", "terms.yaml", "  term: DX", "\tterm: DX", "terms.yaml:2: YAML として読めません"),
    Slip("colon in a sentence", "terms.yaml", "デジタルの力", "注意: デジタルの力",
         "terms.yaml:3: YAML として読めません"),
    Slip("control character", "terms.yaml", "デジタルの力", "デジタル\x07の力", "terms.yaml:3: YAML として読めません"),
    Slip("key twice", "terms.yaml", "  term: DX", "  term: DX\n  term: ICT",
         "terms.yaml:3: YAML として読めません（同じ項目名が二度あります: term）"),
    Slip("code with a foreign tag", "terms.yaml", "term: DX", "term: !!python/name:os.system x",
         "terms.yaml:2: YAML として読めません"),
    Slip("item is no mapping", "terms.yaml", "- id: term\n", "- DX\n- id: term\n",
         "terms.yaml:1: （全体）: 「項目名: 値」の形で書きます"),
    Slip("wrong folder code", "municipality.yaml", "011002", "012025",
         "municipality.yaml: code: フォルダー名 011002 と違います"),
    Slip("code without quotation", "municipality.yaml", '"011002"', "111002",
         "municipality.yaml:1: code: 文字で書いてください"),
    Slip("short code", "municipality.yaml", '"011002"', '"1100"',
         "municipality.yaml:1: code: 書き方が決まりと違います: 1100"),
    Slip("telephone", "departments.yaml", "011-222-3333", "222-3333",
         "departments.yaml:4: telephone: 0598-53-0000 のように、市外局番から - で区切って書いてください（今は 222-3333）"),
    Slip("sample is no yes or no", "municipality.yaml", "sample: true", "sample: たぶん",
         "municipality.yaml:7: sample: true か false"),
    Slip("link of another kind", "entries.yaml", "links: []", "links: [{label: 市, url: 'javascript:alert(1)'}]",
         "entries.yaml:19: links.0.url: https:// で始まるアドレス"),
    Slip("four links", "entries.yaml", "links: []", "links: [{}, {}, {}, {}]",
         "entries.yaml:19: links: 多すぎます（3個まで）"),
    Slip("phrasings are no list", "terms.yaml", "  term: DX", "  phrasings: DX\n  term: DX",
         "terms.yaml:2: phrasings: 一覧（- で始まる行）で書きます"),
    Slip("fiscal year as words", "indicators.yaml", "2025", "令和7",
         "indicators.yaml:5: target.fiscal_year: 数字で書いてください: 令和7"),
    Slip("fiscal year of old", "indicators.yaml", "2025", "25",
         "indicators.yaml:5: target.fiscal_year: 1989以上にしてください: 25"),
    Slip("figure without quotation", "indicators.yaml", '"100"', "100",
         "indicators.yaml:5: target.value: 文字で書いてください"),
    Slip("plan id twice", "plans.yaml", "- id: plan\n",
         f"{SECOND_PLAN}- id: plan\n",
         "plans.yaml:3: id: plans.yaml:1 と同じ id です: plan"),
    Slip("measure twice", "measures.yaml", "- {n",
         '- {number: "1-1", title: 二, source: {plan: plan, section: 二}}\n- {n',
         "measures.yaml:2: number: measures.yaml:1 と同じ番号です: 1-1"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.id)
def test_a_slip_is_told_with_file_line_and_field(tmp_path: Path, slip: Slip) -> None:
    folder = write_town(tmp_path, {slip.file: (slip.old, slip.new)})
    with pytest.raises(BundleError) as found:
        read_bundle(folder)
    assert any(slip.said in problem for problem in found.value.problems), found.value.problems


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.id)
def test_no_slip_is_told_in_english(tmp_path: Path, slip: Slip) -> None:
    folder = write_town(tmp_path, {slip.file: (slip.old, slip.new)})
    with pytest.raises(BundleError) as found:
        read_bundle(folder)
    # Names of files and fields, values as given, and the YAML library's own reason may be Latin.
    for problem in found.value.problems:
        assert re.search("[ぁ-ん]", problem), problem
        assert "should" not in problem.lower(), problem


def test_a_whole_folder_reads_and_keeps_everything(tmp_path: Path) -> None:
    bundle = read_bundle(write_town(tmp_path))
    assert [item.id for item in bundle.items()] == ["juki", "goal", "kpi", "step", "dep-it", "term"]
    assert bundle.entries[0].facets is not None
    assert bundle.entries[0].facets.bring == "マイナンバーカード"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    slips = {"entries.yaml": ("kind: plan", "kind: x"), "terms.yaml": ("DX", ""), "plans.yaml": ("2022-04-01", "?")}
    folder = write_town(tmp_path, slips)
    with pytest.raises(BundleError) as found:
        read_bundle(folder)
    assert [problem.split(":")[0] for problem in found.value.problems] == ["plans.yaml", "entries.yaml", "terms.yaml"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        pytest.param("entry.yaml", b"- id: x", "entry.yaml: 知らないファイルです", id="misspelt name"),
        pytest.param("entries.yml", b"- id: x", "entries.yml: 知らないファイルです", id="other ending"),
        pytest.param("notes.txt", b"memo", "notes.txt: 知らないファイルです", id="notes"),
        pytest.param("terms.yaml", b"", "terms.yaml:1: 空のファイルです", id="empty"),
        pytest.param("terms.yaml", b"# only a comment\n", "terms.yaml:1: 空のファイルです", id="comment alone"),
        pytest.param("terms.yaml", "- 用語".encode("cp932"), "terms.yaml: UTF-8 で保存してください", id="Shift_JIS"),
        pytest.param("terms.yaml", b"id: x\n", "terms.yaml:1: 一覧（- で始まる行）が必要です", id="no list"),
        pytest.param("municipality.yaml", b"- x: y\n", "municipality.yaml:1: （全体）: 「項目名: 値」", id="a list"),
        pytest.param("terms.yaml", b"- &a [*a]\n", "terms.yaml:1: ", id="contains itself"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    folder = write_town(tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(BundleError) as found:
        read_bundle(folder)
    assert any(problem.startswith(said) for problem in found.value.problems), found.value.problems


def test_a_missing_municipality_file_is_named(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    (folder / "municipality.yaml").unlink()
    with pytest.raises(BundleError, match=r"municipality\.yaml: ファイルがありません"):
        read_bundle(folder)


def test_a_list_may_be_split_over_files_but_an_id_stays_one(tmp_path: Path) -> None:
    folder = write_town(tmp_path)
    terms = (folder / "terms.yaml").read_text(encoding="utf-8")
    (folder / "terms-more.yaml").write_text(terms.replace("id: term", "id: ict").replace("DX", "ICT"), encoding="utf-8")
    assert [term.id for term in read_bundle(folder).terms] == ["ict", "term"]
    (folder / "terms-more.yaml").write_text(terms, encoding="utf-8")
    with pytest.raises(BundleError, match=r"terms\.yaml:1: id: terms-more\.yaml:1 と同じ id です: term"):
        read_bundle(folder)


def test_only_folders_named_by_a_code_are_municipalities(tmp_path: Path) -> None:
    write_town(tmp_path)
    (tmp_path / "common").mkdir()
    (tmp_path / "0110021").mkdir()
    (tmp_path / "999999").write_text("a file")
    assert content_folders(tmp_path) == [tmp_path / CODE]


def test_the_checker_fails_with_the_problems_and_passes_without(tmp_path: Path) -> None:
    good, bad = write_town(tmp_path), write_town(tmp_path / "bad", {"terms.yaml": ("term: DX", "trem: DX")})

    def check(folder: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "knowledge.bundle", str(folder)]
        return subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")

    passed, failed = check(good), check(bad)
    assert (passed.returncode, failed.returncode) == (0, 1)
    assert "procedure=1" in passed.stdout
    assert "terms.yaml:2: trem: この項目名は使えません" in failed.stdout
