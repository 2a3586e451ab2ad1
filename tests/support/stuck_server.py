"""gunicorn's configuration with a fault: calls to LINE never end, until a file says that they do."""

import os
import runpy
import time
from pathlib import Path

import bot.line.watchdog
from bot.line.client import LineClient

globals().update(runpy.run_path("gunicorn.conf.py"))
bot.line.watchdog.STUCK_SECONDS = 2.0
_reply = LineClient.reply


def _hanging(*given):
    while not (Path(os.environ["INSTANCE_PATH"]) / "well").exists():
        time.sleep(0.1)
    return _reply(*given)


LineClient.reply = _hanging
