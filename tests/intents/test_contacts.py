"""Which messages ask for nothing but how to reach somebody."""

from __future__ import annotations

import pytest

from intents.contacts import ContactQuestion, MatterAsked, Offices, contact_question, matter_asked
from intents.facets import Facet

OFFICES = Offices(
    {"財政課デジタル推進室": "デジタル推進室", "デジタル推進室": "デジタル推進室", "総務課": "総務課"}, "デジタル推進室"
)
OWN = ("松阪市", "松阪")


def reading(text: str) -> ContactQuestion | None:
    return contact_question(text, OWN, OFFICES)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("電話かけたい", Facet.TELEPHONE),
        ("電話したいんだけど", Facet.TELEPHONE),
        ("でんわ は なんばん ですか", Facet.TELEPHONE),
        ("問い合わせどこ", Facet.TELEPHONE),
        ("どこに電話すればいいですか", Facet.TELEPHONE),
        ("FAX番号を教えてください", Facet.FAX),
        ("どの課が担当？", Facet.OFFICE),
        ("誰に聞けばいい？", Facet.OFFICE),
    ],
)
def test_a_message_that_names_nobody_is_bare(text: str, side: Facet) -> None:
    assert reading(text) == ContactQuestion(side, bare=True)


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("市役所の電話番号", Facet.TELEPHONE),
        ("しやくしょ の でんわばんごう を おしえて ください", Facet.TELEPHONE),
        ("松阪市役所のファックス", Facet.FAX),
        ("電話番号 市役所", Facet.TELEPHONE),
        ("とは 住所 市役所", Facet.ADDRESS),
        ("市役所はどこにありますか", Facet.ADDRESS),
        ("市役所のメールアドレス", Facet.EMAIL),
    ],
)
def test_the_city_office_itself_may_be_meant(text: str, side: Facet) -> None:
    assert reading(text) == ContactQuestion(side)


@pytest.mark.parametrize(
    ("text", "side", "office"),
    [
        ("総務課の電話なんばん", Facet.TELEPHONE, "総務課"),
        ("総務課のFAX番号", Facet.FAX, "総務課"),
        ("電話番号 デジタル化 office", Facet.TELEPHONE, "デジタル推進室"),
    ],
)
def test_an_office_is_known_by_its_name_or_what_is_special_in_it(text: str, side: Facet, office: str) -> None:
    assert reading(text) == ContactQuestion(side, office=office)


@pytest.mark.parametrize("place", ["福祉センター", "図書館", "水道課", "川内支所"])
def test_another_place_is_told_from_the_offices(place: str) -> None:
    assert reading(f"{place}の電話番号") == ContactQuestion(Facet.TELEPHONE, place=place)


@pytest.mark.parametrize(
    "body", ["三重県庁", "国税庁", "NTT東日本", "トヨタ自動車", "シビックテック・ラボ", "観光協会"]
)
def test_a_body_that_is_none_of_the_municipalitys_is_told_from_its_places(body: str) -> None:
    assert reading(f"{body}の電話番号") == ContactQuestion(Facet.TELEPHONE, place=body.lower(), outside=True)


@pytest.mark.parametrize("text", ["福祉課はどこ", "市民課はどこにありますか", "税務課は何階"])
def test_where_an_office_is_asks_for_its_address(text: str) -> None:
    found = reading(text)
    assert found is not None
    assert found.side is Facet.ADDRESS


@pytest.mark.parametrize(
    "text",
    [
        "電話で申し込みできますか",
        "電話番号が変わったとき",
        "住所変更の窓口",
        "ごみの問い合わせ先",
        "AI電話とは",
        "マイナンバーの担当課",
        "計画をつくった課の連絡先",
        "市長の電話番号",
        "問い合わせ件数",
        "コンビニ交付はいつから",
    ],
)
def test_a_matter_of_its_own_makes_it_another_question(text: str) -> None:
    assert reading(text) is None


@pytest.mark.parametrize(
    ("text", "side", "matter"),
    [
        ("ごみのことはどこに聞けばいい？", Facet.TELEPHONE, "ごみ"),
        ("保育園の担当課はどこですか", Facet.OFFICE, "保育園"),
        ("水道のFAX番号", Facet.FAX, "水道"),
        ("介護について誰に相談すればいいですか", Facet.OFFICE, "介護"),
    ],
)
def test_what_an_office_is_asked_for_is_told_from_what_asks(text: str, side: Facet, matter: str) -> None:
    assert matter_asked(text) == MatterAsked(side, matter)


def test_what_asks_for_nobody_asks_for_no_matter() -> None:
    assert matter_asked("ごみの日はいつ") is None
