"""How gunicorn serves the app.  Threads that answer LINE start after the fork, never before."""

import contextlib
import os
import sys
from pathlib import Path

from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from bot.jobs_keeper import JobsKeeper, end_jobs
from bot.line.serving import start_beside_web
from bot.web import refusals

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "1"))


class Worker(ThreadWorker):
    """Threads, and answers of our own to what is no HTTP."""

    def handle_error(self, req, client, addr, exc):
        said = refusals.answer(exc)
        with contextlib.suppress(OSError):
            write_nonblock(client, said)


worker_class = Worker
threads = int(os.environ.get("WEB_THREADS", "16"))
timeout = 30
graceful_timeout = 10
keepalive = 5
limit_request_line = 8190
limit_request_field_size = 32768  # an odd signature header gets our 400, not an English 431
accesslog = None
control_socket_disable = True

_running = {}
_keepers = {}
_instance = Path(os.environ.get("INSTANCE_PATH") or "instance")


ONLY_RECEIVING_SWITCH_SECONDS = 0.03


def post_worker_init(worker):
    if os.environ.get("SENDER_THREADS") == "0":
        # Where nobody answers LINE, a burst is many threads that each have little to do: to take turns within that
        # costs more than to wait for it (make trust-load).
        sys.setswitchinterval(ONLY_RECEIVING_SWITCH_SECONDS)
    if os.environ.get("JOBS", "1") != "0":  # JOBS=0 where they run elsewhere
        _keepers[worker.pid] = JobsKeeper(_instance, worker.ppid)
        _keepers[worker.pid].start()
    _running[worker.pid] = start_beside_web(worker.wsgi, lambda: worker.alive)


def worker_exit(server, worker):
    keeper = _keepers.pop(worker.pid, None)
    if keeper is not None:
        keeper.stop()
    threads = _running.pop(worker.pid, None)
    if threads is not None:
        threads.stop()


def on_exit(server):
    end_jobs(_instance, server.pid)
