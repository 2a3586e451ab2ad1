"""リッチメニュー: what stands at the foot of the chat in LINE, drawn as residents will see it.

Saving changes nothing on LINE: whoever runs the service sends it by ``line rich-menu``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from bot.console.entering import Answered
from bot.console.forms import tell, text
from bot.console.guard import actor, person, require
from bot.console.layout import town_or_404
from bot.line.rich_menu import BAR_TEXT, LABEL, faults_of
from bot.services import services
from knowledge import audit
from knowledge.calendar import now
from knowledge.rich_menus import (
    DEFAULTS,
    DOES_NAMES,
    ICONS,
    MOST_AREAS,
    VARIANT_NAMES,
    Area,
    Does,
    RichMenu,
    RichMenuChangedError,
    Variant,
    forget_rich_menu,
    mark_of,
    rich_menu,
    rich_menus,
    save_rich_menu,
    without_page,
)
from knowledge.roles import Role

blueprint = Blueprint("rich_menu", __name__)

MOST_VALUE = 1000
SIZES = (("", "大きい（画面の半分ほど。9つまで）"), ("1", "小さい（高さが半分。横に3つまで）"))
MEANINGS: Mapping[Variant, str] = {
    Variant.USUAL: "いつも出しておくメニューです。",
    Variant.DISASTER: (
        "災害のときに替えるメニューです。黒い地に大きい字で描きます。前もって送っておき、そのときは一度で替えます。"
    ),
}


@dataclass(frozen=True)
class Shown:
    """A menu on the page.  ``fault``: why it cannot be drawn; empty where it can."""

    menu: RichMenu
    name: str
    meaning: str
    fault: str
    is_own: bool
    asks_yet: tuple[str, ...]
    """The labels of areas that ask what a page of the municipality's tells better."""

    @property
    def alt(self) -> str:
        return f"{self.name}のメニューの絵。" + "、".join(area.label for area in self.menu.areas)


@blueprint.get("/<code>/rich-menu")
def index(code: str) -> str:
    town_or_404(code)
    with services().database.reading() as session:
        menus = rich_menus(session, code)
    return render_template(
        "console/rich_menu/index.html",
        code=code,
        shown=[_shown(menu) for menu in menus.values()],
        does=DOES_NAMES,
        asks=(Does.QUESTION, Does.LINK),
        may_write=person().reaches(Role.ADMIN, code, None),
    )


def _shown(menu: RichMenu) -> Shown:
    fault = next(iter(_faults(menu).values()), "")
    is_own = menu != DEFAULTS[menu.variant]
    return Shown(menu, VARIANT_NAMES[menu.variant], MEANINGS[menu.variant], fault, is_own, without_page(menu))


@blueprint.get("/<code>/rich-menu/<variant>/picture.png")
def picture(code: str, variant: str) -> Response:
    """The menu as it is configured, drawn now."""
    from bot.line.menu_drawing import MenuPictureError, png_of

    town_or_404(code)
    with services().database.reading() as session:
        menu = rich_menu(session, code, _variant_or_404(variant))
    try:
        return Response(png_of(menu), mimetype="image/png")
    except MenuPictureError:
        abort(404)


@blueprint.get("/<code>/rich-menu/<variant>")
def edit(code: str, variant: str) -> str:
    town_or_404(code)
    require(Role.ADMIN, code, None)
    with services().database.reading() as session:
        menu = rich_menu(session, code, _variant_or_404(variant))
    return _form(code, menu, _fields_of(menu), {})


@blueprint.post("/<code>/rich-menu/<variant>")
def save(code: str, variant: str) -> Answered:
    """Kept only if LINE would take it, and if it can be drawn."""
    town_or_404(code)
    require(Role.ADMIN, code, None)
    given = _given()
    menu = _menu_of(_variant_or_404(variant), given)
    errors = _faults(menu)
    if errors:
        return _form(code, menu, given, errors), 422
    try:
        with services().database.writing() as session:
            details = save_rich_menu(session, code, menu, text("mark", 16))
            _note(session, code, details)
    except RichMenuChangedError as error:
        return _form(code, error.now, given, {}, conflict=True), 409
    tell(
        f"{VARIANT_NAMES[menu.variant]}のメニューを保存しました。LINE には、まだ送っていません。"
        if details["before"] != details["after"]
        else "変わったところはありません。"
    )
    return redirect(url_for("console.rich_menu.index", code=code), 303)


