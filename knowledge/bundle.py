"""The bundled knowledge: what a content folder may hold, and reading one.

A folder ``knowledge/content/<code>/`` describes one municipality in YAML.  The
models below are its schema; every error names file, line and field, because the
person who meets it is editing the file.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    StringConstraints,
    ValidationError,
    field_validator,
    model_serializer,
    model_validator,
)

from knowledge.application_terms import CLOSES, OPENS
from knowledge.email_addresses import checked_email
from knowledge.line_ids import checked_line_id
from knowledge.subject_names import subject_names
from knowledge.telephones import checked_telephone
from knowledge.translations import added_figures, lost_figures
from knowledge.web_addresses import checked_address

COMMON_PREFIX = "common-"
"""What the ids of common entries, of their source and of their offices begin with."""
MOST_LINKS = 3
CONTENT_ROOT = Path(__file__).parent / "content"

_SLOT = re.compile(r"\{[a-z][a-z0-9-]*\}")
"""As common entries hold it; in any other it would stand before residents as it is."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Telephone = Annotated[str, AfterValidator(checked_telephone)]
LineId = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20), AfterValidator(checked_line_id)]
Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100), AfterValidator(checked_email)]
HttpsUrl = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(checked_address)]
AsOf = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
FiscalYear = Annotated[int, Field(ge=1989, le=2100)]

Category = Literal[
    "オンライン手続き",
    "証明書・コンビニ交付",
    "マイナンバーカード",
    "アプリ・LINE・情報発信",
    "キャッシュレス",
    "デジタルの相談・講習",
    "子育て・学校",
    "防災・安全",
    "地域・産業・観光",
    "計画のあらまし",
    "目標と数値",
    "担当と推進体制",
    "市役所の仕事のデジタル化",
    "その他",
]

MAX_ANSWER = 420
MAX_FIRST_SENTENCE = 90
MAX_TRANSLATED_TITLE = 200
MAX_TRANSLATION = 1500
"""Other languages take more letters for the same."""

AnswerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10, max_length=MAX_ANSWER)]
TranslatedText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=5, max_length=MAX_TRANSLATION)]

ReplyLanguage = Literal["en", "easy", "zh", "ko", "pt", "vi", "tl", "ne"]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Source(Part):
    """Where in which plan a statement stands."""

    plan: Slug
    section: Line
    page: int | None = Field(default=None, ge=1)


class Link(Part):
    label: Annotated[str, StringConstraints(min_length=1, max_length=20)]
    url: HttpsUrl


class Facets(Part):
    """What a resident asks of a procedure.  ``None`` is a named empty slot, never a guess."""

    target: Line | None
    bring: Line | None
    fee: Line | None
    deadline: Line | None
    method: Line | None
    counter: Line | None
    branch: Line | None
    mail: Line | None
    proxy: Line | None
    delivery_days: Line | None
    online: Line | None


def _facet_lines(facets: Facets | None) -> list[str]:
    return [line for line in facets.model_dump().values() if line] if facets else []


class Explanation(Part):
    """Why a figure or a name of an entry is right though the cited section does not have it."""

    figure: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    why: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=200)]


class Item(Part):
    """What every kind of knowledge has."""

    id: Slug
    phrasings: list[Line] = Field(default_factory=list)
    source: Source
    department: Slug | None = None
    checked_on: dt.date
    recheck_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    explained: list[Explanation] = Field(default_factory=list)

    @model_validator(mode="after")
    def _dates_in_order(self) -> Item:
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError("valid_from は valid_until より後の日にできません")
        if self.recheck_on and self.recheck_on < self.checked_on:
            raise ValueError("recheck_on は checked_on より前の日にできません")
        return self

    @field_validator("phrasings")
    @classmethod
    def _no_repeats(cls, phrasings: list[str]) -> list[str]:
        repeated = [text for text, count in Counter(phrasings).items() if count > 1]
        if repeated:
            raise ValueError(f"同じ言い回しが二度あります: {repeated[0]}")
        return phrasings


