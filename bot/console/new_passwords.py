"""The two fields of a form in which a password is chosen."""

from __future__ import annotations

from bot.console.forms import text
from bot.console.layout import all_towns
from knowledge.passwords import LONGEST, PasswordRefusedError, check_password


def password_errors(*about: str) -> dict[str, str]:
    """What is wrong with ``password`` and ``again``.  ``about``: names of the person."""
    password = text("password", LONGEST + 1)
    towns = [part for town in all_towns() for part in (town.name, town.name[:-1], town.code)]
    try:
        check_password(password, [*about, *towns])
    except PasswordRefusedError as error:
        return {"password": str(error)}
    if password != text("again", LONGEST + 1):
        return {"again": "二つのパスワードが同じではありません。もう一度入力してください。"}
    return {}
