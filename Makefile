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

.PHONY: help run setup pictures test lint types tests load-tests bench bench-country bench-evidence browser lock clean trust-restore trust-migrations trust-forged fuzz lock-fuzz trust-outages trust-nth audit trust-kills trust-faults trust-load trust-power trust-soak trust-replay trust-machines trust-table trust-odds mutants fuzz-short hostile-postgresql office-suite trust-nginx

help: ## このまま読める一覧
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

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

# As many as a small machine has cores: a third makes the tests no faster.
WORKERS ?= 2

# Thousands of small databases: in memory where there is room for them, else on the disk.
ROOM := $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -gt 4000000 ] 2>/dev/null && echo /dev/shm)

test: lint types tests load-tests ## すべての検査（書き方、型、試験、ブラウザー）

lint: $(VENV)/.test
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: $(VENV)/.test
	$(BIN)/python -m mypy

tests: $(VENV)/.test browser
	PYTEST_DEBUG_TEMPROOT=$(ROOM) $(BIN)/python -m pytest -n $(WORKERS) -m "not load"

load-tests: $(VENV)/.test
	$(BIN)/python -m pytest -m load

trust-nth: $(VENV)/.test ## どの呼び出しが一つ失敗しても、時間切れでも約束が守られるか、すべての呼び出しで（T02、2時間ほど）
	@$(BIN)/python -m tests.trust.nth --out docs/trust $(DOSE)

pictures: $(VENV)/.test browser setup ## 住民に見えるものの絵を build/pictures に作る（チャット、LINE の吹き出し、リッチメニュー）
	@$(BIN)/python -m tests.pictures

bench: $(VENV)/.test ## 速さとメモリーの測定（10分ほど）
	@$(BIN)/python -m tests.bench

bench-evidence: $(VENV)/.test ## 数字・ニーズ票・画面の速さ、100万件の記録で、SQLite と PostgreSQL（40分ほど）
	@$(BIN)/python -m tests.bench.figures --postgresql
	@$(BIN)/python -m tests.bench.needs
	@$(BIN)/python -m tests.bench.pages --postgresql

bench-country: $(VENV)/.test ## 1,741自治体を一台で（30分ほど、ディスク15 GB）
	@$(BIN)/python -m tests.bench country

trust-restore: DOSE = --questions 1000000
trust-restore: $(VENV)/.test ## 復元訓練: 百万件の記録のあるデータベースの、バックアップ・復元・サインイン・質問まで、SQLite と PostgreSQL（20分ほど）
	@$(BIN)/python -m tests.trust.restore_drill --out docs/trust $(DOSE)

trust-nginx: $(VENV)/.test ## 本物の nginx（要インストール）に deploy/nginx.conf を入れ、サービスの前に置いて試す（1分ほど）
	@$(BIN)/python -m tests.trust.nginx

trust-migrations: $(VENV)/.test ## すべての版から上げ下げし、表の更新を一文ごとに kill -9 で止める（T15、1時間ほど）
	@$(BIN)/python -m tests.trust.migrations --out docs/trust $(DOSE)

trust-forged: $(VENV)/.test ## 偽の署名の Webhook を毎秒500件、本物と並べて送る（1分あまり）
	@$(BIN)/python -m tests.trust.forged --out docs/trust $(DOSE)

fuzz: $(VENV)/.test ## でたらめな入力：API の説明・性質・受け口・伏せ字・表の読み取り（2時間半ほど。FUZZ_SECONDS で変えられる）
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --target $(VENV)/fuzz -r requirements-fuzz.txt
	@$(BIN)/python -m tests.fuzz

fuzz-short: $(VENV)/.test ## でたらめな入力の小さい分量：性質ごとに2,000件、危ない文字列と60のファイルを一つずつ（30分ほど）
	@FUZZ_EXAMPLES=2000 $(BIN)/python -m pytest --timeout 0 -rP tests/fuzz/test_targets.py tests/bot/web/test_openapi.py tests/bot/line/test_hostile_texts.py tests/bot/console/test_hostile_files.py