class Translation(Part):
    """An entry in another language.  ``reviewed``: a fluent speaker has checked it."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TRANSLATED_TITLE)]
    answer: TranslatedText
    reviewed: bool = False
    before: TranslatedText | None = None
    after: TranslatedText | None = None

    @model_serializer(mode="wrap")
    def _as_written(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values: dict[str, Any] = serialize(self)
        return {name: value for name, value in values.items() if value is not None}


class ApplicationTerm(Part):
    """When one can apply, and what is said before and after.

    The text while it is open is the entry's ``answer``, which may be written here as ``open``.
    A first day needs ``before``, a last one ``after``.
    """

    opens: dt.date | None = Field(default=None, alias="from")
    closes: dt.date | None = Field(default=None, alias="until")
    before: AnswerText | None = None
    after: AnswerText | None = None

    @model_validator(mode="after")
    def _a_text_for_each_day(self) -> ApplicationTerm:
        if not (self.opens or self.closes):
            raise ValueError("from（受付の初日）か until（受付の最終日）を書いてください")
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("from は until より後の日にできません")
        for day, text, names in (
            (self.opens, self.before, "from（受付の初日）と before（受付前の文）"),
            (self.closes, self.after, "until（受付の最終日）と after（終了後の文）"),
        ):
            if (day is None) != (text is None):
                raise ValueError(f"{names}は、両方を書くか、どちらも書かないでください")
        return self

    @field_validator("before", "after")
    @classmethod
    def _short_first_sentence(cls, text: str | None) -> str | None:
        return text and _first_sentence_fits(text)

    @model_serializer(mode="plain")
    def _as_kept(self) -> dict[str, Any]:
        return {
            "from": self.opens and self.opens.isoformat(),
            "until": self.closes and self.closes.isoformat(),
            "before": self.before,
            "after": self.after,
        }


def _first_sentence_fits(text: str) -> str:
    first = re.split(r"(?<=。)|\n", text, maxsplit=1)[0]
    if len(first) > MAX_FIRST_SENTENCE:
        raise ValueError(f"最初の一文が長すぎます（{len(first)}字、{MAX_FIRST_SENTENCE}字まで）")
    return text


class Entry(Item):
    """A question that residents ask, and its curated answer.

    ``kind`` is ``procedure`` (something one applies for; has facets), ``plan`` (what the
    plan says) or ``silent`` (the plan says nothing; the answer says so and whom to ask).
    """

    kind: Literal["procedure", "plan", "silent"]
    category: Category
    question: Line
    answer: AnswerText
    term: ApplicationTerm | None = None
    facets: Facets | None = None
    links: list[Link] = Field(default_factory=list, max_length=MOST_LINKS)
    measure: str | None = None
    translations: dict[ReplyLanguage, Translation] = Field(default_factory=dict)

    @field_validator("phrasings")
    @classmethod
    def _enough_phrasings(cls, phrasings: list[str]) -> list[str]:
        if len(phrasings) < 5:
            raise ValueError(f"言い回しは5つ以上必要です（今は{len(phrasings)}）")
        return phrasings

    @field_validator("answer")
    @classmethod
    def _short_first_sentence(cls, answer: str) -> str:
        return _first_sentence_fits(answer)

    @model_validator(mode="before")
    @classmethod
    def _open_is_the_answer(cls, given: Any) -> Any:
        """``term.open`` moves to where the text while it is open is kept."""
        term = given.get("term") if isinstance(given, dict) else None
        if not isinstance(term, dict) or "open" not in term:
            return given
        if given.get("answer") not in (None, term["open"]):
            raise ValueError("受付中の文は、answer か term.open のどちらか一方に書いてください")
        rest = {name: value for name, value in term.items() if name != "open"}
        return given | {"answer": term["open"], "term": rest}

    @model_validator(mode="after")
    def _the_last_text_can_be_seen(self) -> Entry:
        if self.term and self.term.closes and self.valid_until and self.valid_until <= self.term.closes:
            raise ValueError("valid_until は term.until より後の日にしてください（終了後の文が表示されません）")
        return self

    @model_validator(mode="after")
    def _placeholders_are_known(self) -> Entry:
        term = self.term
        days = {OPENS: term and term.opens, CLOSES: term and term.closes}
        texts = [self.question, self.answer, *filter(None, (term.before, term.after) if term else ())]
        slots = [found.group() for text in (*texts, *_facet_lines(self.facets)) for found in _SLOT.finditer(text)]
        if slots and not self.id.startswith(COMMON_PREFIX):
            raise ValueError(f"{slots[0]} は共通の答えだけで使える穴埋めの印です。値を書いてください")
        for name, day in days.items():
            if not day and any(name in text for text in texts):
                raise ValueError(f"{name} を使うには、term にその日を書いてください")
        return self

    @model_validator(mode="after")
    def _facets_for_procedures_only(self) -> Entry:
        if (self.kind == "procedure") != (self.facets is not None):
            raise ValueError("facets は kind: procedure のときに書き、ほかのときは書きません")
        return self

    @model_validator(mode="after")
    def _figures_survive_translation(self) -> Entry:
        for language, translation in self.translations.items():
            for japanese, other in ((self.answer, translation.answer), (self.question, translation.title)):
                if lost := lost_figures(japanese, other):
                    raise ValueError(f"translations.{language} に、元の文の数字がありません: {'、'.join(lost)}")
            if added := added_figures(f"{self.question}\n{self.answer}", f"{translation.title}\n{translation.answer}"):
                raise ValueError(f"translations.{language} に、元の文にない数字があります: {'、'.join(added)}")
        return self

    @model_validator(mode="after")
    def _figures_survive_translation_in_each_phase(self) -> Entry:
        for language, translation in self.translations.items():
            for phase in ("before", "after"):
                japanese, other = getattr(self.term, phase, None), getattr(translation, phase)
                if other and not japanese:
                    raise ValueError(f"translations.{language}.{phase} は、term に {phase} があるときだけ書けます")
                if other and japanese and (faults := (lost_figures(japanese, other) or added_figures(japanese, other))):
                    raise ValueError(f"translations.{language}.{phase} の数字が、元の文と違います: {'、'.join(faults)}")
        return self


class Reading(Part):
    """One value of an indicator: what it was, or shall be, and when."""

    value: Annotated[str, StringConstraints(max_length=30)] | None
    fiscal_year: FiscalYear | None = None
    as_of: AsOf | None = None
    note: Line | None = None


class Break(Part):
    """From ``fiscal_year`` on an indicator is counted otherwise: values before and after are not one series."""

    fiscal_year: FiscalYear
    text: Line


class Indicator(Item):
    """A goal that the plan measures (成果指標・KPI・KGI)."""

    name: Line
    unit: Annotated[str, StringConstraints(max_length=10)]
    measure: str | None = None
    baseline: Reading | None
    interim: list[Reading] = Field(default_factory=list)
    target: Reading | None
    definition: Annotated[str, StringConstraints(max_length=200)] | None = None
    breaks: list[Break] = Field(default_factory=list)
    note: Annotated[str, StringConstraints(max_length=200)] | None = None

    @field_validator("breaks", mode="after")
    @classmethod
    def _one_a_year(cls, breaks: list[Break]) -> list[Break]:
        """In the order of the years."""
        years = [one.fiscal_year for one in breaks]
        if len(set(years)) < len(years):
            raise ValueError("同じ年度を二度書いています。一つにまとめてください")
        return sorted(breaks, key=lambda one: one.fiscal_year)


class Step(Part):
    fiscal_years: list[FiscalYear] = Field(min_length=1)
    text: Line


class ScheduleItem(Item):
    """A row of a plan's schedule: what is done in which fiscal years (年度)."""

    name: Line
    measure: str | None = None
    steps: list[Step]
    note: Annotated[str, StringConstraints(max_length=200)] | None = None


