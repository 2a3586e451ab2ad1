"""gunicorn's configuration, with an eye on what is wrong that looks more often than every ten seconds.

For processes under faketime: its version 0.9.10 refuses every ``time.sleep`` of Python 3.11 (which sleeps until a
moment of the monotonic clock) where that clock is not to be moved.  Another call waits as long.
"""

import runpy
import select
import time

import bot.operation.pulse

globals().update(runpy.run_path("gunicorn.conf.py"))
bot.operation.pulse.INSPECT_SECONDS = 2.0
bot.operation.pulse.TELL_SECONDS = 1.0


def _sleep(seconds):
    select.select([], [], [], seconds)


time.sleep = _sleep
