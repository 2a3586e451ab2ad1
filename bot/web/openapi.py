"""The OpenAPI description of the JSON API."""

from __future__ import annotations

from typing import Any

from intents.text import MAX_QUESTION

_PROBLEM = {
    "description": "読めないリクエスト（RFC 9457）",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def description() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "こたえ API", "version": "1", "description": "市町村の質問に、出典つきで答えます。"},
        "paths": {
            "/api/v1/{code}/ask": {
                "post": {
                    "operationId": "ask",
                    "summary": "質問に答える",
                    "parameters": [
                        {
                            "name": "code",
                            "in": "path",
                            "required": True,
                            "description": "全国地方公共団体コード（6桁）",
                            "schema": {"type": "string", "pattern": "^[0-9]{6}$"},
                        }
                    ],
                    "requestBody": {
                        "required": True,
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Question"}}},
                    },
                    "responses": {
                        "200": {
                            "description": "答え",
                            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
                        },
                        **dict.fromkeys(("400", "404", "413", "415"), _PROBLEM),
                    },
                }
            }
        },
        "components": {"schemas": {"Question": _question(), "Answer": _answer(), "Problem": _problem()}},
    }


def _question() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["question"],
        "additionalProperties": False,
        "properties": {
            "question": {"type": "string", "minLength": 1, "maxLength": MAX_QUESTION},
            "conversation": {
                "type": ["string", "null"],
                "minLength": 1,
                "maxLength": 100,
                "description": "同じ値は一つの対話",
            },
            "language": {
                "type": ["string", "null"],
                "description": "返事の言語（ISO 639-1。やさしい日本語は easy）。書かなければ質問の言語",
            },
        },
    }


def _answer() -> dict[str, Any]:
    text = {"type": "string"}
    maybe_text = {"type": ["string", "null"]}
    return {
        "type": "object",
        "required": ["municipality", "question", "decision", "text", "candidates", "sources", "index_version"],
        "properties": {
            "municipality": text,
            "question": text,
            "language": text,
            "decision": {"enum": ["answer", "suggest", "none", "smalltalk", "handoff"]},
            "text": text,
            "entry_id": maybe_text,
            "title": maybe_text,
            "score": {"type": ["number", "null"]},
            "candidates": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"entry_id": text, "title": text, "score": {"type": "number"}},
                },
            },
            "sources": {
                "type": "array",
                "items": {"type": "object", "properties": {"plan": text, "section": text, "url": maybe_text}},
            },
            "contact": {
                "type": ["object", "null"],
                "properties": {"department": text, "telephone": maybe_text},
            },
            "index_version": {"type": "integer"},
            "elapsed_ms": {"type": "number"},
            "reply_language": text | {"description": "返事の言語（やさしい日本語は easy）"},
        },
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["title", "status", "detail"],
        "properties": {"type": text, "title": text, "status": {"type": "integer"}, "detail": text},
    }