class Department(Item):
    """An office, or a body of the plan's organisation."""

    name: Line
    aliases: list[Line] = Field(default_factory=list)
    role: Annotated[str, StringConstraints(max_length=200)] | None = None
    telephone: Telephone | None = None
    extension: Annotated[str, StringConstraints(max_length=20)] | None = None
    fax: Telephone | None = None
    email: Annotated[str, StringConstraints(max_length=100)] | None = None
    address: Line | None = None


class Term(Item):
    """A word of the plan and what it means."""

    term: Line
    reading: Line | None = None
    aliases: list[Line] = Field(default_factory=list)
    meaning: Annotated[str, StringConstraints(min_length=5, max_length=240)]


class Measure(Part):
    """A measure (施策・取組) of the plan, by its number there."""

    number: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    title: Line
    parent: str | None = None
    department: Slug | None = None
    source: Source


class Plan(Part):
    """A plan document: its name, whether it is still a draft (案), and its period."""

    id: Slug
    title: Line
    short_title: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    draft: bool
    published: AsOf | None
    period_from: dt.date | None
    period_until: dt.date
    period_text: Line
    url: HttpsUrl | None = None
    kind: Literal["plan", "reference"] = "plan"
    text_file: Annotated[str, StringConstraints(pattern=r"^[\w.-]+$", max_length=100)] | None = None
    """The plan's text in the folder given to the source check."""


