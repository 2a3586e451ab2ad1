"""Why a resident gets what he gets: for ためしに聞く.

The reply is the very one that ``conversation.answer`` makes; what is shown beside it is what was
weighed for it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from bot.circumstances import ANY_TIME, Circumstances
from bot.conversation import Outcome, answer
from bot.dialogue import NEW_DIALOGUE, Dialogue
from bot.replies import Rule, plain_text, saying_first
from intents.decision import Decision, Policy, Reason, Verdict, likelihood
from intents.facets import PHRASES, Facet
from intents.features import AskedWord, asked_words, holders_of
from intents.index import Index
from intents.judgements import Judgement, judgement
from intents.lexicon import is_concept
from intents.personal_data import mask
from intents.ranker import Candidate, Ranking
from intents.text import MAX_QUESTION, clean, shorten
from intents.understanding import Query
from knowledge.corpus import Knowledge

MOST_NEAR = 10
"""Words by which a search was widened that are shown, those that count most."""

_RULES: Mapping[Rule, str] = MappingProxyType(
    {
        Rule.EMERGENCY: "緊急のことばがあるので、まず窓口の番号を案内しました",
        Rule.SMALL_TALK: "あいさつなどで、質問ではないと見ました",
        Rule.PERSON: "人と話したい、または苦情と見て、窓口を案内しました",
        Rule.LANGUAGE: "返事の言葉を選ぶメッセージと見ました",
        Rule.CONTACT: "連絡先だけをたずねる質問と見て、担当の連絡先を案内しました",
        Rule.OTHER_TOWN: "ほかの市町村・都道府県の名前があるので、そちらを案内しました",
        Rule.LIST: "一覧をたずねる質問と見て、公開中の行を並べました",
        Rule.OPENING: "受付時間をたずねる質問と見て、設定した受付時間を答えました",
        Rule.PAUSED: "障害・災害モードで、この答えの案内を止めています",
        Rule.UNCLEAR: "何についてかが書かれていないので、聞き返しました",
        Rule.QUOTED: "合う答えがないので、計画の文をそのまま引用しました",
        Rule.JUDGEMENT: "一人ひとりの事情の判断や、専門家の助言を求める質問と見て、判断はせずに案内しました",
        Rule.BROWSING: "一覧から見たい人の言葉と見て、よくある質問や分類を示しました",
        Rule.DIALOGUE: "前のやりとりの続きと見ました",
    }
)
_REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.EXACT: "登録された聞き方とぴったり同じです",
        Reason.SURE: "確からしさ {score} が、答える基準 {answer_from} 以上です",
        Reason.ONLY: "質問のことばを全部持つ答えがこれだけで、確からしさ {score} が {suggest_from} 以上です",
        Reason.UNSURE: "確からしさ {score} が、答える基準 {answer_from} に足りないので、選択肢にしました",
        Reason.BROAD: "同じくらい合う答えがいくつもあるので、選択肢にしました",
        Reason.KEY_MISSING: "質問の中心のことばを持つ答えがないので、選択肢にしました",
        Reason.UNLIKELY: "いちばん近い答えの確からしさ {score} が、選択肢を出す基準 {suggest_from} に足りません",
        Reason.NOTHING_ALIKE: "質問のことばを持つ答えも、似た聞き方もありません",
        Reason.NO_CANDIDATE: "答えが一つもありません",
        Reason.SILENT_ON_IT: "「計画に書かれていない」と伝える答えが、この質問にいちばん近い聞き方です",
        Reason.TOLD_EVERYWHERE: "計画に書かれていないことで、市町村に共通の答えがあります",
        Reason.OF_SOMETHING_ELSE: "いちばん近い答えに、質問のことばの一部がないので、選択肢にしました",
        Reason.ANOTHER_HOLDS_MORE: "ほかに質問のことばをもっと持つ答えがあるので、選択肢にしました",
        Reason.ANOTHER_TELLS: "いちばん近い答えに書かれていないことが、ほかの答えにあるので、選択肢にしました",
        Reason.ANOTHER_IS_NAMED: "中心のことばが見出しにしかなく、それを問いに持つ答えがあるので、選択肢にしました",
        Reason.ONLY_DEFINES: "いちばん近いのは用語の説明で、質問はそれより多くをたずねているので、選択肢にしました",
        Reason.HAS_THE_FIGURE: "質問にある数値を目標に持つ指標が、これだけです",
        Reason.NONE_TELLS: "選択肢のどれも、たずねられたこと（金額や時間など）を伝えていないので、そう言います",
        Reason.ONE_TELLS: "選択肢のうち、たずねられたことを伝えているのは、これだけです",
        Reason.SAYS_AS_MUCH: "同じくらい合う答えのうち、質問のことばを順にすべて持つ言い方は、これだけです",
        Reason.ASKED_AT_THE_END: "質問の全体に合う答えがないため、質問の終わりの部分で探し、選択肢にしました",
    }
)

SIDES: Mapping[Facet, str] = {
    **PHRASES,
    Facet.METHOD: "方法",
    Facet.WHO: "だれが",
    Facet.HOURS: "時間",
    Facet.COUNT: "数",
    Facet.PERCENT: "割合",
    Facet.MEANING: "意味",
}
"""Every side that may be asked for, as staff read it."""


@dataclass(frozen=True)
class Synonym:
    """What was said, and the words that mean the same."""

    said: str
    same: tuple[str, ...]


@dataclass(frozen=True)
class Understood:
    """How the words of a question were taken.

    ``searched``: the words of it that are searched for, the question's part of a story alone.
    ``words``: those that count, with what they count; ``unknown``: those that stand in no answer.
    ``ignored``: those that say nothing here.  ``mended``: (as typed, as meant), where words were
    heard from kana or a slip was mended.  ``near``: words close in meaning, by which the search was widened.
    """

    searched: str
    words: tuple[tuple[str, float], ...]
    unknown: tuple[str, ...]
    ignored: tuple[str, ...]
    synonyms: tuple[Synonym, ...]
    mended: tuple[str, str] | None
    near: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class ShownCandidate:
    """``likelihood``: that it is right, taken alone; ``coverage``: the share of the question's words that it holds."""

    entry_id: str
    title: str
    likelihood: float
    points: float
    coverage: float
    exact: bool
    matched: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """``why``: sentences for staff, what decided first.  ``facet``: the side that was asked for, in a word.

    ``understood`` and ``candidates`` are empty where something else than the words of answers decided.
    """

    outcome: Outcome
    text: str
    rule: Rule
    reason: Reason | None
    why: tuple[str, ...]
    facet: str | None
    judgement: Judgement | None
    understood: Understood | None
    candidates: tuple[ShownCandidate, ...]


