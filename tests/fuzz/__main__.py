"""A large dose of everything that nobody would send: ``make fuzz``.

``FUZZ_SECONDS`` (1800) is what schemathesis may take at most, and each of atheris's three targets takes;
``FUZZ_EXAMPLES`` (50000) is what hypothesis tries of each property.  Told at the end: what ran, and what was found.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parent.parent.parent
SECONDS = int(os.environ.get("FUZZ_SECONDS", "1800"))
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "50000")


def run(about: str, command: list[str], most: float | None = None, **environment: str) -> bool:
    """Whether nothing was found.  What is not done at ``most`` seconds is stopped: until then nothing was."""
    begun = time.monotonic()
    given = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / '.venv' / 'fuzz'}",
        "OPENBLAS_NUM_THREADS": "1",
        **environment,
    }
    try:
        found = subprocess.run(command, cwd=ROOT, env=given, timeout=most, check=False).returncode
        how = "nothing found" if found == 0 else f"FOUND SOMETHING (exit {found})"
    except subprocess.TimeoutExpired:
        found, how = 0, "nothing found until it was stopped"
    print(f"== {about}: {how}, {time.monotonic() - begun:.0f} s", flush=True)
    return found == 0


def pytest(*paths: str) -> list[str]:
    return [sys.executable, "-m", "pytest", "-q", "-x", "--timeout", "0", *paths]


def main() -> int:
    sound = [
        run("schemathesis", pytest("tests/bot/web/test_openapi.py"), SECONDS, FUZZ_EXAMPLES=EXAMPLES),
        run(
            f"hypothesis, {EXAMPLES} examples of each",
            pytest("tests/fuzz/test_targets.py"),
            FUZZ_EXAMPLES=EXAMPLES,
        ),
        run(
            "hostile strings and files, each alone",
            pytest("tests/bot/line/test_hostile_texts.py", "tests/bot/console/test_hostile_files.py"),
            FUZZ_EXAMPLES=EXAMPLES,
        ),
    ]
    with tempfile.TemporaryDirectory(prefix="kotae-fuzz-") as folder:
        for name in TARGETS:
            guided = [sys.executable, "-m", "tests.fuzz.guided", name, f"{folder}/{name}", str(SECONDS)]
            sound.append(run(f"atheris, {name}", guided))
            for each in Path(folder).glob(f"{name}/found-*"):
                print(f"   {name}: {each.read_bytes()!r}")
    return 0 if all(sound) else 1


if __name__ == "__main__":
    sys.exit(main())
