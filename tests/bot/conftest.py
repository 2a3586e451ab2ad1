"""One running site for all tests that only look at what it answers."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from app import create_app
from bot import demo_asking
from bot.conversation import answer
from bot.operation import readiness
from bot.services import Services
from intents.decision import Decision
from knowledge.bundle import read_bundle
from knowledge.calendar import now
from knowledge.common_content import common_content
from knowledge.corpus import Corpus, Knowledge
from knowledge.demo_wordings import Subject
from knowledge.loading import load_bundle
from tests.knowledge.small_town import write_town
from tests.support.filling import Filling

GOLD = Path(__file__).parent.parent / "data" / "gold"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, vectors_folder: Path, loaded_file: Path) -> Iterator[Flask]:
    instance = tmp_path_factory.mktemp("site")
    (instance / "vectors").symlink_to(vectors_folder)
    shutil.copy(loaded_file, instance / "kotae.db")
    made = create_app({"INSTANCE_PATH": str(instance), "SENDER_THREADS": "0"})
    yield made
    made.extensions["kotae"].database.dispose()


@pytest.fixture
def patient_readiness(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look may take longer than whoever asks in service waits, where a test's machine stands still."""
    monkeypatch.setattr(readiness, "WAIT_SECONDS", 20.0)


@pytest.fixture(scope="session")
def small_town(tmp_path_factory: pytest.TempPathFactory) -> Filling:
    """A municipality of two answers, with those of every municipality."""
    bundle = read_bundle(write_town(tmp_path_factory.mktemp("small") / "content"))
    return Filling("small_town", lambda database: load_bundle(database, bundle, now(), common_content()))


@pytest.fixture(params=["sqlite", "postgresql"])
def kit(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    vectors_folder: Path,
    database_url_maker: Callable[..., str],
    small_town: Filling,
) -> Iterator[Services]:
    """The services of an app with a small municipality, on both databases."""
    (tmp_path / "vectors").symlink_to(vectors_folder)
    url = database_url_maker(request.param, small_town)
    app = create_app({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": url, "SENDER_THREADS": "0", "JOBS": "0"})
    services: Services = app.extensions["kotae"]
    yield services
    services.database.dispose()


@pytest.fixture(scope="session", autouse=True)
def subjects_asked_once() -> Iterator[None]:
    """Before a demonstration year each of a hundred subjects is asked about: once for all tests of the same answers."""
    found: dict[tuple[frozenset[str], str], list[str]] = {}
    really = demo_asking.answers_of

    def remembered(knowledge: Knowledge, subject: Subject) -> list[str]:
        key = (frozenset(knowledge.answers), subject.id)
        if key not in found:
            found[key] = really(knowledge, subject)
        return found[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo_asking, "answers_of", remembered)
        yield


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    """A browser without JavaScript: it would keep a cookie, if it were given one."""
    return site.test_client()


@pytest.fixture
def runner(site: Flask) -> FlaskCliRunner:
    return site.test_cli_runner()


@pytest.fixture(scope="session")
def question_for(corpus: Corpus, site: Flask) -> dict[Decision, str]:
    """A question of 松阪市's gold set that is answered, one that gets choices, one that nothing at all fits.

    The same of what was learned and of the site, where nothing was.
    """
    rows = yaml.safe_load((GOLD / "242047.yaml").read_text(encoding="utf-8"))
    unlearned: Corpus = site.extensions["kotae"].corpus
    found: dict[Decision, str] = {}
    for row in rows:
        reply = answer(corpus.current("242047"), row["question"]).reply
        decision = reply.decision
        if decision is Decision.NONE and reply.answer is not None:
            continue  # an entry that says what the plan is silent on
        if answer(unlearned.current("242047"), row["question"]).reply.decision is decision:
            found.setdefault(decision, row["question"])
        if {Decision.ANSWER, Decision.SUGGEST, Decision.NONE} <= set(found):
            break
    return found
