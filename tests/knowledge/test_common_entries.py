"""Common entries in a municipality: there from the first load, and changed by nobody but its staff."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from intents.text import letters
from intents.vectors import NO_VECTORS
from knowledge.answers import Answer
from knowledge.bundle import Bundle, BundleError, SlotValue, Source, content_folders, read_bundle
from knowledge.common_content import CommonContent, common_content, read_common
from knowledge.common_entries import (
    NoSuchEntryError,
    adopt,
    common_states,
    common_updates,
    skip,
    switch_by_staff,
)
from knowledge.corpus import Corpus
from knowledge.db import Database
from knowledge.loading import load_bundle
from knowledge.models import Entry, Municipality
from knowledge.slot_values import SlotChange, slot_values, write_by_staff
from tests.knowledge.small_town import CODE, write_town

MOMENT = dt.datetime(2026, 11, 21, 3, 0, tzinfo=dt.UTC)
LATER = MOMENT + dt.timedelta(days=1)
COMMON = common_content()
FEE, WHAT = "common-convenience-fee", "common-convenience-what"


@pytest.fixture
def town(tmp_path: Path) -> Bundle:
    return read_bundle(write_town(tmp_path))


def changed(answer: str, entry_id: str = WHAT) -> CommonContent:
    """The common content with another answer to one entry."""
    return replace(
        COMMON,
        entries=tuple(
            entry.model_copy(update={"answer": answer}) if entry.id == entry_id else entry for entry in COMMON.entries
        ),
    )


def without(entry_id: str) -> CommonContent:
    return replace(COMMON, entries=tuple(entry for entry in COMMON.entries if entry.id != entry_id))


def with_frame(town: Bundle, **values: object) -> Bundle:
    return replace(town, municipality=town.municipality.model_copy(update=values))


def row(database: Database, entry_id: str) -> Entry:
    with database.reading() as session:
        return session.get_one(Entry, (CODE, entry_id))


def version(database: Database) -> int:
    with database.reading() as session:
        return session.get_one(Municipality, CODE).knowledge_version


def waiting(database: Database) -> list[str]:
    with database.reading() as session:
        return [update.entry_id for update in common_updates(session, CODE)]


def answers(database: Database) -> dict[str, Answer]:
    return dict(Corpus(database, NO_VECTORS, lambda: dt.date(2026, 11, 21)).current(CODE).answers)


def put(database: Database, **values: str) -> None:
    changes = [
        SlotChange(name, None, COMMON.slots[name].clean(value), None)
        for name, value in ((name.replace("_", "-"), value) for name, value in values.items())
    ]
    with database.writing() as session:
        write_by_staff(session, CODE, changes, MOMENT)


def test_about_forty_entries_are_common() -> None:
    assert len(COMMON.entries) >= 40


def test_the_first_load_brings_all_common_entries_and_the_second_changes_nothing(
    database: Database, town: Bundle
) -> None:
    assert load_bundle(database, town, MOMENT, COMMON).added == 6 + len(COMMON.entries)
    again = load_bundle(database, town, LATER, COMMON)
    assert (again.changed, again.drafts, again.unchanged) == (False, 0, 6 + len(COMMON.entries))
    assert version(database) == 1


def test_a_change_of_a_common_entry_waits_for_staff(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    old = row(database, WHAT).answer
    report = load_bundle(database, town, LATER, changed("店の機械で証明書を取るサービスです。"))
    assert (report.drafts, report.changed) == (1, False)
    assert row(database, WHAT).answer == old
    assert version(database) == 1
    with database.reading() as session:
        [update] = common_updates(session, CODE)
    assert update.differences == (("answer", old, "店の機械で証明書を取るサービスです。"),)
    assert load_bundle(database, town, LATER, changed("店の機械で証明書を取るサービスです。")).drafts == 0


def test_an_adopted_update_becomes_the_municipalitys_text(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    new = changed("店の機械で証明書を取るサービスです。")
    load_bundle(database, town, LATER, new)
    with database.writing() as session:
        adopt(session, CODE, WHAT, LATER)
    assert row(database, WHAT).answer == "店の機械で証明書を取るサービスです。"
    assert (row(database, WHAT).version, version(database), waiting(database)) == (2, 2, [])
    assert load_bundle(database, town, LATER, new).drafts == 0


def test_an_update_passed_over_comes_back_only_when_it_changes_again(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    old, new = row(database, WHAT).answer, changed("店の機械で証明書を取るサービスです。")
    load_bundle(database, town, LATER, new)
    with database.writing() as session:
        skip(session, CODE, WHAT)
    assert load_bundle(database, town, LATER, new).drafts == 0
    assert (row(database, WHAT).answer, waiting(database)) == (old, [])
    assert load_bundle(database, town, LATER, changed("また別の文になりました。")).drafts == 1


def test_an_update_that_is_taken_back_waits_no_longer(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    load_bundle(database, town, LATER, changed("店の機械で証明書を取るサービスです。"))
    load_bundle(database, town, LATER, COMMON)
    assert waiting(database) == []


def test_the_end_of_a_common_entry_waits_for_staff_too(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    load_bundle(database, town, LATER, without(WHAT))
    assert row(database, WHAT).state == "published"
    with database.writing() as session:
        assert common_updates(session, CODE, WHAT)[0].withdraws
        adopt(session, CODE, WHAT, LATER)
    assert row(database, WHAT).state == "ended"
    assert load_bundle(database, town, LATER, without(WHAT)).drafts == 0


def test_what_staff_wrote_stays_beside_an_update(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    with database.writing() as session:
        mine = session.get_one(Entry, (CODE, WHAT))
        mine.answer, mine.by_staff = "うちの市の言い方です。", True
    load_bundle(database, town, LATER, changed("店の機械で証明書を取るサービスです。"))
    assert row(database, WHAT).answer == "うちの市の言い方です。"
    with database.reading() as session:
        assert common_updates(session, CODE, WHAT)[0].differences[0][1] == "うちの市の言い方です。"


def test_a_folder_can_switch_common_entries_off_and_on_again(database: Database, town: Bundle) -> None:
    off = with_frame(town, common_off=[WHAT])
    load_bundle(database, off, MOMENT, COMMON)
    assert WHAT not in answers(database)
    load_bundle(database, town, LATER, COMMON)
    assert WHAT in answers(database)
    load_bundle(database, off, LATER, COMMON)
    assert row(database, WHAT).state == "ended"
    assert WHAT not in answers(database)


def test_what_staff_switched_stays_switched(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    with database.writing() as session:
        switch_by_staff(session, CODE, WHAT, on=False, moment=LATER)
    load_bundle(database, town, LATER, COMMON)
    assert WHAT not in answers(database)
    with database.reading() as session:
        assert {state.entry_id: state.state for state in common_states(session, CODE)}[WHAT] == "使わない"


def test_only_common_entries_can_be_switched_or_adopted(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    with database.writing() as session:
        with pytest.raises(NoSuchEntryError):
            switch_by_staff(session, CODE, "juki", on=False, moment=LATER)
        with pytest.raises(NoSuchEntryError):
            adopt(session, CODE, WHAT, LATER)
        with pytest.raises(LookupError):
            common_states(session, "999999")


def test_an_unknown_id_under_common_off_is_a_fault(database: Database, town: Bundle) -> None:
    with pytest.raises(BundleError, match="common_off"):
        load_bundle(database, with_frame(town, common_off=["common-nowhere"]), MOMENT, COMMON)
    with database.reading() as session:
        assert session.get(Municipality, CODE) is None


# --- Slots -------------------------------------------------------------------------------------------------------


def test_an_answer_without_its_slot_names_whom_to_ask(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    found = answers(database)[FEE]
    assert found.kind == "silent"
    assert found.text.splitlines() == [
        "手数料は市町村ごとに決まっています。",
        "小さい市のコンビニ交付の手数料、窓口の手数料は、小さい市役所にお聞きください。",
    ]
    assert found.office is not None
    assert found.office.department == "小さい市役所"
    assert "please ask 小さい市役所" in found.translations["en"].text
    assert "小さい市役所に 聞（き）いて ください" in found.translations["easy"].text


def test_the_hall_is_not_asked_for_its_own_number(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    found = answers(database)["common-no-smartphone"]
    assert found.text.splitlines() == [
        "スマートフォンがない人は、窓口か電話でお聞きください。",
        "転入届や転居届のように、窓口でする手続きもあります。",
    ]
    assert "電話番号" not in found.translations["easy"].text
    assert "telephone number" not in found.translations["en"].text


def test_a_filled_slot_is_in_the_answer_at_once(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    put(database, convenience_fee="200円", office_certificates="市民課", telephone_certificates="011-222-4444")
    assert version(database) == 2
    found = answers(database)[FEE]
    assert found.kind == "plan"
    assert found.text.startswith("手数料は、コンビニでは1通200円です。")
    assert "窓口の手数料は、市民課にお聞きください" in found.text
    assert found.office is not None
    assert (found.office.department, found.office.telephone) == ("市民課", "011-222-4444")
    assert "200 yen" in found.translations["en"].text


def test_a_named_department_brings_its_own_telephone(database: Database, town: Bundle) -> None:
    load_bundle(database, town, MOMENT, COMMON)
    put(database, office_certificates="情報政策課")
    office = answers(database)[FEE].office
    assert office is not None
    assert (office.department, office.telephone) == ("情報政策課", "011-222-3333")


def test_values_of_a_folder_are_followed_until_staff_write_their_own(database: Database, town: Bundle) -> None:
    def given(value: str) -> Bundle:
        one = SlotValue(value=value, source=Source(plan="plan", section="施策1"), checked_on=dt.date(2026, 11, 21))
        return with_frame(town, slots={"convenience-fee": one})

    def stored() -> str | None:
        with database.reading() as session:
            return slot_values(session, CODE).get("convenience-fee")

    load_bundle(database, given("200円"), MOMENT, COMMON)
    assert stored() == "200"
    load_bundle(database, given("250円"), LATER, COMMON)
    assert stored() == "250"
    put(database, convenience_fee="300円")
    load_bundle(database, given("200円"), LATER, COMMON)
    assert stored() == "300"
    with pytest.raises(BundleError, match=r"slots\.convenience-fee"):
        load_bundle(database, given("ただ同然"), LATER, COMMON)


def test_own_entries_come_before_common_ones_with_the_same_words(database: Database, tmp_path: Path) -> None:
    question = "コンビニ交付とはどんなサービスですか？"
    folder = write_town(tmp_path, {"entries.yaml": ("住民票はコンビニで取れますか？", question)})
    load_bundle(database, read_bundle(folder), MOMENT, COMMON)
    found = answers(database)
    assert found["juki"].title == question
    assert WHAT not in found
    taken = {"コンビニ交付", "じゅうみんひょう"}
    assert not any(taken & set(one.wordings) for name, one in found.items() if name.startswith("common-"))


def test_a_silent_own_entry_takes_nothing_from_a_common_one_that_tells(database: Database, tmp_path: Path) -> None:
    question = "コンビニ交付とはどんなサービスですか？"
    changes = {"entries.yaml": ("住民票はコンビニで取れますか？", question)}
    load_bundle(database, read_bundle(write_town(tmp_path, changes)), MOMENT, COMMON)
    with database.writing() as session:
        session.get_one(Entry, (CODE, "juki")).kind = "silent"
        session.get_one(Municipality, CODE).knowledge_version += 1
    found = answers(database)
    assert found[WHAT].kind == "plan"
    assert "コンビニ交付とは" in found[WHAT].wordings
    assert not any(
        letters(wording) in {letters(own) for own in (found["juki"].title, *found["juki"].wordings)}
        for name, one in found.items()
        if name.startswith("common-") and one.kind == "silent"
        for wording in one.wordings
    )


# --- The bundled content -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", content_folders(), ids=lambda folder: folder.name)
def test_bundled_folders_name_common_entries_and_slots_that_exist(folder: Path) -> None:
    municipality = read_bundle(folder).municipality
    assert set(municipality.common_off) <= {entry.id for entry in COMMON.entries}
    assert len(municipality.common_off) == len(set(municipality.common_off))
    assert set(municipality.slots) <= set(COMMON.slots)


BREAKS: list[tuple[str, str, str, str]] = [
    ("entries-words.yaml", "- id: common-dx", "- id: dx", "common- で始めます"),
    ("entries-convenience.yaml", "手数料は、コンビニでは1通{convenience-fee}", "手数料は、1通{fee}", "にない穴"),
    ("entries-convenience.yaml", "is {convenience-fee} for 1 copy", "is low for 1 copy", "同じ穴"),
    ("entries-words.yaml", "plan: common-words", "plan: nowhere", "plans.yaml にない"),
    ("slots.yaml", 'example: "200円"', 'example: "安い"', "200円 のように"),
    ("slots.yaml", "kind: yen", "kind: dollar", "kind"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), BREAKS, ids=[told for *_, told in BREAKS])
def test_a_fault_in_the_common_content_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, told: str
) -> None:
    folder = copied(tmp_path)
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BundleError, match=told) as raised:
        read_common(folder)
    assert all(":" in problem for problem in raised.value.problems)


def copied(tmp_path: Path) -> Path:
    source = content_folders()[0].parent / "common"
    for path in source.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path
