"""The tables."""

from knowledge.models.accuracy import AccuracyItem, AccuracyLabel, AccuracySample, AccuracySetting
from knowledge.models.audit import AuditCheckpoint, AuditHead, AuditLine
from knowledge.models.base import Base
from knowledge.models.brought_file import BroughtFile
from knowledge.models.change_request import ChangeRequest
from knowledge.models.check_question import CheckQuestionRow
from knowledge.models.curated import BundledDraft, Department, Entry, Indicator, ScheduleItem, Term
from knowledge.models.demo_data import DemoData
from knowledge.models.entry_version import EntryVersion
from knowledge.models.erasure import Erasure, ErasureCode
from knowledge.models.forward import Forward
from knowledge.models.indicator_formula import IndicatorFormula
from knowledge.models.indicator_value import IndicatorValue
from knowledge.models.job import Job
from knowledge.models.learned import Learned
from knowledge.models.line_event import ChannelRest, LineEvent, QuarantinedBody, StaffChat, UnsentMessage
from knowledge.models.line_tester import LineTester
from knowledge.models.link_check import LinkCheck, LinkRound
from knowledge.models.link_click import LinkClick
from knowledge.models.log_file import LogFilePart
from knowledge.models.misguidance import Misguidance
from knowledge.models.municipality import Measure, Municipality, Plan
from knowledge.models.need import NeedCard, NeedEvent, NeedText
from knowledge.models.notice import Notice
from knowledge.models.office_account import OfficeIdentity, OfficeVisit
from knowledge.models.office_count import FormerOfficeCount, OfficeCount
from knowledge.models.opening import OpeningPlaceRow, SpecialDayRow
from knowledge.models.operation import Alert, AlertTelling, Heartbeat, LineConfirmation
from knowledge.models.organisation import OrganisationAssignment, OrganisationChange
from knowledge.models.outbox import StaffMail
from knowledge.models.period_count import CountedPeriod, FigureEvent, PeriodCorrection, PeriodCount
from knowledge.models.picture import Picture
from knowledge.models.plan_section import PlanSection
from knowledge.models.query_log import Conversation, LoggedQuestion
from knowledge.models.rate_window import RateWindow
from knowledge.models.report import ReportSettings, YearFact
from knowledge.models.resident_word import ResidentWord, ResidentWordChoice
from knowledge.models.retention import Retention
from knowledge.models.review import Review, ReviewRow
from knowledge.models.rich_menu import RichMenuRow
from knowledge.models.slot_value import SlotValue
from knowledge.models.staff import StaffAccount, StaffCode, StaffGrant
from knowledge.models.staff_session import SignInFailure, StaffSession
from knowledge.models.staff_word import StaffWord
from knowledge.models.subject_office import SubjectOffice
from knowledge.models.taken_import import TakenImport
from knowledge.models.unsaved_text import UnsavedText

__all__ = [
    "AccuracyItem",
    "AccuracyLabel",
    "AccuracySample",
    "AccuracySetting",
    "Alert",
    "AlertTelling",
    "AuditCheckpoint",
    "AuditHead",
    "AuditLine",
    "Base",
    "BroughtFile",
    "BundledDraft",
    "ChangeRequest",
    "ChannelRest",
    "CheckQuestionRow",
    "Conversation",
    "CountedPeriod",
    "DemoData",
    "Department",
    "Entry",
    "EntryVersion",
    "Erasure",
    "ErasureCode",
    "FigureEvent",
    "FormerOfficeCount",
    "Forward",
    "Heartbeat",
    "Indicator",
    "IndicatorFormula",
    "IndicatorValue",
    "Job",
    "Learned",
    "LineConfirmation",
    "LineEvent",
    "LineTester",
    "LinkCheck",
    "LinkClick",
    "LinkRound",
    "LogFilePart",
    "LoggedQuestion",
    "Measure",
    "Misguidance",
    "Municipality",
    "NeedCard",
    "NeedEvent",
    "NeedText",
    "Notice",
    "OfficeCount",
    "OfficeIdentity",
    "OfficeVisit",
    "OpeningPlaceRow",
    "OrganisationAssignment",
    "OrganisationChange",
    "PeriodCorrection",
    "PeriodCount",
    "Picture",
    "Plan",
    "PlanSection",
    "QuarantinedBody",
    "RateWindow",
    "ReportSettings",
    "ResidentWord",
    "ResidentWordChoice",
    "Retention",
    "Review",
    "ReviewRow",
    "RichMenuRow",
    "ScheduleItem",
    "SignInFailure",
    "SlotValue",
    "SpecialDayRow",
    "StaffAccount",
    "StaffChat",
    "StaffCode",
    "StaffGrant",
    "StaffMail",
    "StaffSession",
    "StaffWord",
    "SubjectOffice",
    "TakenImport",
    "Term",
    "UnsavedText",
    "UnsentMessage",
    "YearFact",
]
