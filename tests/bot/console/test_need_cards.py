"""ニーズ票 on screen: found, read, changed, asked about, answered; and what became of it."""

from __future__ import annotations

import io
import re
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from bot.need_jobs import group_needs
from bot.services import Services
from knowledge.calendar import now
from knowledge.db import Database
from knowledge.models import (
    AuditLine,
    Department,
    Entry,
    EntryVersion,
    Job,
    LoggedQuestion,
    Municipality,
    NeedCard,
    NeedEvent,
    NeedText,
)
from knowledge.roles import Role
from knowledge.spreadsheet_files import read_tables, write_tables
from knowledge.tabular import OutSheet
from tests.bot.console.test_answers import form_of
from tests.bot.console.test_need_jobs import GHOST, WASPS, ask
from tests.support.staff import Colleague, signed_in

CODE = "242047"
NEEDS = f"/staff/{CODE}/needs"
HOSTILE = '七夕"><img src=x onerror=alert(1)>飾りはどこ'


@pytest.fixture
def kit(office: Flask) -> Services:
    found: Services = office.extensions["kotae"]
    return found


@pytest.fixture(autouse=True)
def grouped(kit: Services, office_database: Database) -> None:
    """Wasps (card 1) and a ghost (card 2)."""
    with office_database.writing() as session:
        session.get_one(Municipality, CODE).separate_approver = False
        for table in (LoggedQuestion, NeedEvent, NeedText, NeedCard, Job):
            session.execute(delete(table))
    for number, text in enumerate((*WASPS, WASPS[0])):
        ask(kit, text, key=f"w{number}", asker=f"{number:032}")
    ask(kit, GHOST[0])
    group_needs(kit, CODE, {}, lambda _: None)


@pytest.fixture
def chief(office: Flask) -> Colleague:
    return signed_in(office, [Role.APPROVER], CODE, name="承認 花子")


@pytest.fixture
def office_id(office_database: Database) -> str:
    with office_database.reading() as session:
        wanted = select(Department.entry_id).where(
            Department.municipality_code == CODE, Department.state == "published"
        )
        return session.scalars(wanted.order_by(Department.entry_id)).first() or ""


def card(database: Database, number: int = 1) -> NeedCard:
    with database.reading() as session:
        return session.get_one(NeedCard, (CODE, number))


def opened(colleague: Colleague, address: str = f"{NEEDS}/1", status: int = 200) -> str:
    return unescape(colleague.get(address, status).text)


def step(colleague: Colleague, act: str, status: int = 303, number: int = 1, **fields: str) -> str:
    return unescape(colleague.post(f"{NEEDS}/{number}/step", {"act": act, **fields}, status).text)


def test_the_cards_stand_by_how_many_people_ask(chief: Colleague) -> None:
    page = opened(chief, NEEDS)
    rows = re.findall(r'<th scope="row"><a href="[^"]+/needs/(\d+)">', page)
    assert rows == ["1", "2"]
    assert "これから・対応中（2）" in page
    assert "少なくて判断できません" in page
    assert "市民全体の声ではありません" in page


@pytest.mark.parametrize(
    ("narrowed", "rows"),
    [
        ("state=done", []),
        ("state=open", ["1", "2"]),
        ("gap=missing", ["1", "2"]),
        ("gap=unclear", []),
        ("words=無い名前", []),
        ("days=7", ["1", "2"]),
        ("days=8&state=nonsense&gap=nonsense&page=9", ["1", "2"]),
    ],
)
def test_the_list_is_narrowed(chief: Colleague, narrowed: str, rows: list[str]) -> None:
    assert re.findall(r'<th scope="row"><a href="[^"]+/needs/(\d+)">', opened(chief, f"{NEEDS}?{narrowed}")) == rows


def test_what_belongs_to_no_card_yet_is_counted(kit: Services, chief: Colleague) -> None:
    assert "まだ票に入っていない" not in opened(chief, NEEDS)
    ask(kit, HOSTILE)
    assert "まだ票に入っていない質問が1件あります" in opened(chief, NEEDS)


