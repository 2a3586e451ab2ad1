"""The real service in a process of its own, to be asked, stopped and killed."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """gunicorn with its senders, as ``make run`` starts it."""

    def __init__(self, environment: dict[str, str], port: int | None = None) -> None:
        self.port = port or free_port()
        self._environment = {
            "PATH": os.environ["PATH"],
            "PORT": str(self.port),
            "BASE_URL": f"http://127.0.0.1:{self.port}",
            "LOG_LEVEL": "WARNING",
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, *, wait: bool = True) -> None:
        gunicorn = [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "app:create_app()"]
        self._process = subprocess.Popen(
            gunicorn, cwd=ROOT, env=self._environment, start_new_session=True, stderr=subprocess.DEVNULL
        )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self, seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/readyz")
                status = connection.getresponse().status
                connection.close()
                if status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise TimeoutError("the service did not become ready")

    def worker(self) -> int:
        """The process that answers, a child of gunicorn's master."""
        assert self._process is not None
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return int(children[0])

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
