"""What holds of every bundled answer, whoever writes the next one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.wording import sentences
from intents.emergencies import Need
from knowledge.bundle import CONTENT_ROOT, Bundle, content_folders, read_bundle
from knowledge.common_content import common_content
from knowledge.content_counts import ContentCounts, counts_of, counts_of_common
from knowledge.emergency_numbers import emergency_numbers, numbers_for

CODES = ["122106", "222232", "232084", "242047", "382159"]

_TELEPHONE = re.compile(r"(?<![\d-])0\d{1,4}[-(（]\d{1,4}[-)）]\d{3,4}(?![\d-])")
_ASKS_FOR_PERSONAL_DATA = re.compile(
    r"(?:氏名|お名前|ご住所|住所|電話番号|生年月日|マイナンバー(?!カード)|個人番号|口座番号|暗証番号|パスワード|メールアドレス)"
    r"[^。、\n]{0,12}"
    r"(?:入力|送信|記入|返信|明記)?(?:して|を?お?送り|送って|教えて|書いて|お?知らせて?)(?:ください|下さい|いただけ|ほしい)"
)


@pytest.fixture(scope="module")
def bundle_of(bundles: list[Bundle]) -> dict[str, Bundle]:
    return {bundle.municipality.code: bundle for bundle in bundles}


def texts(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Every sentence of ours that a resident may read, with the id it belongs to."""
    for entry in bundle.entries:
        yield entry.id, entry.answer
        yield from (
            (entry.id, value) for value in (entry.facets.model_dump().values() if entry.facets else ()) if value
        )
    yield from ((term.id, term.meaning) for term in bundle.terms)
    for indicator in bundle.indicators:
        yield from ((indicator.id, text) for text in (indicator.definition, indicator.note) if text)
    yield from ((item.id, step.text) for item in bundle.schedule for step in item.steps)
    yield from ((department.id, department.role) for department in bundle.departments if department.role)


@pytest.mark.parametrize("folder", content_folders(), ids=lambda folder: folder.name)
def test_a_bundled_folder_has_no_fault(folder: Path) -> None:
    assert read_bundle(folder).municipality.code == folder.name


def test_five_municipalities_are_bundled() -> None:
    assert [folder.name for folder in content_folders()] == CODES


@pytest.mark.parametrize("code", CODES)
def test_at_least_forty_answers_come_from_the_plan(bundle_of: dict[str, Bundle], code: str) -> None:
    assert sum(entry.kind in ("procedure", "plan") for entry in bundle_of[code].entries) >= 40


def short_of_wordings(counted: ContentCounts) -> dict[str, tuple[str, ...]]:
    """What has fewer than five wordings, by kind."""
    return {kind: found.few for kind, found in counted.wordings.items() if found.few}


@pytest.mark.parametrize("code", CODES)
def test_what_a_resident_may_ask_is_asked_in_five_ways(bundle_of: dict[str, Bundle], code: str) -> None:
    assert short_of_wordings(counts_of(bundle_of[code])) == {}


def test_what_is_common_to_all_is_asked_in_five_ways() -> None:
    assert short_of_wordings(counts_of_common(common_content())) == {}


@pytest.mark.parametrize("code", CODES)
def test_a_telephone_in_an_answer_is_one_of_the_departments(bundle_of: dict[str, Bundle], code: str) -> None:
    bundle = bundle_of[code]
    known = {number for office in bundle.departments for number in (office.telephone, office.fax) if number}
    found = {(entry_id, number) for entry_id, text in texts(bundle) for number in _TELEPHONE.findall(text)}
    assert {(entry_id, number) for entry_id, number in found if number not in known} == set()
    assert bundle.municipality.contact.telephone in {None, *known}


@pytest.mark.parametrize("code", CODES)
def test_links_lead_to_the_web_alone(bundle_of: dict[str, Bundle], code: str) -> None:
    bundle = bundle_of[code]
    links = [link.url for entry in bundle.entries for link in entry.links] + [
        plan.url for plan in bundle.plans if plan.url
    ]
    assert [url for url in links if not re.fullmatch(r"https?://[a-z0-9.-]+\.[a-z]{2,}(?:/\S*)?", url)] == []


@pytest.mark.parametrize("code", CODES)
def test_no_answer_asks_for_personal_data(bundle_of: dict[str, Bundle], code: str) -> None:
    assert [(entry_id, text) for entry_id, text in texts(bundle_of[code]) if _ASKS_FOR_PERSONAL_DATA.search(text)] == []


def test_no_fixed_sentence_asks_for_personal_data() -> None:
    said = [text for value in sentences("ja").values() for text in ([value] if isinstance(value, str) else value)]
    assert [text for text in said if _ASKS_FOR_PERSONAL_DATA.search(text)] == []


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        pytest.param("氏名を入力してください。", True, id="name"),
        pytest.param("電話番号を送ってください。", True, id="telephone"),
        pytest.param("お名前とご住所を教えてください。", True, id="two at once"),
        pytest.param("マイナンバーをお知らせください。", True, id="My Number"),
        pytest.param("暗証番号をここに書いていただけますか。", True, id="PIN"),
        pytest.param("氏名・住所などは入力しないでください。", False, id="asks not to"),
        pytest.param("マイナンバーカードをお持ちください。", False, id="the card"),
        pytest.param("端末で暗証番号を入力します。", False, id="at the machine"),
    ],
)
def test_the_check_knows_a_request_for_personal_data(text: str, asks: bool) -> None:
    assert bool(_ASKS_FOR_PERSONAL_DATA.search(text)) is asks


@pytest.mark.parametrize("code", CODES)
def test_every_plan_that_is_over_says_when(bundle_of: dict[str, Bundle], code: str) -> None:
    assert all(plan.period_text and plan.period_until.year >= 2020 for plan in bundle_of[code].plans)


@pytest.mark.parametrize("need", list(Need), ids=lambda need: need.value)
def test_every_need_has_a_number_to_call(need: Need) -> None:
    assert numbers_for(need)


def test_emergency_numbers_are_numbers_with_a_source() -> None:
    for number in emergency_numbers():
        assert re.fullmatch(r"#?\d{3,4}|0\d{2,3}-\d{2,3}-\d{3,4}", number.number), number
        assert number.source
        assert number.checked_on.year >= 2026


@pytest.mark.parametrize(
    ("need", "first"),
    [
        pytest.param(Need.FIRE_AMBULANCE, "119", id="fire and ambulance"),
        pytest.param(Need.POLICE, "110", id="police"),
        pytest.param(Need.CONSUMER, "188", id="consumer"),
        pytest.param(Need.VIOLENCE, "110", id="violence at home"),
    ],
)
def test_the_number_to_call_first_stands_first(need: Need, first: str) -> None:
    assert numbers_for(need)[0].number == first


@pytest.mark.parametrize("folder", [path.name for path in sorted(CONTENT_ROOT.iterdir()) if path.is_dir()])
def test_all_of_it_can_be_written_as_shift_jis(folder: str) -> None:
    """Offices still exchange such CSV; one 〜 of another code point held a whole export up."""
    for path in sorted((CONTENT_ROOT / folder).glob("*.yaml")):
        path.read_text(encoding="utf-8").encode("cp932")
