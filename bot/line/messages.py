"""A reply as LINE messages, within LINE's limits.

Everything stands inside the bubble, because quick replies vanish after a tap and do not show
on a PC; ``scaling`` follows the letter size that the resident has set in LINE.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from bot.line.limits import (
    ALT_TEXT,
    BUBBLE_BYTES,
    FLEX_LABEL,
    QUICK_REPLIES,
    QUICK_REPLY_LABEL,
    TEXT,
    URI,
    cut,
    cut_label,
    graphemes,
    json_bytes,
    utf16_length,
)
from bot.line.panels import panel, small_print, told_first, whom
from bot.line.parts import (
    LONGEST_TEXT,
    QUIET,
    Part,
    beside,
    button,
    choice_box,
    column,
    postback_action,
    postback_button,
    rows,
    text_part,
)
from bot.readings import in_brackets, label_in_brackets, text_with_readings
from bot.replies import (
    Mode,
    Reply,
    Rule,
    StaffChatOffer,
    Step,
    contact_sentence,
    hands_on,
    offers_none_of_these,
    plain_text,
)
from bot.taps import REASONS, Act, Tap
from bot.wording import say, speaking
from intents.decision import Decision
from knowledge.answers import Office
from knowledge.web_addresses import BadAddressError, ascii_address, host_of

Message = dict[str, Any]

NOT_COUNTED: Mapping[str, str] = MappingProxyType({})
NO_LOG = "00000000-0000-0000-0000-000000000000"
"""The id for the buttons of a reply to a question that is not logged."""
_LONGEST_ROW = 300
_FEEDBACK = (Act.SOLVED, Act.UNSOLVED)
_SHORT_LABEL = 9
"""Letters of a button's label that stands beside another."""


def render(reply: Reply, log_id: str) -> list[Message]:
    """The messages that show ``reply``.  ``log_id``: the logged question, for its buttons."""
    with speaking(reply.language):
        return _render(reply, log_id)


def _render(reply: Reply, log_id: str) -> list[Message]:
    if reply.decision is Decision.SMALLTALK and not (reply.choices or reply.shelves or reply.steps or reply.modes):
        return [text_message(_read_text(reply))]
    bubble = _read_bubble(reply, log_id) or _fitting_bubble(replace(reply, readings=None), log_id)
    message: Message = {"type": "flex", "altText": _alt_text(reply), "contents": bubble}
    quick = _quick_replies(reply, log_id)
    if quick:
        message["quickReply"] = {"items": quick}
    return [message]


def text_message(text: str) -> Message:
    return {"type": "text", "text": cut(text, TEXT) or "…"}


def plain_fallback(reply: Reply) -> list[Message]:
    """The same reply as nothing but text, for the case that LINE refuses the bubble."""
    return [text_message(_read_text(reply))]


def _read_text(reply: Reply) -> str:
    """With ふりがな where it is wished for and there is room."""
    text = text_with_readings(reply)
    return text if utf16_length(text) <= TEXT else plain_text(reply)


def _read_bubble(reply: Reply, log_id: str) -> Part | None:
    """The bubble with ふりがな; None where it is not wished for, or there is no room for it."""
    if reply.readings is None:
        return None
    bubble = _bubble(in_brackets(reply, longest=LONGEST_TEXT, longest_row=_LONGEST_ROW), log_id, LONGEST_TEXT)
    return bubble if json_bytes(bubble) <= BUBBLE_BYTES else None


def _alt_text(reply: Reply) -> str:
    """What notifications, the chat list and screen readers say: the gist of the answer itself."""
    title = reply.title if reply.rule is Rule.BROWSING else None
    gist = "\n".join(filter(None, (reply.opening, title, reply.text)))
    listed = [one.title for one in reply.choices] + [one.label for one in reply.shelves]
    if reply.list_id:
        listed += [f"{name}：{value}" for name, value in reply.facts]
    if listed:
        gist += "\n" + "\n".join(f"・{line}" for line in listed)
    if reply.numbers:
        gist += "\n" + "\n".join(f"・{number.name} {number.number}" for number in reply.numbers)
    if reply.contact and hands_on(reply):
        gist += f"\n{contact_sentence(reply.contact)}"
    return cut(gist, 400) or cut(reply.title or "…", ALT_TEXT)


