"""Kotae's composition root: the only place where parts are joined, and the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask
from flask.cli import NoAppException
from sqlalchemy.exc import ArgumentError
from threadpoolctl import threadpool_limits
from werkzeug.middleware.proxy_fix import ProxyFix

from bot import commands, console, counted_links, limits
from bot.line import webhook as line_webhook
from bot.line.client import LineClients
from bot.line.forwarding import Forwarding
from bot.line.housekeeping import Housekeeping
from bot.line.receiver import Receiver
from bot.log_setup import set_up_logging
from bot.oidc.provider import OfficeProvider
from bot.operation import requests
from bot.operation.notes import NOTES
from bot.services import Services
from bot.settings import SettingsError, read_settings
from bot.startup_checks import check_start
from bot.web import answer_pages, api, chat, entrances, headers, health, line_preview, open_data, problems
from bot.web import counted_links as link_pages
from intents.vectors import open_vectors
from knowledge.corpus import Corpus
from knowledge.db import open_database
from knowledge.index_files import IndexFiles
from knowledge.preview import Previews
from knowledge.replica import evidence_reader
from knowledge.web_addresses import host_of


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    """The service as a Flask app.  Starts no thread, sends nothing, connects lazily."""
    try:
        settings = read_settings(os.environ if environment is None else environment)
        database = open_database(settings.database_url)
    except (SettingsError, ArgumentError) as error:
        raise NoAppException(f"設定に誤りがあります。{error}") from error
    set_up_logging(settings.log_level)
    app = Flask("app", template_folder="bot/templates", static_folder="bot/static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SECRET_KEY_FALLBACKS=list(settings.old_secret_keys),
        MAX_CONTENT_LENGTH=1 << 20,
    )
    entrances.register(app, settings)
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxy_hops, x_proto=settings.proxy_hops, x_host=0
        )
    try:
        check_start(settings, debug=app.debug)
    except SettingsError as error:
        raise NoAppException(f"このままでは動かせません。{error}") from error
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    # A question's few small products gain nothing from many threads, and lose much when the cores are busy.
    threadpool_limits(1, "blas")
    clients = LineClients(settings.line_channels, settings.line_api_host)
    vectors, index_files = open_vectors(settings.vectors_folder), IndexFiles(settings.indexes_folder)
    app.extensions["kotae"] = Services(
        settings,
        database,
        evidence_reader(database, settings.read_database_url),
        Corpus(
            database,
            vectors,
            index_files=index_files,
            most_answers=settings.kept_answers,
            on_fault=NOTES.index_failed,
        ),
        Previews(database, vectors, index_files=index_files),
        clients,
        Receiver(clients),
        Housekeeping(database, queue_most=settings.queue_most),
        Forwarding(database, settings.line_channels, settings.data_key, local=settings.is_local),
        OfficeProvider(settings.office_directory) if settings.office_directory else None,
    )
    limits.register(app, database, settings.rates, settings.pepper)
    counted_links.register(database, settings.base_url, public=not settings.is_local)
    for part in (health, line_webhook, api, chat, line_preview, open_data, answer_pages, link_pages):
        app.register_blueprint(part.blueprint)
    console.register(app, https=not settings.is_local)
    app.jinja_env.filters["host_of"] = host_of
    requests.register(app)
    headers.register(app, https=settings.base_url.startswith("https:"), embedders=settings.embed_origins)
    problems.register(app)
    commands.register(app)
    return app
