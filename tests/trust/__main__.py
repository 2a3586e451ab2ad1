"""``python -m tests.trust <trial>``: the receive path at dose.  See docs/trust.md."""

from __future__ import annotations

import importlib
import signal
import sys

TRIALS = {
    "line": "tests.trust.line_process",
    "generator": "tests.trust.generator",
    "kills": "tests.trust.kills",
    "load": "tests.trust.load",
    "machines": "tests.trust.machines",
    "replay": "tests.trust.replay",
    "faults": "tests.trust.faults",
    "odds": "tests.trust.odds.trial",
    "outages": "tests.trust.outages",
    "power": "tests.trust.power",
    "proxy": "tests.trust.proxy",
    "table": "tests.trust.table",
}


def main() -> int:
    if len(sys.argv) < 2 or sys.argv[1] not in TRIALS:
        print(f"python -m tests.trust {{{'|'.join(TRIALS)}}}", file=sys.stderr)
        return 2
    # Told to end, a trial stops what it started; LINE and the sender of webhooks have ways of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    status: int = importlib.import_module(TRIALS[sys.argv[1]]).main(sys.argv[2:])
    return status


if __name__ == "__main__":
    sys.exit(main())