@blueprint.post("/<code>/rich-menu/<variant>/default")
def use_default(code: str, variant: str) -> AnyResponse:
    """Go back to the menu that comes with the program."""
    town_or_404(code)
    require(Role.ADMIN, code, None)
    wanted = _variant_or_404(variant)
    try:
        with services().database.writing() as session:
            _note(session, code, forget_rich_menu(session, code, wanted, text("mark", 16)))
    except RichMenuChangedError:
        tell("ほかの人が先に変えていました。今の内容を確かめてから、もう一度押してください。")
        return redirect(url_for("console.rich_menu.edit", code=code, variant=variant), 303)
    tell(f"{VARIANT_NAMES[wanted]}のメニューを、はじめの内容に戻しました。LINE には、まだ送っていません。")
    return redirect(url_for("console.rich_menu.index", code=code), 303)


def _note(session: Session, code: str, details: Mapping[str, object]) -> None:
    if details["before"] != details["after"]:
        audit.append(session, actor(), "rich_menu_saved", at=now(), scope=code, details=details)


def _variant_or_404(variant: str) -> Variant:
    return Variant(variant) if variant in set(Variant) else abort(404)


def _faults(menu: RichMenu) -> dict[str, str]:
    """What LINE or the drawing would refuse, by the field of the menu's own areas."""
    from bot.line.menu_drawing import MenuPictureError, png_of

    faults = faults_of(menu)
    if faults:
        return faults
    try:
        png_of(menu)
    except MenuPictureError as error:
        return {f"label-{error.area or 1}": str(error)}
    return {}


def _given() -> dict[str, str]:
    """The form as it was sent, line breaks as blanks; lines that were left empty give way to those below them."""
    lines = [
        {name: " ".join(text(f"{name}-{number}", longest).split()) for name, longest in _FIELDS}
        for number in range(1, MOST_AREAS + 1)
    ]
    used = [line for line in lines if line["label"] or line["value"]]
    return {
        "bar_text": " ".join(text("bar_text", 100).split()),
        "compact": text("compact", 1),
        "mark": text("mark", 16),
        **{f"{name}-{number}": line[name] for number, line in enumerate(used, 1) for name in line},
    }


_FIELDS = (("label", 100), ("does", 20), ("value", MOST_VALUE), ("icon", 20))


def _menu_of(variant: Variant, given: Mapping[str, str]) -> RichMenu:
    areas = []
    for number in range(1, MOST_AREAS + 1):
        if (chosen := given.get(f"does-{number}")) is None:
            break
        does = Does(chosen) if chosen in set(Does) else Does.QUESTION
        value = given[f"value-{number}"] if does in (Does.QUESTION, Does.LINK) else ""
        areas.append(Area(given[f"label-{number}"], does, value, given[f"icon-{number}"]))
    return RichMenu(variant, given["bar_text"], tuple(areas), given["compact"] == "1")


def _fields_of(menu: RichMenu) -> dict[str, str]:
    fields = {"bar_text": menu.bar_text, "compact": "1" if menu.compact else "", "mark": mark_of(menu)}
    for number, area in enumerate(menu.areas, 1):
        fields |= {
            f"label-{number}": area.label,
            f"does-{number}": area.does.value,
            f"value-{number}": area.value,
            f"icon-{number}": area.icon,
        }
    return fields


def _form(
    code: str, menu: RichMenu, values: Mapping[str, str], errors: Mapping[str, str], *, conflict: bool = False
) -> str:
    """``conflict``: somebody else changed it to ``menu`` meanwhile; ``values`` are this person's."""
    from bot.line.menu_drawing import icon_png

    return render_template(
        "console/rich_menu/edit.html",
        code=code,
        variant=menu.variant.value,
        name=VARIANT_NAMES[menu.variant],
        mark=mark_of(menu) if conflict else values["mark"],
        values=values,
        errors=errors,
        conflict=conflict,
        theirs=menu.areas,
        numbers=range(1, MOST_AREAS + 1),
        does=[(one.value, words) for one, words in DOES_NAMES.items()],
        icons=list(ICONS.items()),
        samples=[(b64encode(icon_png(icon)).decode(), words) for icon, words in ICONS.items()],
        compact=menu.compact,
        can_be_drawn=not errors and not _faults(menu),
        sizes=SIZES,
        most_bar=BAR_TEXT,
        most_label=LABEL,
        most_value=MOST_VALUE,
    )
