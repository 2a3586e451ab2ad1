"""`line rich-menu` over HTTP: sent, shown and taken away as asked for; nothing is replaced unasked or left half-done."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from app import create_app
from bot.line.menu_calls import PATHS
from bot.services import Services
from knowledge.models import AuditLine, RichMenuRow
from tests.bot.line.conftest import CODE
from tests.support.fake_line import ACCESS_TOKEN, FakeLine
from tests.support.fake_menus import HEARD_IN_VAIN, RichMenus

USUAL, DISASTER = f"kotae/{CODE}/usual", f"kotae/{CODE}/disaster"
THEIRS = "防災配信のメニュー"
Run = Callable[..., Result]


@pytest.fixture
def menus(line: FakeLine) -> RichMenus:
    line.menus = RichMenus()
    return line.menus


@pytest.fixture
def site(line: FakeLine, menus: RichMenus, line_environment: dict[str, str]) -> Iterator[Flask]:
    app = create_app(line_environment)
    yield app
    assert (line.violations, menus.violations) == ([], [])
    app.extensions["kotae"].database.dispose()


@pytest.fixture
def run(site: Flask) -> Run:
    def command(*given: str, typed: str = "") -> Result:
        found = site.test_cli_runner().invoke(args=["line", "rich-menu", *given], input=typed)
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        assert ACCESS_TOKEN not in found.output
        return found

    return command


def audited(site: Flask) -> list[tuple[str, dict[str, str | None]]]:
    kit: Services = site.extensions["kotae"]
    with kit.database.reading() as session:
        lines = session.scalars(
            select(AuditLine).where(AuditLine.action.startswith("rich_menu_")).order_by(AuditLine.number)
        )
        return [(line.action, dict(line.details)) for line in lines]


def configured(site: Flask, label: str) -> None:
    kit: Services = site.extensions["kotae"]
    with kit.database.writing() as session:
        areas = [{"label": label, "does": "contact", "value": "", "icon": "phone"}]
        session.merge(RichMenuRow(municipality_code=CODE, variant="usual", bar_text="メニュー", areas=areas))


def test_both_menus_are_sent_and_the_usual_one_is_shown(run: Run, menus: RichMenus, site: Flask) -> None:
    found = run("--apply", typed="y\n")
    assert found.exit_code == 0, found.output
    assert "LINE Official Account Manager で作ったリッチメニューがあれば" in found.output
    assert set(menus.named()) == {USUAL, DISASTER}
    assert menus.default == menus.named()[USUAL]
    assert all(one.picture for one in menus.menus.values())
    assert menus.calls.index("validate") < menus.calls.index("create")
    assert menus.counted()["validate"] == menus.counted()["create"] == menus.counted()["upload"] == 2
    assert audited(site) == [("rich_menu_published", {"shown": "usual", "replaced_menu": None})]
    before = menus.counted()
    again = run("--apply", typed="")
    assert "何もしません" in again.output
    assert menus.counted()["create"] == before["create"]
    assert menus.counted()["show"] == before["show"]


def test_whoever_says_no_has_changed_nothing(run: Run, menus: RichMenus) -> None:
    assert run("--apply", typed="n\n").exit_code == 1
    assert run("--apply", typed="").exit_code == 1
    assert menus.menus == {}
    assert menus.default is None


def test_switching_is_one_call(run: Run, menus: RichMenus, site: Flask) -> None:
    run("--apply", "--yes")
    for variant, wanted in (("disaster", DISASTER), ("usual", USUAL)):
        before = menus.counted()
        found = run("--show", variant, "--yes")
        assert found.exit_code == 0, found.output
        assert menus.default == menus.named()[wanted]
        changed = {call for call in menus.calls[before.total() :] if call not in ("list", "default")}
        assert changed == {"show"}
        assert menus.counted()["show"] == before["show"] + 1
    assert "何もしません" in run("--show", "usual", "--yes").output
    assert [details["shown"] for _, details in audited(site)] == ["usual", "disaster", "usual"]


def test_what_was_never_sent_cannot_be_shown(run: Run, menus: RichMenus) -> None:
    found = run("--show", "disaster", "--yes")
    assert found.exit_code == 1
    assert "先に --apply" in found.output
    assert "show" not in menus.calls


def test_a_menu_that_staff_changed_replaces_our_old_one(run: Run, menus: RichMenus, site: Flask) -> None:
    foreign = menus.add(THEIRS)
    run("--apply", "--yes")
    run("--show", "disaster", "--yes")
    old = menus.named()
    configured(site, "電話")
    assert "前の設定のもの" in run().output
    shown = run("--show", "usual", "--yes")
    assert "前の設定のもの" in shown.output
    run("--show", "disaster", "--yes")
    found = run("--apply", "--yes")
    assert found.exit_code == 0, found.output
    new = menus.named()
    assert new[USUAL] != old[USUAL]
    assert new[DISASTER] == old[DISASTER], "what is as it should be stays"
    assert set(menus.menus) == {new[USUAL], new[DISASTER], foreign}, "another's menu stays, too"
    assert menus.default == new[DISASTER], "in a disaster, staff who correct the usual menu do not bring it back"
    run("--apply", "--show", "usual", "--yes")
    assert menus.default == new[USUAL]


def test_anothers_menu_is_replaced_only_by_who_names_it(run: Run, menus: RichMenus, site: Flask) -> None:
    foreign = menus.add(THEIRS, shown=True)
    refused = [
        run("--apply", "--yes"),
        run("--apply", "--yes", "--replace", "richmenu-0"),
        run("--apply", typed="y\ny\n"),
        run("--apply", typed="\n"),
        run("--apply", typed=f"{foreign}\nn\n"),
    ]
    for found in refused:
        assert found.exit_code == 1
        assert f"名前「{THEIRS}」" in found.output
        assert foreign in found.output
    assert set(menus.menus) == {foreign}
    assert menus.default == foreign
    agreed = run("--apply", typed=f"{foreign}\ny\n")
    assert agreed.exit_code == 0, agreed.output
    assert menus.default == menus.named()[USUAL]
    assert foreign in menus.menus, "it is not ours to take away"
    assert audited(site)[-1][1]["replaced_menu"] == f"{THEIRS}（{foreign}）"
    menus.default = foreign
    assert run("--show", "disaster", "--yes").exit_code == 1
    assert run("--show", "disaster", "--yes", "--replace", foreign).exit_code == 0
    assert menus.default == menus.named()[DISASTER]


def test_another_municipalitys_menu_is_another_ones(run: Run, menus: RichMenus) -> None:
    other = menus.add("kotae/122106/usual/0123456789ab", shown=True)
    assert run("--apply", "--yes").exit_code in (0, 1)
    assert other in menus.menus


def test_a_default_that_is_not_in_the_list_is_anothers(run: Run, menus: RichMenus) -> None:
    menus.default = "richmenu-" + "f" * 32
    found = run("--apply", "--yes")
    assert found.exit_code == 1
    assert "名前は分かりません" in found.output


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"validate": [None, 400]}, "areas[0] May not be empty"),
        ({"create": [None, 429]}, "1時間たってから"),
        ({"upload": [None, 413]}, "1MB"),
        ({"upload": [500]}, "LINE の側の不具合です（500）"),
        ({"upload": [None, HEARD_IN_VAIN]}, "LINE につながりませんでした"),
        ({"show": [400]}, "LINE が断りました（400"),
        ({"list": [401]}, "チャネルアクセストークン"),
        ({"list": [403]}, "契約と権限"),
        ({"default": [None, 500]}, "LINE の側の不具合"),
    ],
)
def test_what_goes_wrong_leaves_nothing_half_done(
    run: Run, menus: RichMenus, site: Flask, fault: dict[str, list[int | None]], said: str
) -> None:
    run("--apply", "--yes")
    kept, shown = dict(menus.menus), menus.default
    configured(site, "電話")
    kit: Services = site.extensions["kotae"]
    with kit.database.writing() as session:
        session.merge(RichMenuRow(municipality_code=CODE, variant="disaster", bar_text="災害", areas=[{"label": "電話", "does": "contact", "value": "", "icon": "phone"}]))  # fmt: skip
    menus.faults = fault
    found = run("--apply", "--yes")
    assert found.exit_code == 1
    assert said in found.output
    assert menus.menus == kept
    assert menus.default == shown
    assert len(audited(site)) == 1
    menus.faults = {}
    assert run("--apply", "--yes").exit_code == 0
    assert len(menus.menus) == 2


def test_a_menu_made_by_halves_is_taken_away_the_next_time(run: Run, menus: RichMenus) -> None:
    menus.faults = {"upload": [500], "delete": [500]}
    found = run("--apply", "--yes")
    assert found.exit_code == 1
    assert "消せませんでした。次の --apply のときに消えます" in found.output
    assert len(menus.menus) == 1
    assert run("--apply", "--yes").exit_code == 0
    assert len(menus.menus) == 2
    assert all(one.picture for one in menus.menus.values())


def test_a_call_that_was_heard_in_vain_is_asked_after(run: Run, menus: RichMenus) -> None:
    menus.faults = {"show": [HEARD_IN_VAIN]}
    assert run("--apply", "--yes").exit_code == 0
    assert menus.default == menus.named()[USUAL]
    menus.faults = {"show": [HEARD_IN_VAIN], "default": [None, None, 500]}
    found = run("--show", "disaster", "--yes")
    assert found.exit_code == 1
    assert "どのメニューが出ているか分かりません" in found.output
    assert len(menus.menus) == 2, "what may be shown is not taken away"


def test_who_changed_it_meanwhile_is_not_overruled(run: Run, menus: RichMenus) -> None:
    menus.then["upload"] = lambda: menus.add(THEIRS, shown=True)
    found = run("--apply", "--yes")
    assert found.exit_code == 1
    assert "ほかの人が住民に出るメニューを替えました" in found.output
    assert set(menus.named()) == {THEIRS}


def test_an_old_menu_that_stays_is_told(run: Run, menus: RichMenus, site: Flask) -> None:
    run("--apply", "--yes")
    configured(site, "電話")
    menus.faults = {"delete": [429]}
    found = run("--apply", "--yes")
    assert found.exit_code == 0
    assert "次の --apply のときに消えます" in found.output
    run("--apply", "--yes")
    assert len(menus.menus) == 2


def test_all_of_ours_can_be_taken_away(run: Run, menus: RichMenus, site: Flask) -> None:
    assert "何もしません" in run("--remove").output
    foreign = menus.add(THEIRS)
    run("--apply", "--yes")
    assert run("--remove", typed="n\n").exit_code == 1
    found = run("--remove", typed="y\n")
    assert found.exit_code == 0, found.output
    assert set(menus.menus) == {foreign}
    assert menus.default is None
    assert audited(site)[-1][0] == "rich_menu_removed"


def test_asked_alone_it_tells_what_there_is_and_changes_nothing(run: Run, menus: RichMenus) -> None:
    first = run().output
    assert "よくある質問 … よくある質問を出す" in first
    assert "「住民票はコンビニで取れますか」と聞く" in first
    assert "API で決めたものはありません" in first
    assert "--apply" in first
    run("--apply", "--yes")
    menus.add(THEIRS + "\x1b[2J")
    told = run().output
    assert "こたえのふだんのメニュー（今の設定どおり）" in told
    assert "ほかで作られたもの: 1件" in told
    assert "\x1b" not in told
    assert set(menus.calls) <= {"list", "default", "validate", "create", "upload", "picture", "show"}


def test_before_it_is_sent_it_is_told_which_areas_open_no_page_yet(run: Run, site: Flask) -> None:
    told = run("--apply", "--yes").output
    assert "災害のメニューの「避難情報」「防災」は、市町村のページを開きません" in told
    assert "ふだんのメニューの「ごみ」「防災」は" in told
    switched = run("--show", "disaster", "--yes").output
    assert "「避難情報」「防災」は、市町村のページを開きません" in switched
    assert "「ごみ」" not in switched


def test_pictures_alone_are_drawn_without_line(run: Run, menus: RichMenus, tmp_path: Path) -> None:
    found = run("--draw", str(tmp_path))
    assert found.exit_code == 0, found.output
    drawn = sorted(path.name for path in tmp_path.glob("*.png"))
    assert drawn == [f"rich-menu-{CODE}-disaster.png", f"rich-menu-{CODE}-usual.png"]
    one = tmp_path / "disaster.png"
    run("--draw", str(one), "--show", "disaster")
    assert one.read_bytes() == (tmp_path / drawn[0]).read_bytes()
    assert "フォルダーがありません" in run("--draw", str(tmp_path / "none" / "x.png")).output
    assert menus.calls == []


def test_a_menu_that_cannot_be_drawn_is_not_sent(run: Run, menus: RichMenus, site: Flask) -> None:
    configured(site, "ごみ\U0001f34e")
    found = run("--apply", "--yes")
    assert found.exit_code == 1
    assert "ふだんのメニュー: 1番「ごみ" in found.output
    assert "「リッチメニュー」で直して" in found.output
    assert menus.calls == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--apply", "--remove"), "一つだけ"),
        (("--municipality", "000000"), "000000"),
        (("--municipality", "122106"), "LINE_122106_CHANNEL_SECRET"),
        (("--test",), f"LINE_{CODE}_TEST_CHANNEL_SECRET"),
        (("--show", "x"), "usual"),
    ],
)
def test_what_is_missing_is_named(run: Run, given: tuple[str, ...], said: str) -> None:
    found = run(*given)
    assert found.exit_code in (1, 2)
    assert said in found.output


def test_every_call_is_in_the_list_that_is_documented() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "line.md").read_text(encoding="utf-8")
    row = next(line for line in documented.splitlines() if line.startswith("| `line rich-menu`"))
    for method, path in PATHS:
        assert f"`{method} {path.replace('{richMenuId}', '{番号}')}`" in row


def test_calls_are_logged_without_what_is_secret(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    found = run("--apply", "--yes")
    lines = [json.loads(line) for line in found.stderr.splitlines() if line.startswith("{")]
    called = [line for line in lines if line.get("event") == "line_call"]
    assert {line["endpoint"] for line in called} >= {"/v2/bot/richmenu", "/v2/bot/richmenu/{richMenuId}/content"}
    assert all(line["status"] and line["line_request_id"] for line in called if line["status"] != 404)
