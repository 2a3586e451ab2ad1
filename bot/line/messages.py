"""A reply as LINE messages, within LINE's limits.

Everything stands inside the bubble, because quick replies vanish after a tap and do not show
on a PC; ``scaling`` follows the letter size that the resident has set in LINE.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import Any
from urllib.parse import quote

from bot.line.limits import (
    ALT_TEXT,
    BUBBLE_BYTES,
    DISPLAY_TEXT,
    FLEX_LABEL,
    QUICK_REPLIES,
    QUICK_REPLY_LABEL,
    TEXT,
    URI,
    cut,
    cut_label,
    json_bytes,
)
from bot.line.postbacks import postback_data
from bot.replies import Choice, Reply, StaffChatOffer, contact_sentence, hands_on, plain_text, ways_lines
from bot.taps import REASONS, Act, Tap
from bot.wording import say, speaking
from intents.decision import Decision
from knowledge.answers import Office, Ways
from knowledge.web_addresses import BadAddressError, ascii_address, host_of

Message = dict[str, Any]
Part = dict[str, Any]

_INK, _QUIET, _ACCENT, _PALE = "#1A1A1C", "#595959", "#0017C1", "#F1F1F4"
NO_LOG = "00000000-0000-0000-0000-000000000000"
"""The id for the buttons of a reply to a question that is not logged."""
_LONGEST_TEXT = 2000
"""UTF-16 units of one text in a bubble: far more than staff may write, far less than 30 KB."""


def render(reply: Reply, log_id: str) -> list[Message]:
    """The messages that show ``reply``.  ``log_id``: the logged question, for its buttons."""
    with speaking(reply.language):
        return _render(reply, log_id)


def _render(reply: Reply, log_id: str) -> list[Message]:
    if reply.decision is Decision.SMALLTALK and not reply.choices:
        return [text_message(plain_text(reply))]
    bubble = _fitting_bubble(reply, log_id)
    message: Message = {"type": "flex", "altText": _alt_text(reply), "contents": bubble}
    quick = _quick_replies(reply, log_id)
    if quick:
        message["quickReply"] = {"items": quick}
    return [message]


def text_message(text: str) -> Message:
    return {"type": "text", "text": cut(text, TEXT) or "…"}


def plain_fallback(reply: Reply) -> list[Message]:
    """The same reply as nothing but text, for the case that LINE refuses the bubble."""
    return [text_message(plain_text(reply))]


def _alt_text(reply: Reply) -> str:
    """What notifications, the chat list and screen readers say: the gist of the answer itself."""
    gist = "\n".join(filter(None, (reply.opening, reply.text)))
    if reply.choices:
        gist += "\n" + "\n".join(f"・{choice.title}" for choice in reply.choices)
    if reply.numbers:
        gist += "\n" + "\n".join(f"・{number.name} {number.number}" for number in reply.numbers)
    return cut(gist, 400) or cut(reply.title or "…", ALT_TEXT)


def _fitting_bubble(reply: Reply, log_id: str) -> Part:
    for longest in (_LONGEST_TEXT, 1000, 400):
        bubble = _bubble(reply, log_id, longest)
        if json_bytes(bubble) <= BUBBLE_BYTES:
            return bubble
    short = Reply(reply.decision, opening=reply.opening, text=cut(reply.text, 400), contact=reply.contact)
    return _bubble(short, log_id, 400)


def _bubble(reply: Reply, log_id: str, longest: int) -> Part:
    body = [
        *([_text(reply.opening, longest, weight="bold")] if reply.opening else []),
        *([_text(reply.title, 300, weight="bold", size="md")] if reply.title else []),
        *([_text(reply.text, longest)] if reply.text else []),
        *_fact_rows(reply.facts),
        *(_text(f"{number.name}\n{number.number}", 100, weight="bold") for number in reply.numbers),
        *_choice_boxes(reply.choices, log_id),
        *_small_print(reply),
    ]
    bubble: Part = {"type": "bubble", "size": "mega", "body": _column(body, "md")}
    footer = _footer(reply, log_id)
    if footer:
        bubble["footer"] = _column(footer, "sm")
    return bubble


def _text(text: str, longest: int = _LONGEST_TEXT, **style: Any) -> Part:
    return {
        "type": "text",
        "text": cut(text, longest),
        "wrap": True,
        "scaling": True,
        "color": _INK,
        "size": "sm",
    } | style


def _column(parts: list[Part], spacing: str) -> Part:
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": parts}


def _fact_rows(facts: Iterable[tuple[str, str]]) -> list[Part]:
    rows: list[Part] = [
        {
            "type": "box",
            "layout": "horizontal",
            "spacing": "md",
            "contents": [
                _text(name, 60, color=_QUIET, flex=2),
                _text(value, 300, flex=4),
            ],
        }
        for name, value in facts
    ]
    return [{"type": "separator"}, *rows] if rows else []


def _choice_boxes(choices: Iterable[Choice], log_id: str) -> list[Part]:
    """Choices as boxes, not buttons: a button cuts long Japanese off, a box wraps it."""
    boxes = [_choice_box(choice.title, Tap(Act.CHOOSE, log_id, choice.entry_id)) for choice in choices]
    if boxes:
        boxes.append(_choice_box(say("none_of_these_label"), Tap(Act.NONE_OF_THESE, log_id)))
    return boxes


def _choice_box(title: str, tap: Tap) -> Part:
    return {
        "type": "box",
        "layout": "vertical",
        "paddingAll": "12px",
        "cornerRadius": "8px",
        "backgroundColor": _PALE,
        "contents": [_text(title, 300, color=_ACCENT, weight="bold")],
        "action": _postback_action(title, tap, FLEX_LABEL),
    }


def _small_print(reply: Reply) -> list[Part]:
    lines = [f"{say('source_label')}：{_short_source(reply)}"] if reply.sources else []
    lines += reply.notes
    if reply.contact and (not reply.sources or hands_on(reply)):
        lines[:0] = [contact_sentence(reply.contact), *_written_ways(reply.ways)]
    return [{"type": "separator"}, *(_text(line, 300, size="xs", color=_QUIET) for line in lines)] if lines else []


def _written_ways(ways: Ways) -> list[str]:
    """As text to copy: LINE opens no e-mail from a button.  The form is a button of its own."""
    return ways_lines(replace(ways, form=None))


def _short_source(reply: Reply) -> str:
    return reply.answer.plan.short_title if reply.answer else reply.sources[0].plan


def _openable(url: str) -> str | None:
    """As LINE takes it: of a name or path in Japanese, too; None for what it would refuse the whole reply for."""
    try:
        address = ascii_address(url)
    except BadAddressError:
        return None
    return address if len(address) <= URI else None


def _link_buttons(links: Iterable[tuple[str, str]]) -> list[Part]:
    """A button each; below those that lead to one host, which it is: the button itself shows the label alone."""
    opened = [(host_of(url), label, address) for label, url in links if (address := _openable(url)) is not None]
    parts: list[Part] = []
    for host, there in groupby(opened, key=itemgetter(0)):
        parts += [
            _button({"type": "uri", "label": cut_label(label, FLEX_LABEL), "uri": address})
            for _, label, address in there
        ]
        parts.append(_text(f"{say('link_host_label')}：{host}", 300, size="xs", color=_QUIET))
    return parts


def _footer(reply: Reply, log_id: str) -> list[Part]:
    buttons = _link_buttons(reply.links)
    numbers = [(number.name, number.number) for number in reply.numbers if not number.number.startswith("#")]
    buttons += [_telephone_button(say("call", name=name), number) for name, number in numbers[:4]]
    if reply.answer and (office := _own_office(reply)) and office.telephone:
        buttons.append(_telephone_button(say("telephone_label"), office.telephone))
    if reply.answer:
        buttons.append(_pair(_more_button(reply, log_id), _contact_button(reply, log_id)))
    elif reply.contact and reply.contact.telephone and not reply.numbers:
        buttons.append(_telephone_button(say("telephone_label"), reply.contact.telephone))
    if reply.ways.form:
        buttons += _link_buttons([(say("way_form"), reply.ways.form)])
    if reply.staff_chat is StaffChatOffer.BEGIN:
        buttons.append(_postback_button(say("staff_chat_label"), Tap(Act.STAFF_CHAT, log_id)))
    if reply.staff_chat is StaffChatOffer.END:
        buttons.append(_postback_button(say("staff_chat_end_label"), Tap(Act.END_STAFF_CHAT, log_id)))
    if reply.asks_feedback:
        buttons.append(
            _pair(
                _postback_button(say("solved_label"), Tap(Act.SOLVED, log_id)),
                _postback_button(say("unsolved_label"), Tap(Act.UNSOLVED, log_id)),
            )
        )
    if reply.asks_why:
        taps = [_postback_button(say(f"why_{act.name.lower()}_label"), Tap(act, log_id)) for act in REASONS]
        buttons += [_text(say("why"), size="xs", color=_QUIET), _pair(*taps[:2]), _pair(*taps[2:])]
    return buttons


def _own_office(reply: Reply) -> Office | None:
    """The office that sees to an answer; of what the plan is silent on the one that is named instead."""
    return reply.contact if reply.decision is Decision.NONE or reply.answer is None else reply.answer.office


def _more_button(reply: Reply, log_id: str) -> Part:
    entry_id = reply.answer.entry_id if reply.answer else None
    return _postback_button(say("more_label"), Tap(Act.MORE, log_id, entry_id))


def _contact_button(reply: Reply, log_id: str) -> Part:
    entry_id = reply.answer.entry_id if reply.answer else None
    return _postback_button(say("contact_label"), Tap(Act.CONTACT, log_id, entry_id))


def _pair(left: Part, right: Part) -> Part:
    return {"type": "box", "layout": "horizontal", "spacing": "sm", "contents": [left, right]}


def _button(action: Part) -> Part:
    return {"type": "button", "style": "secondary", "height": "sm", "scaling": True, "action": action}


def _telephone_button(label: str, number: str) -> Part:
    digits = quote(number.replace("-", ""), safe="+")
    return _button({"type": "uri", "label": cut_label(label, FLEX_LABEL), "uri": f"tel:{digits}"})


def _postback_button(label: str, tap: Tap) -> Part:
    return _button(_postback_action(label, tap, FLEX_LABEL))


def _postback_action(label: str, tap: Tap, limit: int) -> Part:
    return {
        "type": "postback",
        "label": cut_label(label, limit),
        "data": postback_data(tap),
        "displayText": cut_label(label, DISPLAY_TEXT),
    }


def _quick_replies(reply: Reply, log_id: str) -> list[Part]:
    choices = [(choice.title, Tap(Act.CHOOSE, log_id, choice.entry_id)) for choice in reply.choices]
    if choices:
        choices.append((say("none_of_these_label"), Tap(Act.NONE_OF_THESE, log_id)))
    return [
        {"type": "action", "action": _postback_action(title, tap, QUICK_REPLY_LABEL) | {"displayText": title}}
        for title, tap in choices[:QUICK_REPLIES]
    ]
