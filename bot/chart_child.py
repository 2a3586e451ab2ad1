"""The process that draws charts: Altair and vl-convert take 110 MB, and go with it when it ends.

A list of ``{"chart": …, "png": bool}`` comes on standard input; a line of ``{"svg": …}`` or ``{"png": …}`` (base64,
null where this machine has no Japanese letters) goes out for each.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any


def main() -> None:
    from bot import chart_drawing
    from bot.charts import from_json

    for wanted in json.loads(sys.stdin.buffer.read()):
        svg = chart_drawing.svg(from_json(wanted["chart"]))
        if wanted["png"]:
            written = chart_drawing.can_write_japanese()
            _say({"png": base64.b64encode(chart_drawing.png(svg)).decode() if written else None})
        else:
            _say({"svg": svg})
    _say({"done": True})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(message).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