class Contact(Part):
    """Whom to ask when nothing fits.  A telephone, and a way without voice, only where a source prints it."""

    department: Slug
    telephone: Telephone | None
    form: HttpsUrl | None = None
    email: Email | None = None
    fax: Telephone | None = None


class SubjectOffice(Part):
    """Which office sees to a subject (intents/data/subjects.yaml); what is not known stays empty.

    ``department``: the id of a department, or the name of an office as residents know it.
    """

    subject: Slug
    department: Line | None = None
    telephone: Telephone | None = None
    url: HttpsUrl | None = None

    @field_validator("subject")
    @classmethod
    def _known(cls, subject: str) -> str:
        if subject not in subject_names():
            raise ValueError(f"知らない主題です: {subject}（使えるのは intents/data/subjects.yaml の id）")
        return subject


class SlotValue(Part):
    """What a municipality puts into a slot of the common entries, and where its plan says so."""

    value: Line
    source: Source
    checked_on: dt.date


class Municipality(Part):
    code: Code
    name: Line
    kana: Line
    prefecture: Line
    aliases: list[Line] = Field(default_factory=list)
    contact: Contact
    line_id: LineId | None = None
    privacy_url: HttpsUrl | None = None
    sample: bool
    searchable: bool = False
    examples: list[Slug] = Field(default_factory=list, max_length=8)
    common_off: list[Slug] = Field(default_factory=list)
    """The common entries that are not said here: the municipality has an entry of its own on the matter."""
    slots: dict[Slug, SlotValue] = Field(default_factory=dict)


@dataclass(frozen=True)
class Bundle:
    """One municipality's content folder, read and checked."""

    municipality: Municipality
    plans: tuple[Plan, ...]
    measures: tuple[Measure, ...]
    departments: tuple[Department, ...]
    entries: tuple[Entry, ...]
    indicators: tuple[Indicator, ...]
    schedule: tuple[ScheduleItem, ...]
    terms: tuple[Term, ...]
    subjects: tuple[SubjectOffice, ...] = ()

    def items(self) -> Iterator[Item]:
        yield from self.entries
        yield from self.indicators
        yield from self.schedule
        yield from self.departments
        yield from self.terms


class BundleError(ValueError):
    """A content folder does not fit the schema.  ``problems`` is a line per fault."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


# libyaml's parser reads the same, some ten times faster; not every platform's wheel brings it.
_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_Model = TypeVar("_Model", bound=Part)

_LISTS: Mapping[str, type[Part]] = {
    "plans": Plan,
    "measures": Measure,
    "departments": Department,
    "entries": Entry,
    "indicators": Indicator,
    "schedule": ScheduleItem,
    "terms": Term,
    "subjects": SubjectOffice,
}


def content_folders(root: Path = CONTENT_ROOT) -> list[Path]:
    """The municipalities' folders, in the order of their codes."""
    return sorted(path for path in root.iterdir() if path.is_dir() and re.fullmatch(r"\d{6}", path.name))


def read_bundle(folder: Path) -> Bundle:
    """Read one folder.  A list may be split: ``entries.yaml``, ``entries-card.yaml``, …

    Raises BundleError with every problem found, each naming file, line and field.
    """
    problems: list[str] = []
    municipality = _read_municipality(folder / "municipality.yaml", problems)
    lists: dict[str, list[Any]] = {}
    places: dict[int, str] = {}
    for stem, model in _LISTS.items():
        lists[stem] = []
        for path in sorted([*folder.glob(f"{stem}.yaml"), *folder.glob(f"{stem}-*.yaml")]):
            for place, item in read_list(path, model, problems):
                lists[stem].append(item)
                places[id(item)] = place
    _refuse_unknown_files(folder, problems)
    if not problems and municipality is not None:
        bundle = Bundle(municipality, **{stem: tuple(items) for stem, items in lists.items()})
        problems += _cross_check(bundle, folder, lambda item: places.get(id(item), str(folder)))
        if not problems:
            return bundle
    raise BundleError(problems)


def _read_municipality(path: Path, problems: list[str]) -> Municipality | None:
    node = _compose(path, problems)
    if node is None:
        return None
    return _validated(Municipality, node, path, problems)


