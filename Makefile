# こたえ: two commands to begin with, `make run` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8000
BASE_URL ?= http://127.0.0.1:$(PORT)
VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/python -m flask --app app
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
export PORT BASE_URL

.PHONY: help run setup test lint types tests load-tests bench bench-country bench-evidence browser lock clean

help: ## このまま読める一覧
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

run: setup ## 用意をして、サービスを動かす（止めるには Ctrl+C）
	@$(FLASK) welcome
	@exec $(BIN)/python -m gunicorn --config gunicorn.conf.py "app:create_app()"

setup: $(VENV)/.run ## 用意だけする（何度でもよい）
	@$(FLASK) prepare

$(VENV)/bin/python:
	@echo "Python の環境を作ります（$(VENV)）"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 以上が必要です（PYTHON=python3.11 make run のように指定できます）"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.run: requirements.txt requirements-vectors.txt requirements-font.txt | $(VENV)/bin/python
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "部品を入れます（初めては1、2分かかります）"
	@$(PIP) -r requirements.txt
	@$(PIP) -r requirements-vectors.txt
	@$(PIP) -r requirements-font.txt
	@touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.run
	@echo "試験の部品を入れます"
	@$(PIP) -r requirements-test.txt
	@touch $@

test: lint types tests load-tests ## すべての検査（書き方、型、試験、ブラウザー）

lint: $(VENV)/.test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(VENV)/.test
	$(BIN)/python -m mypy

tests: $(VENV)/.test browser
	$(BIN)/python -m pytest -n 2 -m "not load"

load-tests: $(VENV)/.test
	$(BIN)/python -m pytest -m load

bench: $(VENV)/.test ## 速さとメモリーの測定（10分ほど）
	@$(BIN)/python -m tests.bench

bench-evidence: $(VENV)/.test ## 数字・ニーズ票・画面の速さ、100万件の記録で、SQLite と PostgreSQL（40分ほど）
	@$(BIN)/python -m tests.bench.figures --postgresql
	@$(BIN)/python -m tests.bench.needs
	@$(BIN)/python -m tests.bench.pages --postgresql

bench-country: $(VENV)/.test ## 1,741自治体を一台で（30分ほど、ディスク15 GB）
	@$(BIN)/python -m tests.bench country

browser: ## 試験に使うブラウザーと日本語の文字
	@command -v chromium >/dev/null 2>&1 || { \
	  echo "chromium を入れます"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; } \
	  || { echo "chromium がありません。apt-get install chromium fonts-noto-cjk を実行してください"; exit 1; }; }

lock: ## 部品の固定ファイルを作り直す（uv が要る）
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 -o requirements.txt pyproject.toml
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 --extra test -c requirements.txt -o requirements-test.txt pyproject.toml

clean: ## 環境と一時ファイルを消す（instance/ のデータは残す）
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