def explain(
    knowledge: Knowledge,
    raw: str,
    before: Dialogue = NEW_DIALOGUE,
    policy: Policy | None = None,
    language: str | None = None,
    around: Circumstances = ANY_TIME,
) -> Explanation:
    """What ``answer`` says with the same words, and why."""
    outcome = answer(knowledge, raw, before, policy, language, around)
    reply, verdict = outcome.reply, outcome.reply.verdict
    ranking = verdict.ranking if verdict else None
    facet = outcome.dialogue.facet if verdict else None
    return Explanation(
        outcome,
        plain_text(reply),
        reply.rule,
        verdict.reason if verdict else None,
        tuple(_why(reply.rule, reply.decision, verdict, policy or knowledge.town.policy)),
        SIDES[Facet(facet)] if facet else None,
        judgement(outcome.question) if reply.rule is Rule.JUDGEMENT else None,
        understood(knowledge.index, ranking.query) if ranking else None,
        _candidates(knowledge.index, ranking) if ranking else (),
    )


def explain_masked(
    knowledge: Knowledge, raw: str, public_numbers: Collection[str] = (), around: Circumstances = ANY_TIME
) -> tuple[Explanation, bool]:
    """The same for words that nobody has masked yet, as ``conversation.answer_masked`` answers them."""
    masked = mask(shorten(clean(raw), 2 * MAX_QUESTION), public_numbers=public_numbers)
    found = explain(knowledge, masked.text, around=around)
    if masked.found:
        reply = saying_first(found.outcome.reply, "personal_data")
        found = replace(found, outcome=replace(found.outcome, reply=reply), text=plain_text(reply))
    return found, masked.found


def _why(rule: Rule, decision: Decision, verdict: Verdict | None, policy: Policy) -> Iterator[str]:
    if rule in _RULES:
        yield _RULES[rule]
    if verdict is None:
        return
    if rule is Rule.WEIGHED and decision is Decision.NONE and verdict.decision is Decision.ANSWER:
        yield "「計画に書かれていない」と伝える答えを出しました（答えのない質問として数えます）"
    yield _REASONS[verdict.reason].format(
        score=f"{verdict.score:.0%}", answer_from=f"{policy.answer_from:.0%}", suggest_from=f"{policy.suggest_from:.0%}"
    )


def understood(index: Index, query: Query) -> Understood:
    """How ``query`` was taken apart against the words of ``index``."""
    terms = {column: term for term, column in index.vocabulary.items() if column in query.weights}
    near = [(terms[column], weight) for column, weight in query.weights.items() if column not in query.own]
    said = {token.normalized for token in query.tokens} | query.words.keys()
    widened = [(word, weight) for word, weight in near if not is_concept(word) and word not in said]
    widened.sort(key=lambda pair: -pair[1])
    contents = [token.normalized for token in query.tokens if token.content]
    return Understood(
        query.text,
        tuple(sorted(query.words.items(), key=lambda pair: -pair[1])),
        tuple(word for word in query.words if word not in index.vocabulary),
        tuple(dict.fromkeys(word for word in contents if word in index.ignored)),
        tuple(_synonyms(index, query)),
        _mended(query),
        tuple(widened[:MOST_NEAR]),
    )


def _synonyms(index: Index, query: Query) -> Iterator[Synonym]:
    named = [token.surface for token in query.tokens if token.naming]
    for concept, (start, end) in zip(query.terms.concepts, query.terms.spans, strict=True):
        group = index.lexicon.groups[int(concept[1:])]
        yield Synonym("".join(named[start:end]), tuple(group))


def _mended(query: Query) -> tuple[str, str] | None:
    typed = [token.normalized for token in query.typed if token.content]
    meant = [token.normalized for token in query.tokens if token.content]
    return (" ".join(typed), " ".join(meant)) if typed != meant else None


def _candidates(index: Index, ranking: Ranking) -> tuple[ShownCandidate, ...]:
    asked = asked_words(index, ranking.query)
    held = holders_of(index, asked)
    places = {document.id: place for place, document in enumerate(index.documents)}
    return tuple(_shown(one, asked, held[:, places[one.document.id]].tolist()) for one in ranking.candidates)


def _shown(candidate: Candidate, asked: list[AskedWord], held: list[bool]) -> ShownCandidate:
    features = candidate.features
    return ShownCandidate(
        candidate.document.id,
        candidate.document.question,
        likelihood(features, 0.0),
        candidate.points,
        features.coverage,
        candidate.exact,
        tuple(word.word for word, holds in zip(asked, held, strict=True) if holds),
        tuple(word.word for word, holds in zip(asked, held, strict=True) if not holds),
    )