def test_this_week_leads_to_the_cards(chief: Colleague) -> None:
    assert f'href="{NEEDS}"' in opened(chief, f"/staff/{CODE}/")


def test_a_card_shows_words_people_and_how_it_was_seen(chief: Colleague) -> None:
    page = opened(chief)
    for text in WASPS:
        assert text in page
    assert "4人" in page
    assert "4回" in page
    assert "答えを示せなかった" in page
    assert "票を作りました" in page
    assert "回答なし" in page


def test_what_residents_wrote_is_shown_as_text(kit: Services, chief: Colleague) -> None:
    ask(kit, HOSTILE)
    group_needs(kit, CODE, {}, lambda _: None)
    page = chief.get(f"{NEEDS}/3").text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_every_step_is_done_kept_and_noted(chief: Colleague, office_database: Database, office_id: str) -> None:
    step(chief, "rename", name="蜂の巣")
    step(chief, "gap", gap="impossible")
    step(chief, "department", department=office_id)
    step(chief, "inquire", inquiry_of="環境課", due_on="令和10年12月1日")
    found = card(office_database)
    assert (found.name, found.gap, found.department, found.state) == ("蜂の巣", "impossible", office_id, "inquiring")
    assert (found.inquiry_of, str(found.due_on)) == ("環境課", "2028-12-01")
    step(chief, "remind")
    assert card(office_database).reminded_on is not None
    step(chief, "reply", reply="環境課で駆除の業者を案内しています。", reply_source="環境課の要綱")
    assert card(office_database).state == "drafted"
    step(chief, "consider", reason="駆除への補助を検討する")
    assert card(office_database).state == "considering"
    step(chief, "reopen")
    step(chief, "decline", reason="県の仕事のため")
    assert (card(office_database).state, card(office_database).reason) == ("declined", "県の仕事のため")
    page = opened(chief)
    for words in (
        "名前を変えました",
        "担当課に照会しました",
        "督促をしました",
        "回答を受けました",
        "対応しないことにしました",
        "承認 花子",
    ):
        assert words in page
    with office_database.reading() as session:
        lines = session.scalars(select(AuditLine).where(AuditLine.action == "need_step")).all()
        assert [line.details["act"] for line in lines][-3:] == ["consider", "reopen", "decline"]
    assert re.findall(r'<th scope="row"><a href="[^"]+/needs/(\d+)">', opened(chief, f"{NEEDS}?state=done")) == ["1"]


@pytest.mark.parametrize(
    ("act", "fields", "sentence"),
    [
        ("rename", {"name": "  "}, "名前を書いてください"),
        ("rename", {"name": "長" * 81}, "名前は80字まで"),
        ("gap", {"gap": "nonsense"}, "何が足りないかを"),
        ("department", {"department": "no-such"}, "担当課をえらんでください"),
        ("inquire", {"inquiry_of": "", "due_on": "2028-12-01"}, "照会先を書いてください"),
        ("inquire", {"inquiry_of": "環境課", "due_on": ""}, "期限を書いてください"),
        ("inquire", {"inquiry_of": "環境課", "due_on": "あした"}, "日付は"),
        ("inquire", {"inquiry_of": "環境課", "due_on": "2020-01-01"}, "依頼日よりあと"),
        ("remind", {}, "照会中の票だけ"),
        ("reply", {"reply": ""}, "回答を書いてください"),
        ("decline", {"reason": ""}, "理由を書いてください"),
        ("merge", {"into": "1"}, "番号を確かめて"),
        ("merge", {"into": "99"}, "番号を確かめて"),
        ("merge", {"into": "x"}, "番号を確かめて"),
        ("split", {"split_name": "別の票"}, "一つ以上えらんで"),
        ("split", {"split_name": ""}, "名前を書いてください"),
    ],
)
def test_a_step_that_cannot_be_done_says_why_and_changes_nothing(
    chief: Colleague, office_database: Database, act: str, fields: dict[str, str], sentence: str
) -> None:
    assert sentence in step(chief, act, 422, **fields)
    found = card(office_database)
    assert (found.state, found.name_by_staff, found.gap_by_staff) == ("open", False, False)


