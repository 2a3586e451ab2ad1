"""How gunicorn serves the app.  Threads that answer LINE start after the fork, never before."""

import os
import subprocess
import sys

from bot.line.serving import start_beside_web

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_WORKERS", "1"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
timeout = 30
graceful_timeout = 10
keepalive = 5
limit_request_line = 8190
limit_request_field_size = 32768  # an odd signature header gets our 400, not an English 431
accesslog = None
control_socket_disable = True

_running = {}
_jobs = []


def when_ready(server):
    # One jobs process beside the first web server; JOBS=0 where they run elsewhere.
    if os.environ.get("JOBS", "1") != "0":
        command = [sys.executable, "-m", "flask", "--app", "app", "jobs", "run", "--beside", str(os.getpid())]
        _jobs.append(subprocess.Popen(command, preexec_fn=lambda: os.nice(10)))  # noqa: S603 - our own words only


def on_exit(server):
    for process in _jobs:
        process.terminate()
        process.wait(10)


def post_worker_init(worker):
    _running[worker.pid] = start_beside_web(worker.wsgi)


def worker_exit(server, worker):
    threads = _running.pop(worker.pid, None)
    if threads is not None:
        threads.stop()