def read_list(path: Path, model: type[_Model], problems: list[str]) -> Iterator[tuple[str, _Model]]:
    """The items of one file, each with its place; what does not fit goes to ``problems``."""
    node = _compose(path, problems)
    if node is None:
        return
    if not isinstance(node, yaml.SequenceNode):
        problems.append(f"{path.name}:{node.start_mark.line + 1}: 一覧（- で始まる行）が必要です")
        return
    for child in node.value:
        item = _validated(model, child, path, problems)
        if item is not None:
            yield f"{path.name}:{child.start_mark.line + 1}", item


def _compose(path: Path, problems: list[str]) -> yaml.Node | None:
    text = ""
    try:
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=_Parser)
    except FileNotFoundError:
        problems.append(f"{path}: ファイルがありません")
        return None
    except UnicodeDecodeError:
        problems.append(f"{path.name}: UTF-8 で保存してください")
        return None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.append(f"{path.name}:{line}: YAML として読めません（{error.problem}）")
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        problems.append(f"{path.name}:{line}: YAML として読めません（使えない文字 U+{error.character:04X}）")
        return None
    if node is None:
        problems.append(f"{path.name}:1: 空のファイルです")
    return node


def _validated(model: type[_Model], node: yaml.Node, path: Path, problems: list[str]) -> _Model | None:
    loader = _Loader("")
    try:
        return model.model_validate(loader.construct_document(node))
    except ValidationError as error:
        for fault in error.errors():
            field = ".".join(str(step) for step in fault["loc"]) or "（全体）"
            line = _line_of(node, fault["loc"])
            problems.append(f"{path.name}:{line}: {field}: {in_japanese(fault)}")
    except yaml.MarkedYAMLError as error:
        line = (error.problem_mark or node.start_mark).line + 1
        problems.append(f"{path.name}:{line}: YAML として読めません（{error.problem}）")
    return None


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key given twice, and leaves a day that does not exist to the schema."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"同じ項目名が二度あります: {name}", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)

    def construct_day(self, node: yaml.ScalarNode) -> object:
        try:
            return self.construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_day)


def in_japanese(fault: Mapping[str, Any]) -> str:
    """A pydantic fault as a sentence for the person who edits the file."""
    context = fault.get("ctx", {})
    sentence = _FAULTS.get(fault["type"])
    if sentence:
        return sentence.format(**context, given=fault.get("input"))
    if fault["type"] == "value_error":
        return str(context["error"])
    return f"値が正しくありません（{fault['msg']}）"


_FAULTS: Mapping[str, str] = {
    "missing": "必要な項目がありません",
    "extra_forbidden": "この項目名は使えません（つづりを確かめてください）",
    "string_too_long": "長すぎます（{max_length}字まで）",
    "string_too_short": "短すぎます（{min_length}字以上）",
    "string_pattern_mismatch": "書き方が決まりと違います: {given}",
    "string_type": '文字で書いてください（数字だけの値は "…" で囲みます）: {given}',
    "literal_error": "次のどれかにしてください: {expected}",
    "date_from_datetime_parsing": "日付は 2026-04-01 のように書きます: {given}",
    "date_type": "日付は 2026-04-01 のように書きます: {given}",
    "bool_type": "true か false と書きます: {given}",
    "bool_parsing": "true か false と書きます: {given}",
    "int_type": "数字で書いてください: {given}",
    "int_parsing": "数字で書いてください: {given}",
    "greater_than_equal": "{ge}以上にしてください: {given}",
    "less_than_equal": "{le}以下にしてください: {given}",
    "model_type": "「項目名: 値」の形で書きます",
    "list_type": "一覧（- で始まる行）で書きます",
    "too_long": "多すぎます（{max_length}個まで）",
    "too_short": "少なすぎます（{min_length}個以上）",
}