def test_cards_are_split_and_merged_and_the_page_of_the_other_follows(
    chief: Colleague, office_database: Database
) -> None:
    with office_database.reading() as session:
        key = session.scalars(select(NeedText.key).where(NeedText.text == WASPS[1])).one()
    sent = chief.post(f"{NEEDS}/1/step", {"act": "split", "key": key, "split_name": "巣を取る"})
    assert sent.location.endswith("/needs/3")
    assert WASPS[1] in opened(chief, f"{NEEDS}/3")
    assert WASPS[1] not in opened(chief)
    assert chief.post(f"{NEEDS}/3/step", {"act": "merge", "into": "1"}).location.endswith("/needs/1")
    assert "1番" in opened(chief, f"{NEEDS}/3")
    assert card(office_database).times == 4
    assert "まとめた票は戻せません" in step(chief, "reopen", 422, number=3)


def test_somebody_of_one_office_sees_its_cards_alone(office: Flask, chief: Colleague, office_id: str) -> None:
    own = signed_in(office, [Role.EDITOR], CODE, department=office_id)
    assert "当てはまる票はありません" in opened(own, NEEDS)
    own.get(f"{NEEDS}/1", 404)
    own.post(f"{NEEDS}/1/step", {"act": "rename", "name": "x"}, status=404)
    own.post(f"{NEEDS}/inquiry", {"number": "1"}, status=404)
    step(chief, "department", department=office_id)
    assert WASPS[0] in opened(own)
    own.post(f"{NEEDS}/1/step", {"act": "rename", "name": "課が付けた名前"})
    # Into another's card nothing is merged.
    assert "番号を確かめて" in unescape(own.post(f"{NEEDS}/1/step", {"act": "merge", "into": "2"}, status=422).text)


def test_the_grouping_is_asked_for_at_a_click_and_shows_how_far_it_is(
    chief: Colleague, kit: Services, office_database: Database
) -> None:
    chief.post(f"{NEEDS}/group")
    chief.post(f"{NEEDS}/group")
    with office_database.reading() as session:
        assert len(session.scalars(select(Job)).all()) == 1, "asked for once"
    waiting = chief.get(NEEDS)
    assert waiting.headers["Refresh"] == "3"
    assert "順番を待っています" in waiting.text
    chief.post(f"{NEEDS}/group/stop")
    assert "いま、まとめる" in opened(chief, NEEDS)


def _saved(chief: Colleague, address: str, **fields: str) -> str:
    """Save the text that an address begins, with what was still missing; the page of the answer."""
    begun = form_of(chief.get(address).text)
    missing = {"kind": "計画の内容", "category": "その他", "audience": "public", "checked_on": "2026-11-01"}
    return chief.post(f"/staff/{CODE}/new-answer", {**begun, **missing, **fields}).location


def test_what_was_decided_while_a_colleague_changed_the_card_is_asked_again(
    chief: Colleague, office_database: Database
) -> None:
    assert '<input type="hidden" name="seen" value="open">' in chief.get(f"{NEEDS}/1").text
    step(chief, "inquire", inquiry_of="環境課", due_on="2099-12-01", seen="open")
    said = step(chief, "decline", 422, reason="行わない", seen="open")
    assert "ほかの人が先に「照会中」に変えました" in said
    assert card(office_database).state == "inquiring"
    assert 'name="seen" value="inquiring"' in said
    step(chief, "decline", reason="行わない", seen="inquiring")
    assert card(office_database).state == "declined"


