"""Looks over the dependencies: known vulnerabilities, a list of parts (SBOM), what changed in it since the release
before, licences.  Run by `make audit`.

Ends with 1 where a vulnerability is known or a licence is not allowed; with 3 where the advisory service could not be
asked: then nothing is known, and that is said.  The two lists are written all the same.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

LOCKS = ("requirements.txt", "requirements-vectors.txt", "requirements-font.txt")
SEPARATE = ("AGPL", "SSPL", "GNU Affero", "Commons Clause", "Proprietary", "UNKNOWN")
"""Licences that somebody must look at before what has them is used."""
SEEN = {
    # name: why it may be used, though its licence is none of the usual
}
FOUND, NOT_ASKED = 1, 3


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def vulnerabilities(tools: Path, out: Path) -> int:
    """0: none is known; FOUND; NOT_ASKED."""
    locks = [part for lock in LOCKS for part in ("-r", lock)]
    found = run(
        *(
            str(tools / "pip-audit"),
            "--disable-pip",
            "--require-hashes",
            "--progress-spinner",
            "off",
            "--timeout",
            "15",
        ),
        *("--format", "json", *locks),
    )
    try:
        told = json.loads(found.stdout)
    except ValueError:
        last = (found.stderr.strip().splitlines() or ["?"])[-1]
        print(f"既知の脆弱性: 調べられませんでした（{last[:160]}）")
        print("  外へ出られる機械で make audit を打ってください。これは「脆弱性がない」という意味ではありません。")
        return NOT_ASKED
    (out / "vulnerabilities.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
    parts = told["dependencies"]
    wrong = [(one["name"], one["version"], each) for one in parts for each in one.get("vulns", [])]
    skipped = [one["name"] for one in parts if "skip_reason" in one]
    print(f"既知の脆弱性: {len(wrong)}件（調べた部品 {len(parts) - len(skipped)}）")
    for name, version, each in wrong:
        print(f"  {name} {version}: {each['id']}（直った版 {', '.join(each['fix_versions']) or 'まだない'}）")
    if skipped:
        named = ", ".join(skipped[:10]) + (" …" if len(skipped) > 10 else "")
        print(f"  調べられなかった部品 {len(skipped)}: {named}")
        print("  これは「脆弱性がない」という意味ではありません。外へ出られる機械で make audit を打ってください。")
    if wrong:
        return FOUND
    return NOT_ASKED if skipped or not parts else 0


def parts_list(tools: Path, out: Path) -> None:
    """The SBOM of what is installed to run, by the lock files."""
    together = out / "requirements.txt"
    together.write_text("".join(Path(lock).read_text(encoding="utf-8") for lock in LOCKS), encoding="utf-8")
    path = out / "sbom.cdx.json"
    made = run(
        *(str(tools / "cyclonedx-py"), "requirements", "--pyproject", "pyproject.toml", "--output-reproducible"),
        *("--output-format", "JSON", "-o", str(path), str(together)),
    )
    if made.returncode:
        sys.exit(f"部品表を作れません: {made.stderr.strip()[-300:]}")
    count = len(json.loads(path.read_text(encoding="utf-8")).get("components", []))
    print(f"部品表（CycloneDX）: {count}部品 {path}")


def parts_of(locks: str) -> dict[str, str]:
    """Name and version of every part that lock files pin."""
    pinned = re.findall(r"(?m)^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", locks)
    return {re.sub("[-_.]+", "-", name).lower(): version for name, version in pinned}


def parts_before(since: str) -> dict[str, str] | None:
    """Of a list of parts (a file), or of the lock files at a release of the repository; None where there is none."""
    if Path(since).is_file():
        told = json.loads(Path(since).read_text(encoding="utf-8"))
        return {re.sub("[-_.]+", "-", one["name"]).lower(): one["version"] for one in told.get("components", [])}
    shown = [run("git", "show", f"{since}:{lock}") for lock in LOCKS]
    return parts_of("\n".join(one.stdout for one in shown)) if any(one.returncode == 0 for one in shown) else None


def last_release() -> str:
    """The newest tag before what stands here; empty where the repository has none, or is not there."""
    try:
        return run("git", "describe", "--tags", "--abbrev=0", "HEAD^").stdout.strip()
    except FileNotFoundError:
        return ""


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    return [
        *(f"加わった {name} {new[name]}" for name in sorted(new.keys() - old.keys())),
        *(f"なくなった {name} {old[name]}" for name in sorted(old.keys() - new.keys())),
        *(
            f"替わった {name} {old[name]} → {new[name]}"
            for name in sorted(old.keys() & new.keys())
            if old[name] != new[name]
        ),
    ]


def tell_differences(since: str, out: Path) -> None:
    """Needs nobody outside: what is compared stands in the lock files."""
    since = since or last_release()
    before = parts_before(since) if since else None
    if before is None:
        print(f"前の版との差: 比べる版がありません{f'（{since}）' if since else ''}。")
        print("  make audit AUDIT='--since 前の版のタグ' か '--since 前の版の sbom.cdx.json' で比べられます。")
        return
    now = parts_of("\n".join(Path(lock).read_text(encoding="utf-8") for lock in LOCKS))
    found = differences(before, now)
    path = out / "sbom-difference.txt"
    path.write_text("".join(f"{line}\n" for line in found), encoding="utf-8")
    print(f"前の版（{since}）との差: {len(found)}件 {path}")
    for line in found:
        print(f"  {line}")


def licences(tools: Path, python: Path, out: Path) -> int:
    path = out / "licences.csv"
    made = run(
        *(str(tools / "pip-licenses"), "--python", str(python), "--from", "mixed", "--format", "csv"),
        *("--with-urls", "--output-file", str(path)),
    )
    if made.returncode:
        sys.exit(f"ライセンスの一覧を作れません: {made.stderr.strip()[-300:]}")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    locked = {
        line.split("==")[0].strip().lower().replace("_", "-")
        for lock in LOCKS
        for line in Path(lock).read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    served = [row for row in rows if row["Name"].lower().replace("_", "-") in locked]
    odd = [row for row in served if any(word in row["License"] for word in SEPARATE) and row["Name"] not in SEEN]
    print(f"ライセンス: {len(served)}部品 {path}")
    for row in odd:
        print(f"  確かめてください: {row['Name']} {row['Version']}: {row['License']}")
    return FOUND if odd else 0


def main() -> int:
    given = argparse.ArgumentParser()
    given.add_argument("tools", type=Path, help="where the auditing tools are")
    given.add_argument("python", type=Path, help="of the service's environment")
    given.add_argument("out", type=Path)
    given.add_argument("--since", default="", help="a tag, or a list of parts (sbom.cdx.json), to compare with")
    given.add_argument("--offline-is-fine", action="store_true", help="do not fail where nobody could be asked")
    options = given.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.since == str(options.out / "sbom.cdx.json"):
        sys.exit("--since: この一覧は、いま書き直されます。写しを指定してください")
    parts_list(options.tools, options.out)
    tell_differences(options.since, options.out)
    results = {licences(options.tools, options.python, options.out), vulnerabilities(options.tools, options.out)}
    if FOUND in results:
        return FOUND
    return NOT_ASKED if NOT_ASKED in results and not options.offline_is_fine else 0


if __name__ == "__main__":
    sys.exit(main())
