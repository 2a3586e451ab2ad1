"""``line rich-menu``: what the municipality's menus are, and bringing them to LINE; nothing is replaced unasked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext

from bot.line.menu_calls import LineFaultError, MenuCalls, Seen, Standing
from bot.line.menu_publishing import (
    ChangedMeanwhileError,
    Plan,
    UnsureError,
    Wanted,
    plan_of,
    publish,
    remove,
    show_one,
    shown_now,
    wanted_of,
)
from bot.line.rich_menu import faults_of, name_of
from bot.services import Services, services
from bot.settings import LineChannel
from knowledge import audit
from knowledge.audit import BY_COMMAND
from knowledge.calendar import now
from knowledge.models import Municipality
from knowledge.municipality_codes import unknown_municipality
from knowledge.rich_menus import DOES_NAMES, VARIANT_NAMES, Does, RichMenu, Variant, rich_menus, without_page

HIDES_MANAGER = (
    "LINE Official Account Manager で作ったリッチメニューがあれば、代わりにこたえのものが出ます"
    "（そちらは LINE の API からは見えず、消えもしません）"
)


@click.command("rich-menu")
@click.option("--municipality", metavar="CODE", help="この市町村（6桁）。チャネルが一つなら要らない。")
@click.option("--test", "of_test", is_flag=True, help="試験用のチャネルで。")
@click.option("--draw", type=click.Path(path_type=Path), help="絵だけを書くフォルダーか、.png のファイル。")
@click.option("--apply", "applies", is_flag=True, help="LINE に送り、住民に出す（確かめてから）。")
@click.option(
    "--show", "shown", type=click.Choice([one.value for one in Variant]), help="住民に出すほう（usual か disaster）。"
)
@click.option("--remove", "removes", is_flag=True, help="こたえのメニューを、LINE からすべて消す（確かめてから）。")
@click.option(
    "--replace", "replaced", metavar="番号", help="こたえのものでない、今のメニューの番号。これを替えてよい。"
)
@click.option("--yes", is_flag=True, help="確かめずにする（ほかで作られたメニューを替えるには --replace も要る）。")
@with_appcontext
def rich_menu_command(
    municipality: str | None,
    of_test: bool,
    draw: Path | None,
    applies: bool,
    shown: str | None,
    removes: bool,
    replaced: str | None,
    yes: bool,
) -> None:
    """リッチメニューの設定と、LINE に今あるものを示す。送る・切り替える・消すときだけ、LINE を変える。"""
    if sum((draw is not None, applies, removes)) > 1:
        raise click.UsageError("--draw、--apply、--remove は、一つだけ書いてください")
    kit, variant = services(), Variant(shown) if shown else None
    if draw is not None:
        _draw(kit, _code(kit, municipality), draw, variant)
        return
    channel = _channel(kit, municipality, test=of_test)
    calls = MenuCalls(channel, kit.settings.line_api_host)
    consent = Consent(yes, replaced)
    try:
        if applies:
            _apply(kit, channel, calls, variant, consent)
        elif removes:
            _remove(kit, channel, calls, consent)
        elif variant is not None:
            _switch(kit, channel, calls, variant, consent)
        else:
            _tell_all(kit, channel, calls)
    except LineFaultError as error:
        raise click.ClickException(str(error)) from error
    except ChangedMeanwhileError as error:
        raise click.ClickException(
            "確かめているあいだに、ほかの人が住民に出るメニューを替えました。何も変えていません。もう一度してください"
        ) from error
    except UnsureError as error:
        raise click.ClickException(
            "LINE から返事がなく、どのメニューが出ているか分かりません。"
            "しばらくして `line rich-menu` で確かめ、違っていれば、もう一度してください"
        ) from error


class Consent:
    """What the person who runs the command has agreed to."""

    def __init__(self, yes: bool, replaced: str | None) -> None:
        self._yes, self._replaced = yes, replaced

    def to(self, question: str) -> None:
        """Go on, or stop the command."""
        if not self._yes:
            click.confirm(question, abort=True)

    def to_replace(self, theirs: Seen) -> None:
        """Another's menu is given up only by whoever names it."""
        click.echo("住民に今出ているメニューは、こたえが作ったものではありません:")
        click.echo(f"  {_told(theirs)}")
        click.echo("続けると、住民にはこれが出なくなります（LINE からは消しません）")
        named = self._replaced
        if named is None and self._yes:
            raise click.ClickException(f"替えてよければ --replace {theirs.id} を付けてください。何も変えていません")
        if named is None:
            named = click.prompt(
                "替えてよければ、この番号（richmenu-…）を書いてください", default="", show_default=False
            )
        if named.strip() != theirs.id:
            raise click.ClickException(f"番号が違います（今のものは {theirs.id}）。何も変えていません")


def _code(kit: Services, municipality: str | None) -> str:
    """The municipality that is meant."""
    known = {town.code for town in kit.corpus.towns()}
    if municipality is not None:
        if municipality not in known:
            raise click.ClickException(unknown_municipality(municipality))
        return municipality
    of_channels = {channel.municipality_code for channel in kit.settings.line_channels.values()} & known
    if len(of_channels) != 1:
        raise click.UsageError("--municipality で、どの市町村かを6桁のコードで書いてください")
    return of_channels.pop()


