"""The municipality that a command names."""

from __future__ import annotations

import click
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from knowledge.db import Database
from knowledge.models import Municipality


def require_town(database: Database, code: str) -> str:
    """The name of the municipality ``code``; stops the command where there is none."""
    try:
        with database.reading() as session:
            name = session.scalar(select(Municipality.name).where(Municipality.code == code))
    except SQLAlchemyError as error:
        raise click.ClickException("データベースを読めません。make setup を実行してください") from error
    if name is None:
        raise click.ClickException(
            f"市町村 {code} がありません（6桁のコードか確かめ、`flask --app app knowledge load` を実行してください）"
        )
    return name
