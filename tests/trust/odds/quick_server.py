"""gunicorn's configuration for a service whose clock is moved, and that looks for what is wrong every other second.

``time-machine`` moves what Python tells of the wall's clock, in C: also to those who took ``time.time`` before.
"""

import os
import runpy
import threading
import time
from pathlib import Path

import time_machine

import bot.operation.pulse

_READ_SECONDS = 0.2

_given = runpy.run_path("gunicorn.conf.py")
globals().update(_given)
bot.operation.pulse.INSPECT_SECONDS = 2.0
bot.operation.pulse.TELL_SECONDS = 1.0


def post_worker_init(worker):
    # By a number, since a moment with a time zone would set the zone of the process, too.
    moved = time_machine.travel(time.time(), tick=True).start()
    threading.Thread(target=_follow, args=(moved, Path(os.environ["MOVED_CLOCK"])), daemon=True).start()
    _given["post_worker_init"](worker)


def _follow(moved, file):
    ahead = 0
    while True:
        wanted = int(file.read_text())
        if wanted != ahead:
            moved.shift(wanted - ahead)
            ahead = wanted
        time.sleep(_READ_SECONDS)
