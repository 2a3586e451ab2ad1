"""The tables."""

from knowledge.models.base import Base
from knowledge.models.curated import BundledDraft, Department, Entry, Indicator, ScheduleItem, Term
from knowledge.models.learned import Learned
from knowledge.models.line_event import LineEvent, QuarantinedBody, UnsentMessage
from knowledge.models.link_check import LinkCheck, LinkRound
from knowledge.models.municipality import Measure, Municipality, Plan
from knowledge.models.plan_section import PlanSection
from knowledge.models.query_log import Conversation, LoggedQuestion
from knowledge.models.slot_value import SlotValue
from knowledge.models.subject_office import SubjectOffice

__all__ = [
    "Base",
    "BundledDraft",
    "Conversation",
    "Department",
    "Entry",
    "Indicator",
    "Learned",
    "LineEvent",
    "LinkCheck",
    "LinkRound",
    "LoggedQuestion",
    "Measure",
    "Municipality",
    "Plan",
    "PlanSection",
    "QuarantinedBody",
    "ScheduleItem",
    "SlotValue",
    "SubjectOffice",
    "Term",
    "UnsentMessage",
]
