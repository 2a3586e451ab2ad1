"""What a command says where the database is of another version, or away: a sentence instead of a traceback."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from bot.services import services
from knowledge.db import is_current

_AWAY = "データベースにつながりません。DATABASE_URL の行き先が動いているか確かめてください"
_OTHER_VERSION = (
    "データベースの表が、このプログラムの版と合っていません。"
    "サービスを止めて flask --app app upgrade を打ってください（先にバックアップをとります）"
)


def explain_database_faults(command: click.Command) -> None:
    """Make ``command``, and all below it, say what is wrong with the database as a whole; to be called once each."""
    if isinstance(command, click.Group):
        for one in command.commands.values():
            explain_database_faults(one)
    elif command.callback is not None:
        command.callback = _explaining(command.callback)


def _explaining(callback: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(callback)
    def explained(*args: Any, **options: Any) -> Any:
        try:
            return callback(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            if told := _fault():
                raise click.ClickException(told) from error
            raise

    return explained


def _fault() -> str | None:
    """What is wrong with the whole database; None where the fault is another."""
    try:
        return None if is_current(services().database) else _OTHER_VERSION
    except OperationalError:
        return _AWAY