def _channel(kit: Services, municipality: str | None, *, test: bool) -> LineChannel:
    code = _code(kit, municipality)
    found = [one for one in kit.settings.line_channels.values() if one.municipality_code == code and one.test == test]
    prefix = f"LINE_{code}_{'TEST_' if test else ''}CHANNEL"
    if not found:
        raise click.ClickException(
            f"LINE のチャネルの設定がありません。環境変数 {prefix}_SECRET を入れてください（docs/line.md）"
        )
    if found[0].access_token is None:
        raise click.ClickException(
            f"チャネルアクセストークンがありません。環境変数 {prefix}_ACCESS_TOKEN を入れてください（docs/line.md）"
        )
    return found[0]


def _menus(kit: Services, code: str) -> Mapping[Variant, RichMenu]:
    with kit.database.reading() as session:
        return rich_menus(session, code)


def _wanted(kit: Services, code: str) -> list[Wanted]:
    """The menus, looked through and drawn.  All that is wrong is told at once."""
    from bot.line.menu_drawing import MenuPictureError, png_of

    wrong, found = [], []
    for variant, menu in _menus(kit, code).items():
        faults = list(faults_of(menu).values())
        try:
            if not faults:
                found.append(wanted_of(code, menu, png_of(menu)))
        except MenuPictureError as error:
            faults = [str(error)]
        wrong += [f"{VARIANT_NAMES[variant]}のメニュー: {fault}" for fault in faults]
    if wrong:
        where = "職員用の画面の「リッチメニュー」で直してください"
        raise click.ClickException("\n".join([*dict.fromkeys(wrong), where]))
    return found


def _draw(kit: Services, code: str, path: Path, variant: Variant | None) -> None:
    is_file = path.suffix.lower() == ".png"
    folder = path.parent if is_file else path
    if not folder.is_dir():
        raise click.ClickException(f"{folder}: フォルダーがありません。先に作ってください")
    for each in _wanted(kit, code):
        if is_file and each.variant is not (variant or Variant.USUAL):
            continue
        if not is_file and variant not in (None, each.variant):
            continue
        target = path if is_file else folder / f"rich-menu-{code}-{each.variant.value}.png"
        target.write_bytes(each.png)
        click.echo(f"{target}（{VARIANT_NAMES[each.variant]}、{len(each.png):,}バイト）")


def _apply(kit: Services, channel: LineChannel, calls: MenuCalls, variant: Variant | None, consent: Consent) -> None:
    code = channel.municipality_code
    plan = plan_of(code, _wanted(kit, code), calls.standing(), variant, calls)
    if plan.is_done:
        click.echo(f"LINE にあるものは、今の設定どおりです（出ているのは{VARIANT_NAMES[plan.shown]}）。何もしません")
        return
    for line in _steps(plan):
        click.echo(line)
    for menu in _menus(kit, code).values():
        _warn_of_missing_pages(menu)
    if plan.replaced is not None:
        consent.to_replace(plan.replaced)
    consent.to(f"{channel.name} の LINE を、このとおりに変えますか")
    publish(calls, plan, click.echo)
    _note(kit, channel, "rich_menu_published", plan.shown, plan.replaced)


def _steps(plan: Plan) -> Iterator[str]:
    yield "すること:"
    for each in plan.made:
        size = f"{len(each.request['areas'])}か所、{len(each.png):,}バイト"
        yield f"  {VARIANT_NAMES[each.variant]}のメニューを送る（{size}）"
    for variant in plan.kept:
        yield f"  {VARIANT_NAMES[variant]}のメニューは、送ってあるものを使う"
    yield f"  住民に{VARIANT_NAMES[plan.shown]}のメニューを出す"
    for one in plan.removed:
        yield f"  前のこたえのメニューを消す: {one.name}"
    if plan.before is None:
        yield f"  {HIDES_MANAGER}"


def _warn_of_missing_pages(menu: RichMenu) -> None:
    """Told before it is sent: in a disaster nobody has time to find out that a button only answers whom to ask."""
    if labels := without_page(menu):
        click.echo(
            f"{VARIANT_NAMES[menu.variant]}のメニューの「{'」「'.join(labels)}」は、市町村のページを開きません"
            "（質問として答えます）。職員用の画面の「リッチメニュー」で、ページのURLを入れられます"
        )


