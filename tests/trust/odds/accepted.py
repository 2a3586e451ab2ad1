"""F03: killed after LINE took the reply and before it was noted: unconfirmed, and never a second answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

from tests.trust.line_process import Misbehaviour
from tests.trust.odds.finding import Finding
from tests.trust.odds.street import Street, seen
from tests.trust.results import version_of
from tests.trust.stack import Shape, running

QUESTION = "住民票はコンビニで取れますか"
TAKEN_THEN_SILENT = Misbehaviour("drip", 1.0, seconds=2.0)


def killed(engine: str, times: int) -> Finding:
    found = Finding(dose=f"LINE が受け取ってから答え終わるまでのあいだに、返信のプロセスを kill -9、{times}回")
    shape = Shape(engine, workers=1, senders=1, sender_threads=4, jobs=0, latency=0.05)
    with running(shape) as stack:
        found.database = version_of(stack.database)
        street, (sender,) = Street(stack), stack.senders
        street.deliver([street.text(QUESTION, sender=999)])
        stack.wait_until_finished()
        held, kills = [], 0
        for number in range(times):
            stack.line.ask("/faults", {"faults": [asdict(TAKEN_THEN_SILENT)]})
            one = street.text(QUESTION, sender=1 + number)
            street.deliver([one])
            held.append(one["webhookEventId"])
            taken = seen(lambda: any(call.accepted for call in street.calls(held[-1])), 30.0, 0.02)
            kills += taken and stack.kill_group(sender)
            stack.line.ask("/faults", {"faults": []})
            stack.wait_until_finished(40.0)
        found.injections["kill -9"] = kills
        states = street.states()
        ended = Counter(states.get(one, "lost") for one in held)
        found.hold("all end unconfirmed", ended == {"unconfirmed": times}, dict(ended))
        accepted = Counter(sum(call.accepted for call in street.calls(one)) for one in held)
        found.hold("LINE took each once", accepted == {1: times}, dict(accepted))
        again = [street.text(QUESTION, sender=1 + number) for number in range(times)]
        street.deliver(again)
        stack.wait_until_finished()
        said = [call.said for one in again for call in street.calls(one["webhookEventId"]) if call.accepted]
        sorry = sum("先ほどは" in words for words in said)
        found.hold("nobody is told that they went unanswered", sorry == 0 and len(said) == times, sorry, len(said))
        verdict = stack.verdict()
        found.hold("nothing is lost, answered twice or left open", verdict.sound, verdict.faults)
        found.figures |= {"states": dict(ended), "restarts": dict(stack.restarts)}
    return found
