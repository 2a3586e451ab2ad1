"""What every response carries, errors included; and whether the service can serve."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from gunicorn.http import errors

from app import create_app
from bot.services import Services
from bot.web import refusals

REQUESTS = [
    pytest.param("GET", "/", 200, id="index"),
    pytest.param("GET", "/242047/", 200, id="chat"),
    pytest.param("POST", "/242047/", 200, id="a question"),
    pytest.param("GET", "/242047/privacy", 200, id="privacy"),
    pytest.param("GET", "/242047", 308, id="redirect"),
    pytest.param("GET", "/242047/none", 404, id="not found"),
    pytest.param("GET", "/static/none.js", 404, id="no such file"),
    pytest.param("POST", "/", 405, id="wrong method"),
    pytest.param("POST", "/api/v1/242047/ask", 415, id="API error"),
    pytest.param("GET", "/api/v1/openapi.json", 200, id="API description"),
    pytest.param("GET", "/static/chat.js", 200, id="script"),
    pytest.param("GET", "/healthz", 200, id="health"),
    pytest.param("POST", "/line/242047/webhook", None, id="webhook"),
]


NONE, OURS = "'none'", "'self'"
POLICY = {
    "default-src": NONE,
    "script-src": OURS,
    "style-src": OURS,
    "img-src": "'self' data:",
    "connect-src": OURS,
    "form-action": OURS,
    "base-uri": NONE,
    "object-src": NONE,
    "frame-ancestors": NONE,
}


def check_headers(headers: object) -> None:
    given = dict(headers)
    policy = dict(each.strip().split(" ", 1) for each in given["Content-Security-Policy"].split(";"))
    assert policy == POLICY
    assert given["X-Content-Type-Options"] == "nosniff"
    assert given["Referrer-Policy"] == "same-origin"
    assert "Set-Cookie" not in given


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_every_response_carries_the_security_headers(
    visitor: FlaskClient, method: str, path: str, status: int | None
) -> None:
    response = visitor.open(path, method=method)
    assert status is None or response.status_code == status
    check_headers(response.headers)
    if not path.startswith("/static/"):
        assert response.headers["Cache-Control"] == "no-store"
    response.close()


def test_a_fault_of_ours_carries_them_too(app: Flask, client: FlaskClient) -> None:
    kit: Services = app.extensions["kotae"]
    with kit.database.writer.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE municipalities RENAME TO elsewhere")
    for path in ("/", "/242047/"):
        response = client.get(path)
        assert response.status_code == 500
        assert "うまく動きませんでした" in response.text
        check_headers(response.headers)
    found = client.post("/api/v1/242047/ask", json={"question": "x"})
    assert (found.status_code, found.content_type) == (500, "application/problem+json")
    check_headers(found.headers)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "evil.example:8000", "a b", "<script>", "[::1", ""],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/242047/", "/api/v1/openapi.json", "/healthz", "/none"])
def test_an_unknown_host_is_refused(visitor: FlaskClient, host: str, path: str) -> None:
    response = visitor.get(path, headers={"Host": host})
    assert response.status_code == 400
    assert "<script>" not in response.text
    check_headers(response.headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost", "localhost:9999"])
def test_the_hosts_at_hand_are_known(visitor: FlaskClient, host: str) -> None:
    assert visitor.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded", "X-Original-URL", "X-Rewrite-URL"]
)
def test_a_forwarding_header_from_nobody_we_trust_changes_nothing(visitor: FlaskClient, name: str) -> None:
    response = visitor.get("/242047", headers={name: "https://evil.example/"})
    assert "evil.example" not in response.text + response.headers["Location"]


def test_https_alone_asks_browsers_to_stay_with_https(environment: dict[str, str], visitor: FlaskClient) -> None:
    keys = {
        "SECRET_KEY": "0123456789abcdef" * 4,
        "PSEUDONYM_PEPPER": "fedcba9876543210" * 4,
        "DATA_KEY": "f0e1d2c3b4a59687" * 4,
    }
    public = create_app({**environment, **keys, "BASE_URL": "https://kotae.city.example"})
    response = public.test_client().get("/", headers={"Host": "kotae.city.example"})
    assert response.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in visitor.get("/").headers
    public.extensions["kotae"].database.dispose()


def test_a_service_without_tables_is_alive_but_not_ready(tmp_path: Path, vectors_folder: Path) -> None:
    (tmp_path / "vectors").symlink_to(vectors_folder)
    app = create_app({"INSTANCE_PATH": str(tmp_path), "SENDER_THREADS": "0"})
    client = app.test_client()
    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert (response.status_code, response.text.strip()) == (503, "not ready")
    app.extensions["kotae"].database.dispose()


def test_a_service_whose_database_is_away_is_alive_but_not_ready(tmp_path: Path, vectors_folder: Path) -> None:
    (tmp_path / "vectors").symlink_to(vectors_folder)
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    app = create_app({"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": url})
    client = app.test_client()
    assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)
    response = client.get("/242047/")
    assert response.status_code >= 500
    assert "nobody" not in response.text
    app.extensions["kotae"].database.dispose()


def test_a_ready_service_says_so_and_no_more(visitor: FlaskClient) -> None:
    response = visitor.get("/readyz")
    assert (response.status_code, response.text.strip()) == (200, "ready")


# --- What is answered before the application is asked ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (errors.InvalidRequestLine("GET /ひみつ"), 400),
        (errors.InvalidHeader("ひみつ"), 400),
        (errors.LimitRequestLine(9000, 8190), 414),
        (errors.LimitRequestHeaders("ひみつ"), 431),
        (errors.UnsupportedTransferCoding("ひみつ"), 501),
        (errors.NoMoreData(b""), 400),
        (errors.InvalidResponseHeader("ひみつ"), 500),
        (RuntimeError("ひみつ"), 500),
    ],
)
def test_what_is_no_http_is_answered_in_japanese_with_the_headers(
    fault: Exception, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    head, _, body = refusals.answer(fault).partition(b"\r\n\r\n")
    first, *lines = head.decode("ascii").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert first.startswith(f"HTTP/1.1 {status} ")
    check_headers(headers)
    assert (headers["Cache-Control"], headers["Connection"]) == ("no-store", "close")
    assert int(headers["Content-Length"]) == len(body)
    assert "お試しください" in body.decode()
    assert "ひみつ" not in body.decode() + "".join(capfd.readouterr())
