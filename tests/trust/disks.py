"""A small disk of a trial's own, that can be full: a tmpfs, where whoever runs it may mount one (root)."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path

_MANY, _FEW = b"\0" * (1 << 20), b"\0" * 4096


class Disk:
    """At ``folder``.  Where nothing can be mounted it is a plain folder, which ``is_small`` tells."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        folder.mkdir()
        self.folder = folder
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        )
        self.is_small = done.returncode == 0

    def fill(self) -> None:
        """Until not one page more finds room; again, where some became free since."""
        assert self.is_small
        place = os.open(self.folder / "filler", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            for piece in (_MANY, _FEW):
                with suppress(OSError):
                    while os.write(place, piece) == len(piece):
                        pass
        finally:
            os.close(place)

    def empty(self) -> None:
        (self.folder / "filler").unlink(missing_ok=True)

    def remove(self) -> None:
        unmount(self.folder)
        self.is_small = False


def unmount(folder: Path) -> None:
    """Where something is mounted."""
    if folder.is_mount():
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
