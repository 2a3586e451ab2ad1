"""One target fed by atheris, which looks where the program goes: ``python -m tests.fuzz.guided TARGET FOLDER SECONDS``."""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot.line", "intents.personal_data", "intents.text", "knowledge"]):
    from tests.fuzz.targets import TARGETS, seeds, timed


def main() -> None:
    name, folder, seconds = sys.argv[1:4]
    corpus = Path(folder)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()[name]):
        (corpus / f"seed{number}").write_bytes(seed)
    options = [f"-max_total_time={seconds}", "-rss_limit_mb=512", "-timeout=5", "-max_len=4096", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], str(corpus), f"-artifact_prefix={corpus}/found-", *options], _feed(name))
    atheris.Fuzz()


def _feed(name: str) -> object:
    return lambda data: timed(TARGETS[name], data)


if __name__ == "__main__":
    main()
