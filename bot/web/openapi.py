"""The OpenAPI description of the JSON API."""

from __future__ import annotations

from typing import Any

from intents.text import MAX_QUESTION

_PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_WAIT = {
    "description": "何秒待てばよいか",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 60},
}
_PROBLEMS: dict[str, dict[str, Any]] = {
    "400": {"description": "読めないリクエスト"},
    "404": {"description": "その市町村はない"},
    "405": {"description": "POST だけを受け取る"},
    "413": {"description": "大きすぎる（1 MiB まで）"},
    "415": {"description": "JSON ではない"},
    "429": {
        "description": "1分に答える数を超えた（一つの conversation、一つの住所、全体）",
        "headers": {"Retry-After": _WAIT},
    },
    "500": {"description": "こちらの誤り。instance の番号で記録を探せる"},
    "503": {"description": "いま答えられない"},
}
"""What may be answered instead of an answer: each an object of RFC 9457."""


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
                        **{status: told | {"content": _PROBLEM_CONTENT} for status, told in _PROBLEMS.items()},
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
            "question": {
                "type": "string",
                "minLength": 1,
                "maxLength": MAX_QUESTION,
                "description": "質問の文。空白や、目に見えない文字だけのものは受け取らない（400）",
            },
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


def _whole(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
        **more,
    }


def _answer() -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    maybe_text: dict[str, Any] = {"type": ["string", "null"]}
    share: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 1}
    return _whole(
        {
            "municipality": text | {"description": "全国地方公共団体コード"},
            "question": text | {"description": "伏せ字にした質問"},
            "language": text | {"description": "質問の言語"},
            "decision": {
                "enum": ["answer", "suggest", "none", "smalltalk", "handoff"],
                "description": "答えた・えらんでもらう・答えがない・あいさつなど・人につなぐ",
            },
            "text": text | {"description": "返事の全文"},
            "entry_id": maybe_text,
            "title": maybe_text,
            "score": {**share, "type": ["number", "null"], "description": "答えが正しい見込み"},
            "candidates": {
                "type": "array",
                "items": _whole({"entry_id": text, "title": text, "score": share}),
            },
            "sources": {
                "type": "array",
                "items": _whole({"plan": text, "section": maybe_text, "url": maybe_text}),
            },
            "contact": _whole({"department": text, "telephone": maybe_text}, type=["object", "null"]),
            "index_version": {"type": "integer"},
            "elapsed_ms": {"type": "number", "minimum": 0},
            "reply_language": text | {"description": "返事の言語（やさしい日本語は easy）"},
        }
    )


def _problem() -> dict[str, Any]:
    text: dict[str, Any] = {"type": "string"}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "additionalProperties": False,
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text | {"description": "どうすればよいか"},
            "instance": text | {"description": "500 のとき、記録を探す番号（urn:kotae:fault:…）"},
        },
    }
