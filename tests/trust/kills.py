"""T01: whoever is at work is killed, again and again, at moments that nobody chose; nothing may be lost or said twice.

On SQLite, whose engine lives in the processes that use it, the kill of a process in the middle of a transaction is
the kill of the database; with ``all`` every process that has the file open goes at one blow, so that the next to open
it must recover it.  On PostgreSQL a backend or the postmaster itself is killed, too.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress

from sqlalchemy import text

from tests.trust.processes import cpu_seconds
from tests.trust.results import Progress, parser, result_of, show, write
from tests.trust.stack import Shape, Stack, running

SHARES: Mapping[str, Mapping[str, float]] = {
    "sqlite": {"worker": 0.40, "sender": 0.40, "web": 0.07, "jobs": 0.05, "all": 0.08},
    "postgresql": {
        "worker": 0.33,
        "sender": 0.33,
        "web": 0.05,
        "jobs": 0.04,
        "all": 0.05,
        "backend": 0.14,
        "postmaster": 0.06,
    },
}
WHO = {
    "worker": "受信（gunicorn の働き手）",
    "sender": "返信（line send）",
    "web": "受信の全体（gunicorn の親と働き手）",
    "jobs": "仕事（jobs run）",
    "all": "すべてのプロセスを同時に",
    "backend": "PostgreSQL の一つの接続",
    "postmaster": "PostgreSQL の親",
}
MOMENTS = 0.3
"""Seconds within which, from a sign of life, the kill comes at any time."""
LIFE_SECONDS = 15.0
"""How long a sign of life is waited for: the kill of what does not work yet shows nothing."""
FEWEST_SECONDS = 3.0
"""Between two kills: who was killed before must come back in between, or it would be one long outage."""


def main(arguments: list[str]) -> int:
    options = parser("kills")
    options.add_argument("--kills", type=int, default=0, help="300 on SQLite, 150 on PostgreSQL")
    options.add_argument("--seconds", type=float, default=0, help="at most 1800; by default 12 for each kill")
    options.add_argument("--rate", type=float, default=50.0, help="events a second")
    given = options.parse_args(arguments)
    kills = given.kills or (300 if given.engine == "sqlite" else 150)
    seconds = min(1800.0, given.seconds or kills * 12.0)
    shape = Shape(given.engine)
    with running(shape, keep=given.keep) as stack:
        start_cpu = {child.name: round(sum(map(cpu_seconds, child.pids())), 1) for child in stack.children}
        print(f"  起動に使った CPU 秒: {start_cpu}")
        begun = time.monotonic()
        with stack.sending("kills", int(given.rate * (seconds + 600)), given.rate) as generator:
            killing = Killing(stack, given.seed)
            done = killing.run(kills, seconds, generator)
            lasted = time.monotonic() - begun
        print(f"  殺し終えました（{lasted:.0f} 秒）。残りが終わるのを待っています")
        stack.wait_until_finished()
        verdict = stack.verdict()
        state = stack.line.ask("/state")
        show(verdict)
        result = result_of(
            "kills",
            shape,
            stack.database,
            verdict,
            dose={"kills": done.total(), "seconds": round(lasted), "rate": given.rate, "seed": given.seed},
            kills=dict(done),
            kills_without_life=killing.lifeless,
            restarts=dict(stack.restarts),
            start_cpu_seconds=start_cpu,
            line={name: state[name] for name in ("calls", "accepted", "loading", "refusals")},
        )
    for kind, count in sorted(done.items()):
        print(f"  {WHO[kind]}: {count}回")
    if killing.lifeless:
        print(f"  そのうち、まだ動きがないうちに: {killing.lifeless}回")
    print(f"  {write(result, given.out)}（{result['commit']}）")
    return 0 if verdict.sound else 1


class Killing:
    """A row of kills at a pace; stopped by Ctrl+C, what was done until then is judged all the same."""

    def __init__(self, stack: Stack, seed: int, shares: Mapping[str, float] | None = None) -> None:
        self._stack = stack
        self._shares = shares or SHARES[stack.shape.engine]
        self.lifeless = 0
        """Kills without a sign of life before them."""
        self._choose = random.Random(seed)
        self._progress = Progress()

    def run(self, kills: int, seconds: float, generator: subprocess.Popen[bytes]) -> Counter[str]:
        done: Counter[str] = Counter()
        kinds = self._kinds(kills)
        begun = time.monotonic()
        try:
            time.sleep(2)
            for number, kind in enumerate(kinds):
                left = begun + seconds - time.monotonic()
                if left <= 0 or generator.poll() is not None:
                    break
                time.sleep(max(FEWEST_SECONDS, left / (kills - number)) * self._choose.uniform(0.6, 1.4))
                self.lifeless += not self._wait_for_life()
                time.sleep(self._choose.uniform(0, MOMENTS))
                done[kind] += self._kill(kind)
                self._say(number + 1, kills, begun)
        except KeyboardInterrupt:
            print("\n  止めます。ここまでを判定します")
        self._progress.end()
        return done

    def _kinds(self, kills: int) -> Sequence[str]:
        """Each kind by its share, at least once; in any order."""
        shares = self._shares
        found = [kind for kind, share in shares.items() for _ in range(max(1, round(share * kills)))]
        self._choose.shuffle(found)
        while len(found) < kills:
            found.append(self._choose.choice(list(shares)))
        return found[:kills]

    def _wait_for_life(self) -> bool:
        """Until LINE is asked for a reply; whether it was, before the time was over."""
        before, end = self._work(), time.monotonic() + LIFE_SECONDS
        while self._work() == before:
            if time.monotonic() > end:
                return False
            time.sleep(0.005)
        return True

    def _work(self) -> int:
        with suppress(OSError):
            return self._stack.ledger.stat().st_size
        return 0

    def _kill(self, kind: str) -> bool:
        """Whether there was somebody to kill."""
        stack = self._stack
        match kind:
            case "worker":
                return _kill_one(next(iter(self._choose.choice(stack.webs).workers()), None))
            case "sender":
                return stack.kill_group(min(stack.senders, key=lambda one: one.started))
            case "web":
                return stack.kill_group(self._choose.choice(stack.webs))
            case "jobs":
                return stack.kill_group(self._choose.choice(stack.jobs))
            case "all":
                killed = [stack.kill_group(child) for child in stack.children]
                self._look_at_file()
                return any(killed)
            case "backend" if stack.postgres:
                return stack.postgres.kill_backend(self._choose)
            case "postmaster" if stack.postgres:
                return stack.postgres.kill_postmaster()
        return False

    def _look_at_file(self) -> None:
        """What all left behind at one blow must be whole at once."""
        if self._stack.database.is_sqlite:
            with self._stack.database.reading() as session:
                said = session.execute(text("PRAGMA quick_check")).scalar_one()
            if said != "ok":
                raise AssertionError(f"quick_check: {said}")

    def _say(self, number: int, kills: int, begun: float) -> None:
        state = self._stack.line.ask("/state")
        minutes, seconds = divmod(int(time.monotonic() - begun), 60)
        self._progress.say(
            f"{number}/{kills} 回　{minutes:02}:{seconds:02}　送った {state['tokens']:,}　返信 {state['accepted']:,}"
        )


def _kill_one(pid: int | None) -> bool:
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
        return True
    return False