def test_a_text_that_was_begun_before_is_not_lost_for_another(chief: Colleague) -> None:
    first, second = (chief.post(f"{NEEDS}/{number}/write").location for number in (1, 2))
    assert f'value="{GHOST[0]}"' in opened(chief, second)
    assert chief.post(f"{NEEDS}/2/write").location == second
    offered = opened(chief, f"/staff/{CODE}/new-answer")
    assert offered.count("書きかけの続きを書く") == 2
    assert f'value="{WASPS[0]}"' in opened(chief, first)


def test_from_a_card_to_an_answer_that_is_public_and_its_outcome(
    chief: Colleague, kit: Services, office_database: Database
) -> None:
    step(chief, "reply", reply="蜂の巣の駆除は、専門の業者に頼んでください。", reply_source="環境課の要綱")
    begun = chief.post(f"{NEEDS}/1/write").location
    page = opened(chief, begun)
    assert f'value="{WASPS[0]}"' in page
    assert WASPS[1] in page
    assert "蜂の巣の駆除は、専門の業者に" in page
    assert "根拠：環境課の要綱" in page
    with office_database.reading() as session:
        entry = session.scalars(select(Entry).where(Entry.municipality_code == CODE, Entry.kind == "plan")).first()
        assert entry is not None
        source = {"source.plan": entry.source_plan, "source.section": entry.source_section}
    address = _saved(chief, begun, **source)
    found = card(office_database)
    entry_id = address.rsplit("/", 1)[1]
    assert (found.answer_id, found.answer_version, found.state) == (entry_id, 1, "drafted")
    chief.post(f"{address}/steps/request", {"number": "1"})
    assert "承認待ち" in opened(chief)
    chief.post(f"{address}/steps/approve", {"number": "1"})
    page = opened(chief)
    assert "公開済み" in page
    assert "まだ聞かれていません" in page
    for number in range(6):
        ask(kit, WASPS[0], key=f"after {number}", decision="answer", entry_id=entry_id, asked_at=now())
    ask(kit, WASPS[1], key="still", asked_at=now())
    with office_database.writing() as session:
        session.execute(update(LoggedQuestion).where(LoggedQuestion.event_key == "still").values(need=1))
    page = opened(chief)
    assert "この答えを6回示し、同じことがなお1回、満たされないまま聞かれました" in page
    assert "<strong>86%</strong>に答えました" in page


def test_words_are_added_to_the_answer_that_is_there(chief: Colleague, office_database: Database) -> None:
    with office_database.writing() as session:
        entry = session.scalars(
            select(Entry).where(Entry.municipality_code == CODE, Entry.state == "published", Entry.kind == "plan")
        ).first()
        assert entry is not None
        session.get_one(NeedCard, (CODE, 2)).entry_id = entry.entry_id
    sent = chief.post(f"{NEEDS}/2/wordings")
    assert sent.location.endswith(f"/answers/{entry.entry_id}")
    found = card(office_database, 2)
    assert (found.answer_id, found.state) == (entry.entry_id, "drafted")
    with office_database.reading() as session:
        made = session.get_one(EntryVersion, (CODE, entry.entry_id, found.answer_version))
        assert GHOST[0] in made.content["phrasings"]
    assert "もうあります" in unescape(chief.post(f"{NEEDS}/2/wordings", status=422).text)
    chief.post(f"/staff/{CODE}/answers/{entry.entry_id}/steps/withdraw", {"number": str(found.answer_version)})
    assert "下書きが取り下げられました" in opened(chief, f"{NEEDS}/2")
    assert card(office_database, 2).state == "open"


def test_a_card_without_a_near_answer_says_so(chief: Colleague, office_database: Database) -> None:
    with office_database.writing() as session:
        session.get_one(NeedCard, (CODE, 1)).entry_id = "no-such-entry"
    assert "加える先の答えがありません" in unescape(chief.post(f"{NEEDS}/1/wordings", status=422).text)


def _sheet(chief: Colleague, path: Path) -> list[list[str]]:
    path.write_bytes(chief.post(f"{NEEDS}/inquiry", {"number": ["1", "2"]}, status=200).data)
    (sheet,) = [sheet for sheet in read_tables(path) if sheet.rows and sheet.rows[0].text(0) == "票の番号"]
    return [[row.text(place) for place in range(9)] for row in sheet.rows]