def _line_of(node: yaml.Node, location: Sequence[str | int]) -> int:
    """The line (from 1) of the deepest part of ``location`` that the file has."""
    for step in location:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            child = next((value for key, value in node.value if key.value == str(step)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            child = node.value[step]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def _refuse_unknown_files(folder: Path, problems: list[str]) -> None:
    """A misspelt file name would silently leave its answers out."""
    for path in sorted(folder.iterdir()):
        stem = path.stem.split("-", 1)[0]
        known = path.name == "municipality.yaml" or (path.suffix == ".yaml" and stem in _LISTS)
        if not known:
            problems.append(f"{path.name}: 知らないファイルです（{', '.join(_LISTS)} の .yaml だけが読まれます）")


def _cross_check(bundle: Bundle, folder: Path, place: Callable[[object], str]) -> list[str]:
    """What no single item can show: ids used twice, and references that lead nowhere."""
    problems = []
    if bundle.municipality.code != folder.name:
        problems.append(f"municipality.yaml: code: フォルダー名 {folder.name} と違います")
    problems += _repeated(bundle, place)
    problems += _subjects(bundle, place)
    plans = {plan.id for plan in bundle.plans}
    departments = {department.id for department in bundle.departments}
    measures = {measure.number for measure in bundle.measures}
    problems += [
        f"municipality.yaml: slots.{slot}.source.plan: plans.yaml にない id です: {given.source.plan}"
        for slot, given in bundle.municipality.slots.items()
        if given.source.plan not in plans
    ]
    if bundle.municipality.contact.department not in departments:
        problems.append("municipality.yaml: contact.department: departments.yaml にない id です")
    problems += [
        f"{place(item)}: id: common- で始まる id は、共通の内容だけが使えます: {item.id}"
        for item in bundle.items()
        if item.id.startswith("common-")
    ]
    placed: list[Item | Measure] = [*bundle.items(), *bundle.measures]
    entries = {entry.id for entry in bundle.entries}
    problems += [
        f"municipality.yaml: examples: entries.yaml にない id です: {example}"
        for example in bundle.municipality.examples
        if example not in entries and not example.startswith("common-")
    ]
    for item in placed:
        if item.source.plan not in plans:
            problems.append(f"{place(item)}: source.plan: plans.yaml にない id です: {item.source.plan}")
        if item.department and item.department not in departments:
            problems.append(f"{place(item)}: department: departments.yaml にない id です: {item.department}")
        measure = getattr(item, "measure", None)
        if measure and measure not in measures:
            problems.append(f"{place(item)}: measure: measures.yaml にない番号です: {measure}")
    return problems


def _subjects(bundle: Bundle, place: Callable[[object], str]) -> list[str]:
    """Subjects given twice, and departments by an id that leads nowhere."""
    problems = []
    departments = {department.id for department in bundle.departments}
    seen: dict[str, str] = {}
    for row in bundle.subjects:
        if row.subject in seen:
            problems.append(f"{place(row)}: subject: {seen[row.subject]} と同じ主題です: {row.subject}")
        seen[row.subject] = place(row)
        if row.department and re.fullmatch(r"[a-z0-9-]+", row.department) and row.department not in departments:
            problems.append(f"{place(row)}: department: departments.yaml にない id です: {row.department}")
    return problems


def _repeated(bundle: Bundle, place: Callable[[object], str]) -> list[str]:
    problems = []
    plans: dict[str, str] = {}
    for plan in bundle.plans:
        if plan.id in plans:
            problems.append(f"{place(plan)}: id: {plans[plan.id]} と同じ id です: {plan.id}")
        plans[plan.id] = place(plan)
    numbers: dict[str, str] = {}
    for measure in bundle.measures:
        if measure.number in numbers:
            problems.append(f"{place(measure)}: number: {numbers[measure.number]} と同じ番号です: {measure.number}")
        numbers[measure.number] = place(measure)
    ids: dict[str, str] = {}
    wordings: dict[str, str] = {}
    for item in bundle.items():
        if item.id in ids:
            problems.append(f"{place(item)}: id: {ids[item.id]} と同じ id です: {item.id}")
        ids[item.id] = place(item)
        question = getattr(item, "question", None)
        for wording in [*item.phrasings, *([question] if question else [])]:
            if wordings.get(wording, item.id) != item.id:
                problems.append(f"{place(item)}: phrasings: 「{wording}」は {wordings[wording]} にもあります")
            wordings[wording] = item.id
    return problems


def main() -> int:
    """Check content folders: ``python -m knowledge.bundle [FOLDER …]`` (all of them by default)."""
    folders = [Path(name) for name in sys.argv[1:]] or content_folders()
    faults = 0
    for folder in folders:
        try:
            bundle = read_bundle(folder)
        except BundleError as error:
            faults += len(error.problems)
            print(f"{folder.name}:", *error.problems, sep="\n  ")
        else:
            counts: Counter[str] = Counter(entry.kind for entry in bundle.entries)
            counts |= {stem: len(getattr(bundle, stem)) for stem in _LISTS if stem != "entries"}
            print(folder.name, bundle.municipality.name, *(f"{name}={count}" for name, count in counts.items()))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