def _fitting_bubble(reply: Reply, log_id: str) -> Part:
    for longest in (LONGEST_TEXT, 1000, 400):
        bubble = _bubble(reply, log_id, longest)
        if json_bytes(bubble) <= BUBBLE_BYTES:
            return bubble
    short = Reply(reply.decision, opening=reply.opening, text=cut(reply.text, 400), contact=reply.contact)
    return _bubble(short, log_id, 400)


def _bubble(reply: Reply, log_id: str, longest: int) -> Part:
    """What answers stands out: the sentence made for the question, else the first of the answer."""
    first, rest = told_first(reply)
    heading: Part = {"color": QUIET} if first or reply.opening else {"weight": "bold", "size": "md"}
    body = [
        *([text_part(reply.opening, longest, weight="bold", size="md")] if reply.opening else []),
        *([text_part(reply.title, 300, **heading)] if reply.title else []),
        *([text_part(first, longest, weight="bold", size="md")] if first else []),
        *([text_part(rest, longest)] if rest else []),
        *panel(reply),
        *rows(reply.facts),
        *(text_part(f"{number.name}\n{number.number}", 100, weight="bold", size="md") for number in reply.numbers),
        *_choice_boxes(reply, log_id),
        *(choice_box(shelf.label, _tap_of(shelf), shelf.beside) for shelf in reply.shelves),
        *(choice_box(_mode_label(mode), _tap_to(mode)) for mode in reply.modes),
        *whom(reply),
        *small_print(reply),
    ]
    bubble: Part = {"type": "bubble", "size": "mega", "body": column(body, "md")}
    footer = _footer(reply, log_id)
    if footer:
        bubble["footer"] = column(footer, "sm")
    return bubble


def _choice_boxes(reply: Reply, log_id: str) -> list[Part]:
    return [choice_box(title, tap) for title, tap in _taps(reply, log_id)]


def _taps(reply: Reply, log_id: str) -> list[tuple[str, Tap]]:
    """The choices, and that none of them fits."""
    found = [(choice.title, Tap(Act.CHOOSE, log_id, choice.entry_id)) for choice in reply.choices]
    if offers_none_of_these(reply):
        found.append((say("none_of_these_label"), Tap(Act.NONE_OF_THESE, log_id)))
    return found


def _tap_of(step: Step) -> Tap:
    """Of no question: who looks on tells nothing of the answer to one."""
    return Tap(Act(step.to.value), None, step.place)


def _tap_to(mode: Mode) -> Tap:
    return Tap(Act(mode.act), None, mode.value)


def _mode_label(mode: Mode) -> str:
    return f"✓ {mode.label}" if mode.chosen else mode.label


def _step_buttons(steps: Iterable[Step]) -> Iterator[Part]:
    """Two beside each other where both labels are short."""
    waiting: list[tuple[str, Part]] = []
    for step in steps:
        label = f"{step.label}（{step.beside}）" if step.beside else step.label
        waiting.append((label, postback_button(label, _tap_of(step))))
    while waiting:
        pair = waiting[:2]
        if len(pair) == 2 and all(len(graphemes(label)) <= _SHORT_LABEL for label, _ in pair):
            yield beside(*(made for _, made in pair))
            del waiting[:2]
        else:
            yield waiting.pop(0)[1]


def _openable(url: str) -> str | None:
    """As LINE takes it: of a name or path in Japanese, too; None for what it would refuse the whole reply for."""
    try:
        address = ascii_address(url)
    except BadAddressError:
        return None
    return address if len(address) <= URI else None