def _bare(rows: list[list[str]], path: Path) -> bytes:
    """As 無害化 gives a file back: no styles, no name of the sheet."""
    headings = tuple(rows[0])
    write_tables(path, [], [OutSheet("Sheet1", headings, (10,) * 9, frozenset(), [tuple(row) for row in rows[1:]])])
    return path.read_bytes()


def _brought(chief: Colleague, content: bytes, status: int = 200) -> str:
    data = {"file": (io.BytesIO(content), "a.xlsx")}
    return unescape(chief.post(f"{NEEDS}/replies", data, status, content_type="multipart/form-data").text)


def test_an_inquiry_goes_out_and_comes_back(chief: Colleague, office_database: Database, tmp_path: Path) -> None:
    rows = _sheet(chief, tmp_path / "out.xlsx")
    assert [row[0] for row in rows] == ["票の番号", "1", "2"]
    assert WASPS[0] in rows[1][4]
    rows[1][7], rows[1][8] = "専門の業者に頼んでください。", "要綱"
    page = _brought(chief, _bare(rows, tmp_path / "back.xlsx"))
    assert "新しい回答が1件" in page
    assert "回答が空の行が1件" in page
    assert card(office_database).reply is None, "nothing is taken by looking"
    held = re.search(r'name="carried" value="([^"]+)"', page)
    assert held is not None
    chief.post(f"{NEEDS}/replies", {"carried": held[1]})
    found = card(office_database)
    assert (found.reply, found.reply_source, found.state) == ("専門の業者に頼んでください。", "要綱", "drafted")
    assert "新しい回答が0件" in _brought(chief, _bare(rows, tmp_path / "again.xlsx"))


@pytest.mark.parametrize(
    ("cell", "value", "sentence"),
    [
        (0, "99", "「99」という番号の票がありません"),
        (0, "一", "という番号の票がありません"),
        (0, "2", "2番が二度あります"),
        (7, "長" * 4001, "4,000字まで"),
        (8, "長" * 201, "200字まで"),
    ],
)
def test_a_fault_in_a_reply_names_row_and_column_and_nothing_is_taken(
    chief: Colleague, office_database: Database, tmp_path: Path, cell: int, value: str, sentence: str
) -> None:
    rows = _sheet(chief, tmp_path / "out.xlsx")
    rows[1][7] = rows[2][7] = "回答です。"
    rows[1][cell] = value
    page = _brought(chief, _bare(rows, tmp_path / "back.xlsx"), 422)
    assert sentence in page
    assert "行目" in page
    assert card(office_database).reply is card(office_database, 2).reply is None


def test_an_inquiry_of_nothing_says_what_to_do(chief: Colleague) -> None:
    assert "一つ以上えらんで" in unescape(chief.post(f"{NEEDS}/inquiry", status=422).text)


def test_a_file_of_something_else_is_not_taken(chief: Colleague, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_tables(path, [], [OutSheet("Sheet1", ("甲", "乙"), (9, 9), frozenset(), [("1", "2")])])
    assert "見出しを「票の番号」に" in _brought(chief, path.read_bytes(), 422)


def test_a_card_of_many_wordings_shows_the_first_and_folds_the_others(
    chief: Colleague, kit: Services, office_database: Database
) -> None:
    with office_database.writing() as session:
        for number in range(30):
            session.add(
                NeedText(
                    municipality_code=CODE, key=f"{number:032}", number=1, text=f"{number}番目の巣の言い方",
                    times=1, last_on=now().date(),
                )
            )  # fmt: skip
    page = opened(chief)
    first, folded = page.split("<summary>ほかの言い方を見る（", 1)
    assert first.count('name="key"') == 12
    assert folded.split("</details>")[0].count('name="key"') == int(folded.split("通り")[0])
