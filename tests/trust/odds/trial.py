"""Every fault that no other trial injects often enough, each at least twenty times: ``make trust-odds``.

Each runs in a process of its own, and leaves a JSON file of its own.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import time
import traceback
from collections.abc import Callable

from tests.support.server import ROOT
from tests.trust.odds.finding import Finding
from tests.trust.results import circumstances, parser, write

TRIALS = {
    "F03": "accepted.killed",
    "F08": "refused.body",
    "F09": "refused.channel",
    "F10": "refused.calls",
    "F12": "tokens.expired",
    "F14": "order.shuffled",
    "F19": "kinds.unreadable",
    "F20": "strings.answered",
    "F21": "indexes.reloaded",
    "F24": "clocks.jumping",
    "F25": "stuck.replaced",
    "F26": "restarts.rolling",
    "F28": "clicks.doubled",
    "T17": "clocks.days",
}


def main(arguments: list[str]) -> int:
    options = parser("odds")
    options.add_argument("--only", default="", help=f"comma-separated, of {', '.join(TRIALS)}")
    options.add_argument("--times", type=int, default=20, help="how often each fault is injected")
    given = options.parse_args(arguments)
    wanted = given.only.split(",") if given.only else list(TRIALS)
    if unknown := set(wanted) - TRIALS.keys():
        options.error(f"unknown: {', '.join(sorted(unknown))}")
    if len(wanted) == 1:
        return _one(wanted[0], given)
    # Some of them change the program that they run in: each gets a fresh one.
    begun = [sys.executable, "-m", "tests.trust", "odds", "--engine", given.engine, "--times", str(given.times)]
    ended = {
        one: subprocess.run([*begun, "--out", str(given.out), "--only", one], cwd=ROOT, check=False) for one in wanted
    }
    bad = [name for name, done in ended.items() if done.returncode]
    print(f"{given.engine}: {len(ended)} のうち {len(bad)} が健全でない {' '.join(bad)}")
    return 1 if bad else 0


def _one(name: str, given: argparse.Namespace) -> int:
    module, _, function = TRIALS[name].partition(".")
    trial: Callable[[str, int], Finding] = getattr(importlib.import_module(f"tests.trust.odds.{module}"), function)
    begun = time.monotonic()
    try:
        found = trial(given.engine, given.times)
        found.injected_enough(given.times)
    except Exception as error:
        traceback.print_exc()
        found = Finding(missed=[f"{type(error).__name__}: {error}"[:300]])
    seconds = round(time.monotonic() - begun)
    result = {
        **circumstances("odds", given.engine, found.database),
        "fault": name,
        "command": f'make trust-odds ENGINES={given.engine} DOSE="--only {name} --times {given.times}"',
        "dose": found.dose,
        "injections": found.injections,
        "figures": found.figures,
        "missed": found.missed,
        "seconds": seconds,
        "sound": not found.missed,
    }
    print(f"{name} {given.engine}: {found.dose}、{seconds} 秒")
    print(f"  注入 {found.injections}\n  {found.figures}")
    for words in found.missed:
        print(f"  ✗ {words}")
    path = write(result, given.out, f"odds-{name}")
    print(f"  判定: {'健全' if result['sound'] else '健全でない'}（{path.name}、{result['commit']}）", flush=True)
    return 0 if result["sound"] else 1