def _link_buttons(links: Iterable[tuple[str, str]], through: Mapping[str, str] = NOT_COUNTED) -> list[Part]:
    """A button each; below those that lead to one host, which it is: the button itself shows the label alone."""
    found = ((host_of(url), label, _openable(through.get(url, url))) for label, url in links if _openable(url))
    opened = [(host, label, address) for host, label, address in found if address is not None]
    parts: list[Part] = []
    for host, there in groupby(opened, key=itemgetter(0)):
        parts += [
            button({"type": "uri", "label": cut_label(label, FLEX_LABEL), "uri": address})
            for _, label, address in there
        ]
        parts.append(text_part(f"{say('link_host_label')}：{host}", 300, size="xs", color=QUIET))
    return parts


def _footer(reply: Reply, log_id: str) -> list[Part]:
    buttons = _link_buttons(reply.links, dict(reply.through))
    numbers = [(number.name, number.number) for number in reply.numbers if not number.number.startswith("#")]
    buttons += [_telephone_button(say("call", name=name), number) for name, number in numbers[:4]]
    if reply.answer and (office := _own_office(reply)) and office.telephone:
        buttons.append(_telephone_button(say("telephone_label"), office.telephone))
    if reply.answer:
        buttons.append(beside(_more_button(reply, log_id), _contact_button(reply, log_id)))
    elif reply.contact and reply.contact.telephone and not reply.numbers:
        buttons.append(_telephone_button(say("telephone_label"), reply.contact.telephone))
    if reply.ways.form:
        buttons += _link_buttons([(say("way_form"), reply.ways.form)])
    if reply.staff_chat is StaffChatOffer.BEGIN:
        buttons.append(postback_button(label_in_brackets(reply, say("staff_chat_label")), Tap(Act.STAFF_CHAT, log_id)))
    if reply.staff_chat is StaffChatOffer.END:
        buttons.append(postback_button(say("staff_chat_end_label"), Tap(Act.END_STAFF_CHAT, log_id)))
    buttons += _step_buttons(reply.steps)
    if reply.asks_feedback:
        labels = [label_in_brackets(reply, say(key)) for key in ("solved_label", "unsolved_label")]
        pair = [postback_button(label, Tap(act, log_id)) for label, act in zip(labels, _FEEDBACK, strict=True)]
        # A button does not wrap: with their readings they stand below each other.
        buttons.append(beside(*pair) if reply.readings is None else column(pair, "sm"))
    if reply.asks_why:
        taps = [
            postback_button(label_in_brackets(reply, say(f"why_{act.name.lower()}_label")), Tap(act, log_id))
            for act in REASONS
        ]
        buttons += [text_part(say("why"), size="xs", color=QUIET), beside(*taps[:2]), beside(*taps[2:])]
    return buttons


def _own_office(reply: Reply) -> Office | None:
    """The office that sees to an answer; of what the plan is silent on the one that is named instead."""
    return reply.contact if reply.decision is Decision.NONE or reply.answer is None else reply.answer.office


def _more_button(reply: Reply, log_id: str) -> Part:
    entry_id = reply.answer.entry_id if reply.answer else None
    return postback_button(say("more_label"), Tap(Act.MORE, log_id, entry_id))


def _contact_button(reply: Reply, log_id: str) -> Part:
    entry_id = reply.answer.entry_id if reply.answer else None
    return postback_button(say("contact_label"), Tap(Act.CONTACT, log_id, entry_id))


def _telephone_button(label: str, number: str) -> Part:
    digits = quote(number.replace("-", ""), safe="+")
    return button({"type": "uri", "label": cut_label(label, FLEX_LABEL), "uri": f"tel:{digits}"})


def _quick_replies(reply: Reply, log_id: str) -> list[Part]:
    """The choices once more above the keyboard; cut to 20 letters, those that are looked through would tell nothing."""
    if reply.rule is Rule.BROWSING:
        return []
    modes = [(_mode_label(mode), _tap_to(mode)) for mode in reply.modes]
    return [
        {"type": "action", "action": postback_action(title, tap, QUICK_REPLY_LABEL) | {"displayText": title}}
        for title, tap in [*_taps(reply, log_id), *modes][:QUICK_REPLIES]
    ]