hostile-postgresql: $(VENV)/.test browser ## 危ない文字列300を職員の全画面に、二つのデータベースで。あとの表を突き合わせる（20分ほど）
	@mkdir -p build
	@HOSTILE_ENGINE=sqlite HOSTILE_STATE=build/hostile-sqlite.json $(BIN)/python -m pytest --timeout 0 tests/bot/console/test_hostile.py
	@HOSTILE_ENGINE=postgresql HOSTILE_STATE=build/hostile-postgresql.json $(BIN)/python -m pytest --timeout 0 tests/bot/console/test_hostile.py
	@$(BIN)/python -m tests.hostile_states build/hostile-sqlite.json build/hostile-postgresql.json

office-suite: $(VENV)/.test ## 書き出した Excel と CSV を LibreOffice で開いて保存し、変わらないか（1分ほど。libreoffice-calc が要る）
	@$(BIN)/python -m tests.trust.office_suite

audit: $(VENV)/audit/.made ## 部品の既知の脆弱性、部品表（SBOM）、ライセンスの一覧
	@$(BIN)/python deploy/audit.py $(VENV)/audit/bin $(BIN)/python build/audit $(AUDIT)

$(VENV)/audit/.made: requirements-audit.txt | $(VENV)/.run
	@$(PYTHON) -m venv --clear $(VENV)/audit
	@$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-audit.txt
	@touch $@

ENGINES ?= sqlite postgresql
DOSE ?=
# One after the other, each to its end; what failed is told last.
TRUST = @status=0; for engine in $(ENGINES); do $(BIN)/python -m tests.trust $(1) --engine $$engine --out docs/trust $(DOSE) || status=1; done; exit $$status

trust-kills: $(VENV)/.test ## 受信と返信を、殺しながら試す（T01、40分ほど。docs/trust.md）
	$(call TRUST,kills)

trust-faults: $(VENV)/.test ## LINE の不調を一つずつと、混ぜて試す（T03、50分ほど）
	$(call TRUST,faults)

trust-load: $(VENV)/.test ## 毎秒50件を10分と、1,000件の波を試す（T04、40分ほど）
	$(call TRUST,load)

trust-soak: $(VENV)/.test ## 毎秒5件を2時間続け、1時間たってから使うメモリーが増えないか（T04、SQLite）
	@$(BIN)/python -m tests.trust load --name soak --rate 5 --seconds 7200 --beginning 3600 --bursts 0 --batches 0 --out docs/trust $(DOSE)

trust-replay: $(VENV)/.test ## 同じ出来事を、何度も届ける（T13、20分まで）
	$(call TRUST,replay)

trust-outages: $(VENV)/.test ## データベースが押さえられる・なくなる・一杯になるのを20回ずつ（T14、15分ほど、root で）
	$(call TRUST,outages)

trust-power: $(VENV)/.test ## 電源を切る：そのときディスクにあるものだけで、受け取ったと言ったものが残っているか（F04、5分ほど、root で）
	$(call TRUST,power)

trust-machines: ENGINES = postgresql
trust-machines: $(VENV)/.test ## 受信二つ・返信三つを、一つの PostgreSQL で、殺しながら試す（12分ほど）
	$(call TRUST,machines)

trust-odds: $(VENV)/.test ## ほかの試験が20回まで行わない障害を、一つずつ20回ずつ（1時間半ほど。docs/trust.md）
	$(call TRUST,odds)

trust-table: $(VENV)/.test ## 試験の結果の表を作り直す（docs/trust.md）
	@$(BIN)/python -m tests.trust table --write

mutants: $(VENV)/.test ## わざと入れた誤りを試験が見つける割合（T20、docs/trust.md。MUTANTS="retry dedupe" でえらぶ）
	@$(BIN)/python -m tests.mutants --out docs/trust $(MUTANTS)

browser: ## 試験に使うブラウザーと日本語の文字
	@command -v chromium >/dev/null 2>&1 || { \
	  echo "chromium を入れます"; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fonts-lohit-deva >/dev/null; } \
	  || { echo "chromium がありません。apt-get install chromium fonts-noto-cjk を実行してください"; exit 1; }; }

lock: ## 部品の固定ファイルを作り直す（uv が要る）
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 -o requirements.txt pyproject.toml
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 --extra test -c requirements.txt -o requirements-test.txt pyproject.toml
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 -o requirements-audit.txt requirements-audit.in

lock-fuzz: ## でたらめな入力の道具の固定ファイルを作り直す（uv が要る）
	uv pip compile --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header -q --python-version 3.11 -o requirements-fuzz.txt requirements-fuzz.in

clean: ## 環境と一時ファイルを消す（instance/ のデータは残す）
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
