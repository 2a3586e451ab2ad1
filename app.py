"""Kotae's composition root: the only place where parts are joined, and the only reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from flask import Flask

from bot import commands
from bot.services import Services
from bot.settings import read_settings
from intents.vectors import open_vectors
from knowledge.corpus import Corpus
from knowledge.db import open_database


def create_app(environment: Mapping[str, str] | None = None) -> Flask:
    """The service as a Flask app.  Starts no thread, sends nothing, connects lazily."""
    settings = read_settings(os.environ if environment is None else environment)
    app = Flask("app", template_folder="bot/templates", static_folder="bot/static")
    app.config.from_mapping(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=1 << 20)
    database = open_database(settings.database_url)
    app.extensions["kotae"] = Services(settings, database, Corpus(database, open_vectors(settings.vectors_folder)))
    commands.register(app)
    return app
