"""The real service in a process of its own, to be asked, stopped and killed."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


SERVERS_PORTS = range(10_240, 32_768)
"""Below those that Linux gives to whoever connects: else a call of anybody's may hold it before its server listens."""


def free_port() -> int:
    """One at which nobody listens now, seldom the same twice."""
    while True:
        port = random.SystemRandom().choice(SERVERS_PORTS)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Service:
    """gunicorn with its senders, as ``make run`` starts it."""

    def __init__(
        self,
        environment: dict[str, str],
        port: int | None = None,
        config: str = "gunicorn.conf.py",
        log: Path | None = None,
    ) -> None:
        """``log``: the file that what it says is added to; None: nobody reads it."""
        self.port = port or free_port()
        self._log = log
        self._environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            "RATE_CONVERSATION": "10000",
            "RATE_ADDRESS": "100000",
            "RATE_ALL": "1000000",
            "RATE_LINE_PERSON": "10000",
            **environment,
        }
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> None:
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", self._config, "app:create_app()"]
        with (self._log or Path(os.devnull)).open("ab") as log:
            self._process = subprocess.Popen(
                gunicorn, cwd=ROOT, env=self._environment, start_new_session=True, stderr=log
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                    connection.request("GET", "/readyz")
                    if connection.getresponse().status == 200:
                        return
            except OSError:
                pass
            time.sleep(0.05)
        raise TimeoutError("the service did not become ready")

    @property
    def pid(self) -> int:
        """gunicorn's master, which leads a group of its own."""
        assert self._process is not None
        return self._process.pid

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def children(self) -> list[int]:
        """The workers, and the jobs process where one runs beside them; none of a server that is gone."""
        try:
            return [int(one) for one in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]
        except FileNotFoundError:
            return []

    def worker(self) -> int:
        """The process that answers, a child of gunicorn's master."""
        return self.children()[0]

    def kill(self) -> None:
        """SIGKILL the whole group: master and workers at one blow."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """SIGTERM, as a deployment does; the exit status."""
        assert self._process is not None
        self._process.terminate()
        status = self._process.wait(30)
        self._process = None
        return status
