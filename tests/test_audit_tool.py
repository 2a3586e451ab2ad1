"""`make audit`: a known vulnerability fails it, and not to have been asked is never taken for none."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit_tool", ROOT / "deploy" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def part(name: str, **told: Any) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": [], **told}


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({"dependencies": [part("flask")]}, 0, "0件（調べた部品 1）"),
        (
            {"dependencies": [part("flask", vulns=[{"id": "PYSEC-1", "fix_versions": ["1.1"]}])]},
            1,
            "flask 1.0: PYSEC-1（直った版 1.1）",
        ),
        ({"dependencies": [part("flask"), {"name": "x", "skip_reason": "no"}]}, 3, "調べられなかった部品 1: x"),
        ({"dependencies": []}, 3, "0件"),
        ("no network", 3, "調べられませんでした"),
    ],
)
def test_what_it_ends_with(
    audit: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    said: object,
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(ROOT)
    told = said if isinstance(said, str) else json.dumps(said)
    monkeypatch.setattr(audit, "run", lambda *_: subprocess.CompletedProcess([], 0, told, "connection failed"))
    assert audit.vulnerabilities(tmp_path, tmp_path) == code
    assert words in capsys.readouterr().out


BEFORE = "flask==3.0.0 \\\n    --hash=sha256:aa\nold_part==1.0 ; python_version < '4' \\\n    --hash=sha256:bb\nzope.x[extra]==2\n"
AFTER = "Flask==3.0.1 \\\n    --hash=sha256:cc\nzope-x==2\nnew.part==0.1\n# gone==1\n"


def test_what_changed_among_the_parts_since_the_release_before(audit: ModuleType) -> None:
    found = audit.differences(audit.parts_of(BEFORE), audit.parts_of(AFTER))
    assert found == ["加わった new-part 0.1", "なくなった old-part 1.0", "替わった flask 3.0.0 → 3.0.1"]


def test_the_release_before_is_a_tag_or_a_list_and_nothing_to_compare_with_is_said(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words], cwd=tmp_path, check=True)

    monkeypatch.chdir(tmp_path)
    for lock in audit.LOCKS:
        (tmp_path / lock).write_text("", encoding="utf-8")
    (tmp_path / "requirements.txt").write_text(BEFORE, encoding="utf-8")
    git("init", "-q", ".")
    git("add", ".")
    git("commit", "-qm", "one")
    audit.tell_differences("", tmp_path)
    assert "比べる版がありません" in capsys.readouterr().out
    git("tag", "v1")
    (tmp_path / "requirements.txt").write_text(AFTER, encoding="utf-8")
    git("commit", "-qam", "two")
    audit.tell_differences("", tmp_path)
    assert "前の版（v1）との差: 3件" in capsys.readouterr().out
    listed = {"components": [{"name": "Flask", "version": "3.0.1"}, {"name": "zope.x", "version": "2"}]}
    (tmp_path / "before.json").write_text(json.dumps(listed), encoding="utf-8")
    audit.tell_differences("before.json", tmp_path)
    assert "との差: 1件" in capsys.readouterr().out
    audit.tell_differences("v99", tmp_path)
    assert "比べる版がありません（v99）" in capsys.readouterr().out
