"""The last resort: where no answer fits, what an approved section of a plan says, word for word.

A quotation is not an answer, and is never counted as one: the decision stays ``none``.
"""

from __future__ import annotations

from bot.replies import Reply, Rule, SourceLine, plan_notes
from bot.wording import say
from intents.decision import Decision
from knowledge.corpus import Knowledge
from knowledge.quotable import QuotableSection


def quotation_reply(knowledge: Knowledge, question: str, score: float | None) -> Reply | None:
    """A short quotation with its heading and page, and whom to ask; None where nothing may be quoted."""
    found = knowledge.quotable.quotation(question)
    if found is None:
        return None
    place = _place(found.section)
    sentences = (
        say("quotation"),
        f"「{found.text}」",
        say("quotation_place", plan=found.section.plan.short_title, heading=place),
        say("none_next", town=knowledge.town.name),
    )
    return Reply(
        Decision.NONE,
        text="\n".join(sentences),
        contact=knowledge.contact,
        sources=(SourceLine(found.section.plan.title, place, found.section.plan.url),),
        notes=plan_notes(knowledge, found.section.plan),
        score=score,
        rule=Rule.QUOTED,
    )


def _place(section: QuotableSection) -> str:
    heading = " › ".join(section.path[-2:]) or say("quotation_preface")
    return f"{heading}（{say('quotation_page', page=str(section.page))}）" if section.page else heading
