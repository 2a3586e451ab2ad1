"""The migrations make the very tables that the models describe."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from knowledge.db import Database, is_current, migrate, migration_config
from knowledge.models import Base


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