def _switch(kit: Services, channel: LineChannel, calls: MenuCalls, variant: Variant, consent: Consent) -> None:
    """One call: what is shown was sent before."""
    code, standing = channel.municipality_code, calls.standing()
    name = name_of(code, _menus(kit, code)[variant])
    own = [one for one in standing.menus if one.ours and (one.ours.code, one.ours.variant) == (code, variant)]
    found = next((one for one in own if one.name == name), own[-1] if own else None)
    if found is None:
        raise click.ClickException(
            f"{VARIANT_NAMES[variant]}のメニューは、まだ送っていません。先に --apply をしてください"
        )
    if found.name != name:
        click.echo("送ってあるのは、前の設定のものです。落ち着いたら --apply で送り直してください")
    if standing.default is not None and standing.default.id == found.id:
        click.echo(f"もう{VARIANT_NAMES[variant]}のメニューが出ています。何もしません")
        return
    theirs = standing.default if standing.default and standing.default.ours is None else None
    if theirs is not None:
        consent.to_replace(theirs)
    if standing.default is None:
        click.echo(HIDES_MANAGER)
    _warn_of_missing_pages(_menus(kit, code)[variant])
    consent.to(f"{channel.name} の LINE で、住民に{VARIANT_NAMES[variant]}のメニューを出しますか")
    show_one(calls, found.id, standing.default)
    click.echo(
        f"{VARIANT_NAMES[variant]}のメニューにしました。住民には、トークを開き直したときに出ます（1分ほどかかります）"
    )
    _note(kit, channel, "rich_menu_shown", variant, theirs)


def _remove(kit: Services, channel: LineChannel, calls: MenuCalls, consent: Consent) -> None:
    code, standing = channel.municipality_code, calls.standing()
    own = [one for one in standing.menus if one.ours and one.ours.code == code]
    if not own:
        click.echo("LINE に、こたえのメニューはありません。何もしません")
        return
    for one in own:
        click.echo(f"消すもの: {_told(one)}")
    consent.to(f"{channel.name} の LINE から、こたえのメニューをすべて消しますか")
    if standing.default in own:
        calls.show_none()
        click.echo("住民に出るメニューをなくしました（LINE Official Account Manager のものがあれば、それが出ます）")
    remove(calls, own, click.echo)
    _note(kit, channel, "rich_menu_removed", shown_now(standing), None)


def _note(kit: Services, channel: LineChannel, action: str, shown: Variant | None, replaced: Seen | None) -> None:
    details = {
        "shown": shown.value if shown else None,
        "replaced_menu": f"{replaced.name}（{replaced.id}）"[:200] if replaced else None,
    }
    with kit.database.writing() as session:
        audit.append(
            session,
            BY_COMMAND,
            action,
            at=now(),
            scope=channel.municipality_code,
            subject=channel.name,
            details=details,
        )


def _tell_all(kit: Services, channel: LineChannel, calls: MenuCalls) -> None:
    code = channel.municipality_code
    with kit.database.reading() as session:
        name = session.get_one(Municipality, code).name
    menus = _menus(kit, code)
    click.echo(f"【{channel.name}】{name}\n\n設定（職員用の画面の「リッチメニュー」）")
    for menu in menus.values():
        click.echo("\n".join(_described(menu)))
    click.echo("\nLINE にあるもの")
    click.echo("\n".join(_standing_lines(code, menus, calls.standing())))


def _described(menu: RichMenu) -> Iterator[str]:
    height = "高さ半分、" if menu.compact else ""
    yield f"  {VARIANT_NAMES[menu.variant]}（{height}下のバー「{menu.bar_text}」、{len(menu.areas)}か所）"
    for number, area in enumerate(menu.areas, 1):
        does = {Does.QUESTION: f"「{area.value}」と聞く", Does.LINK: f"{area.value} を開く"}.get(
            area.does, DOES_NAMES[area.does]
        )
        yield f"    {number} {area.label} … {does}"
    for fault in faults_of(menu).values():
        yield f"    × {fault}"


def _standing_lines(code: str, menus: Mapping[Variant, RichMenu], standing: Standing) -> Iterator[str]:
    names = {name_of(code, menu) for menu in menus.values() if not faults_of(menu)}
    shown = standing.default
    if shown is None:
        yield "  住民に出ているもの: API で決めたものはありません"
        yield "    （LINE Official Account Manager で作ったものは、ここからは見えません）"
    elif shown.ours is None:
        yield f"  住民に出ているもの: ほかで作られたもの {_told(shown)}"
    else:
        yield f"  住民に出ているもの: こたえの{VARIANT_NAMES[shown.ours.variant]}のメニュー（{_age(shown, names)}）"
    own = [one for one in standing.menus if one.ours and one.ours.code == code]
    for one in own:
        variant = VARIANT_NAMES[one.ours.variant] if one.ours else ""
        yield f"  送ってあるもの: {variant}のメニュー（{_age(one, names)}） {one.id}"
    others = len(standing.menus) - len(own)
    if others:
        yield f"  ほかで作られたもの: {others}件（こたえは触りません）"
    if not own or any(one.name not in names for one in own) or len(own) < len(names):
        yield "  → 設定のとおりにするには --apply"


def _age(one: Seen, names: set[str]) -> str:
    return "今の設定どおり" if one.name in names else "前の設定のもの"


def _told(one: Seen) -> str:
    if not one.name:
        return f"{one.id}（名前は分かりません）"
    return f"{one.id}（名前「{one.name}」、下のバー「{one.bar_text}」、{one.areas}か所）"
