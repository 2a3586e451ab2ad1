"""The migrations make the very tables that the models describe."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from knowledge.db import Database, is_current, migrate, migration_config, open_database
from knowledge.models import Base
from tests.trust.migrations import kept, make, state

ROOT = Path(__file__).parent.parent.parent


def test_migrations_and_models_agree(database: Database) -> None:
    with database.reader.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(database: Database) -> None:
    migrate(database)
    assert is_current(database)


def test_every_migration_has_a_title_and_one_predecessor() -> None:
    scripts = list(ScriptDirectory.from_config(migration_config()).walk_revisions())
    assert scripts
    assert all(script.doc and script.doc[0].isupper() for script in scripts)
    assert sum(script.down_revision is None for script in scripts) == 1


@pytest.mark.parametrize(("engine", "statement"), [("sqlite", 2), ("sqlite", 60), ("postgresql", 40)])
def test_a_migration_killed_in_the_middle_leaves_the_tables_of_before(
    engine: str, statement: int, database_url_maker: Callable[[str], str], tmp_path: Path
) -> None:
    """A sample; ``make trust-migrations`` kills at every statement."""
    url = f"sqlite:///{tmp_path}/old.db"
    if engine == "postgresql":
        url = database_url_maker("postgresql")
        emptied = open_database(url)
        with emptied.writer.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        emptied.dispose()
    before = make(url, "0030", 2)
    # Started as its own process: what is killed must not be this one.
    ended = subprocess.run(
        [sys.executable, "-m", "tests.trust.migrations", "--die", url, str(statement)], cwd=ROOT, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert state(url) == ("0030", before)
    database = open_database(url)
    migrate(database)
    database.dispose()
    assert kept(before, state(url)[1])
