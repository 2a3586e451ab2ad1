"""/metrics: for who has the word, of all processes together, never less than before, and never a resident's word."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app import create_app
from bot.operation import pulse
from bot.operation.metrics import FIGURES, METRICS, OTHER, Figures, count
from bot.operation.metrics_page import counted, page
from bot.operation.pulse import Heart
from bot.services import Services
from knowledge import heartbeats
from knowledge.calendar import now
from knowledge.heartbeats import SHOWN, WEB, all_figures

WORD = "0123456789abcdef" * 4
BEARER = {"Authorization": f"Bearer {WORD}"}
CANARY = "カナリア住吉町の田中花子"


@pytest.fixture
def measured(environment: dict[str, str]) -> Iterator[Flask]:
    made = create_app({**environment, "METRICS_TOKEN": WORD})
    yield made
    made.extensions["kotae"].database.dispose()


def read(client: FlaskClient) -> dict[str, float]:
    response = client.get("/metrics", headers=BEARER)
    assert response.status_code == 200
    return {
        f"{one.name}{sorted(one.labels.items())}": one.value
        for family in text_string_to_metric_families(response.text)
        for one in family.samples
    }


@pytest.mark.parametrize(
    "given", ["", "Bearer", f"Bearer {WORD}x", f"Basic {WORD}", f"bearer {WORD}", "Bearer 　\udcff"]
)
def test_without_the_word_nothing_is_told(measured: Flask, given: str) -> None:
    response = measured.test_client().get("/metrics", headers={"Authorization": given} if given else {})
    assert (response.status_code, response.text) == (401, "")


def test_where_no_word_is_set_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=BEARER).status_code == 404


def test_what_residents_write_is_counted_and_never_told(measured: Flask) -> None:
    client = measured.test_client()
    heart = Heart(measured.extensions["kotae"], WEB)
    before = FIGURES.snapshot()
    client.post("/242047/", data={"question": f"{CANARY}は住民票を取れますか"})
    client.post("/api/v1/242047/ask", json={"question": CANARY, "conversation": CANARY})
    client.get(f"/{CANARY}/")
    client.post(f"/line/{CANARY}/webhook", data=CANARY)
    heart.beat()
    response = client.get("/metrics", headers=BEARER)
    assert CANARY[:4] not in response.text
    found = read(client)
    assert sum(value for key, value in found.items() if key.startswith("kotae_answers_total")) >= 2
    assert found["kotae_database_up[]"] == 1.0
    assert found["kotae_processes[('process', 'web')]"] == 1.0
    assert FIGURES.snapshot() != before


def test_labels_come_from_closed_lists_alone() -> None:
    figures = Figures()
    for name, metric in METRICS.items():
        figures.count(name, 0.1, **dict.fromkeys(metric.labels, CANARY))
        with pytest.raises(KeyError):
            figures.count(name, 0.1, **dict.fromkeys(metric.labels, "200"), question=CANARY)
        assert all(re.fullmatch(r"[a-z0-9_]+", value) for values in metric.labels.values() for value in values)
    with pytest.raises(KeyError):
        figures.count(CANARY)
    assert CANARY not in str(figures.snapshot())
    labels = {
        value
        for family in text_string_to_metric_families(page(counted(figures.snapshot())).decode())
        for sample in family.samples
        for label, value in sample.labels.items()
        if label != "le"
    }
    assert labels == {OTHER}


def test_times_are_told_as_prometheus_reads_them() -> None:
    figures = Figures()
    for seconds in (0.004, 0.3, 99.0):
        figures.count("kotae_webhook_requests", seconds, status=200)
    families = {one.name: one for one in text_string_to_metric_families(page(counted(figures.snapshot())).decode())}
    found = {sample.labels.get("le"): sample.value for sample in families["kotae_webhook_requests_seconds"].samples}
    assert (found["0.005"], found["0.5"], found["50.0"], found["+Inf"]) == (1.0, 2.0, 2.0, 3.0)
    assert families["kotae_webhook_requests"].samples[0].value == 3.0


def test_sums_hold_with_two_processes_after_the_death_of_one_and_when_it_comes_back(
    monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    """Two workers count; one dies; its row is cleared away; it was only slow, and counts on."""
    kit: Services = app.extensions["kotae"]
    hearts, figures = [Heart(kit, WEB), Heart(kit, WEB)], [Figures(), Figures()]

    def beat(place: int) -> None:
        monkeypatch.setattr(pulse, "FIGURES", figures[place])
        hearts[place].beat()

    def total() -> float:
        with kit.database.reading() as session:
            return sum(value for key, value in all_figures(session).items() if "total" in key)

    for place, times in ((0, 3), (1, 4)):
        for _ in range(times):
            figures[place].count("kotae_faults", where="web")
        beat(place)
    assert total() == 7
    heartbeats.forget_dead(kit.database, now() + SHOWN * 2)
    assert total() == 7
    figures[1].count("kotae_faults", where="web")
    beat(1)
    assert total() == 8
    beat(1)
    assert total() == 8
    hearts[1].leave()
    assert total() == 8


def test_without_the_database_it_says_so_and_counts_nothing(measured: Flask) -> None:
    kit: Services = measured.extensions["kotae"]
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("DROP TABLE heartbeats")
    response = measured.test_client().get("/metrics", headers=BEARER)
    assert response.status_code == 200
    assert "kotae_database_up 0.0" in response.text
    assert "_total" not in response.text


def test_this_process_counts_for_itself() -> None:
    before = FIGURES.snapshot().get("kotae_faults|total|thread", 0)
    count("kotae_faults", where="thread")
    assert FIGURES.snapshot()["kotae_faults|total|thread"] == before + 1
