"""F20: three hundred hostile strings by LINE, each alone: answered within a second, within LINE's limits."""

from __future__ import annotations

from collections import Counter

from tests.support.hostile import hostile_strings
from tests.trust.judge import quantiles
from tests.trust.odds.finding import Finding
from tests.trust.odds.street import Street
from tests.trust.results import version_of
from tests.trust.stack import Shape, running

SECONDS = 1.0


def answered(engine: str, times: int) -> Finding:
    """``times`` changes nothing: all of them are sent."""
    strings = hostile_strings()
    found = Finding(dose=f"{len(strings)}の文字列を1件ずつ、LINE の応答は200ミリ秒")
    shape = Shape(engine, workers=1, senders=0, jobs=0, web_sender_threads=8)
    with running(shape) as stack:
        found.database = version_of(stack.database)
        street = Street(stack)
        for number in range(10):
            street.deliver([street.text("住民票 コンビニ", sender=9000 + number)])
            stack.wait_until_finished()
        took: dict[str, float] = {}
        for number, text in enumerate(strings):
            one = street.text(text, sender=1 + number)
            began = street.deliver([one])
            stack.wait_until_finished()
            accepted = [call for call in street.calls(one["webhookEventId"]) if call.accepted]
            found.hold("answered once", len(accepted) == 1, number, len(accepted))
            if accepted:
                took[str(number)] = accepted[0].at - began
        found.injections["strings"] = len(took)
        slow = {number: round(seconds, 2) for number, seconds in took.items() if seconds > SECONDS}
        found.hold("within a second", not slow, slow)
        shown = quantiles(took.values())
        found.figures |= {"seconds": {"p50": shown.p50, "p95": shown.p95, "max": shown.max}}
        refused = stack.line.ask("/state")["violations"]
        found.hold("every reply keeps to LINE's limits, in UTF-16", not refused, refused)
        states = Counter(street.states().values())
        found.hold("all end answered", set(states) == {"answered"}, dict(states))
        verdict = stack.verdict()
        found.hold("nothing is lost, answered twice or left open", verdict.sound, verdict.faults)
    return found
