"""How many small faults the tests notice: ``make mutants`` (``python -m tests.mutants [--most N] [TARGET ...]``).

Each mutant is one function with one thing changed (a comparison, a number, a word, an and, a returned value, a
statement left out).  The target's tests run once as they are, and it is noted which of them reach which statement;
then each mutant is put in place in a process of its own, where the tests that reach it run until one fails.

Only what runs inside the tests' own process counts, so the share is one that more tests could only raise.  What
cannot be told from the program as it is stands with its reason in tests/data/equivalent_mutants.json.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import json
import os
import platform
import random
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from knowledge.calendar import JST, now

ROOT = Path(__file__).parent.parent
EQUIVALENT = ROOT / "tests" / "data" / "equivalent_mutants.json"
PATIENCE = 20.0
"""Seconds that a mutant's tests may take beside ten times their usual."""


@dataclass(frozen=True)
class Target:
    """Files, within them the functions that count (none: all), and the tests that are to notice."""

    files: tuple[str, ...]
    tests: tuple[str, ...]
    functions: frozenset[str] = frozenset()
    at_import: frozenset[str] = frozenset()
    """Functions that are asked once and for all: to change them later changes nothing."""
    words: str = ""
    """Of the tests those that pytest's -k chooses so."""


_MASKER = ("numbers", "addresses", "birthdays", "links", "names", "people", "page", "__init__")
_LINE = tuple(f"tests/bot/line/test_{name}.py" for name in ("sender", "receiving", "taken_back"))
TARGETS: Mapping[str, Target] = {
    "signature": Target(
        ("bot/line/webhook.py",),
        ("tests/bot/line/test_webhook.py",),
        frozenset({"receive", "is_signed", "signature_of", "read_body", "_refuse_constant"}),
    ),
    "dedupe": Target(
        ("bot/line/inbox.py", "bot/line/gathering.py"),
        (*_LINE, "tests/bot/line/test_gathering.py"),
        frozenset(
            {
                "store",
                "store_all",
                "_store_run",
                "_store_events",
                "_stored",
                "_known_of",
                "_commit",
                "_first_state",
                "_note_repetition",
                "_can_still_be_answered",
                "claim",
                "_is_free",
                "_is_claimable",
                "finish",
            }
        ),
        words="not postgresql",
    ),
    "retry": Target(
        ("bot/line/sender.py",),
        _LINE,
        frozenset(
            {
                "_conclude",
                "_give_up_or_retry",
                "_finish",
                "_write_once_free",
                "_write",
                "_overdue_state",
                "_unless_uncertain",
            }
        ),
        words="not postgresql",
    ),
    "masker": Target(
        tuple(f"intents/personal_data/{name}.py" for name in _MASKER),
        ("tests/intents/test_personal_data.py",),
        at_import=frozenset({"_three_parts", "_two_parts", "_surname_readings", "_given_readings"}),
    ),
    "authorization": Target(
        ("bot/console/guard.py",),
        ("tests/bot/console/test_guard.py",),
        frozenset({"judge", "_allowed"}),
        words="who_passes or delicate or second_step",
    ),
    "redirects": Target(
        ("bot/console/guard.py",), ("tests/bot/console/test_guard.py",), frozenset({"own_path"}), words="nobody_is_sent"
    ),
    "door": Target(
        ("bot/console/guard.py",),
        ("tests/bot/console/test_guard.py", "tests/bot/console/test_door.py", "tests/bot/console/test_totp.py"),
        frozenset({"check", "_verdict", "_refuse", "is_console", "_is_nowhere", "require", "_wanted"}),
    ),
    "cells": Target(("knowledge/cells.py",), ("tests/knowledge/test_cells.py",)),
}


@dataclass(frozen=True)
class Mutant:
    """One change: where (the file, the function, the statement's first line), what.  ``place`` counts the changes of the file's ``functions``."""

    file: str
    function: str
    line: int
    statement: str
    change: str
    place: int
    functions: frozenset[str]

    @property
    def name(self) -> str:
        """The same after lines were added above it."""
        return f"{self.file} {self.function}: {self.statement} | {self.change}"


# --- What is changed -------------------------------------------------------------------------------------------

_COMPARED: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_COUNTED: Mapping[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add}
_Change = tuple[str, Callable[[], None]]


def changes(node: ast.AST) -> list[_Change]:
    """What can be changed of a node, in words, and how."""
    match node:
        case ast.Compare():
            other = _COMPARED[type(node.ops[0])]
            told = f"{type(node.ops[0]).__name__} → {other.__name__}"
            return [(told, lambda: node.ops.__setitem__(0, other()))]
        case ast.BoolOp():
            turned = ast.Or if isinstance(node.op, ast.And) else ast.And
            told = "and → or" if turned is ast.Or else "or → and"
            return [(told, lambda: setattr(node, "op", turned()))]
        case ast.BinOp() if type(node.op) in _COUNTED:
            counted = _COUNTED[type(node.op)]
            told = f"{type(node.op).__name__} → {counted.__name__}"
            return [(told, lambda: setattr(node, "op", counted()))]
        case ast.UnaryOp(op=ast.Not()):
            twice = ast.UnaryOp(ast.Not(), node.operand)
            return [("not x → x", lambda: setattr(node, "operand", twice))]
        case ast.If() | ast.IfExp() | ast.While():
            negated = ast.UnaryOp(ast.Not(), node.test)
            return [("if x → if not x", lambda: setattr(node, "test", negated))]
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            return [("returns None", lambda: setattr(node, "value", ast.Constant(None)))]
        case ast.Constant(value=bool() as value):
            return [(f"{value} → {not value}", lambda: setattr(node, "value", not value))]
        case ast.Constant(value=int() as value):
            return [(f"{value} → {value + 1}", lambda: setattr(node, "value", value + 1))]
        case ast.Constant(value=str() as value) if value:
            return [(f"{value!r} → another word", lambda: setattr(node, "value", f"x{value}x"))]
        case ast.Call(func=ast.Attribute(attr="values")):
            return [
                (f"values without {each.arg}", functools.partial(node.keywords.remove, each)) for each in node.keywords
            ]
        case ast.Dict():
            return [
                (f"without the entry {key.value!r}", functools.partial(_without, node, key))
                for key in node.keys
                if isinstance(key, ast.Constant)
            ]
        case _:
            return []


def _without(node: ast.Dict, key: ast.expr) -> None:
    at = node.keys.index(key)
    del node.keys[at], node.values[at]


def _leaving_out(block: list[ast.stmt], at: int) -> _Change | None:
    """A call, an assignment to what is there already, a raise: left out.  No log line, and no docstring."""
    statement = block[at]
    is_call = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call | ast.Yield | ast.YieldFrom)
    if is_call or isinstance(statement, ast.AugAssign | ast.Raise | ast.Continue | ast.Break):
        return "left out", lambda: block.__setitem__(at, ast.copy_location(ast.Pass(), statement))
    return None


def _is_log(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Attribute)
        and isinstance(node.value.func.value, ast.Name)
        and node.value.func.value.id == "_log"
    )


def _is_left_alone(node: ast.AST) -> bool:
    """Log lines, docstrings, the words of an exception, types."""
    words = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return _is_log(node) or words or isinstance(node, ast.Raise | ast.AnnAssign)


def _inside(statement: ast.stmt) -> Iterator[ast.AST]:
    """The nodes of a statement that are not of a statement within it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop(0)
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.match_case):
                waiting.extend([child.guard] if child.guard is not None else [])
            elif not isinstance(child, ast.stmt | ast.ExceptHandler | ast.JoinedStr) and not _is_key(child, node):
                waiting.append(child)


def _is_key(child: ast.AST, node: ast.AST) -> bool:
    return isinstance(node, ast.Dict) and child in node.keys


def _blocks(node: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements below a function, its own first."""
    for within in ast.walk(node):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(within, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                yield block


def _functions(tree: ast.AST, path: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{path}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            yield f"{path}{node.name}", node


def _places(tree: ast.Module, functions: frozenset[str]) -> Iterator[tuple[str, ast.stmt, str, Callable[[], None]]]:
    """(function, statement, change, how) for each change of a tree; asked again of a copy, the same in its order."""
    for name, function in _functions(tree):
        if functions and function.name not in functions:
            continue
        for block in _blocks(function):
            for at, statement in enumerate(block):
                left_out = _leaving_out(block, at)
                if left_out is not None and not _is_log(statement):
                    yield name, statement, *left_out
                if not _is_left_alone(statement) and not isinstance(statement, ast.FunctionDef | ast.ClassDef):
                    for node in _inside(statement):
                        for change, apply in changes(node):
                            yield name, statement, change, apply


def mutants_of(file: str, functions: frozenset[str]) -> list[Mutant]:
    found = []
    times: Counter[tuple[str, str, str]] = Counter()
    for place, (name, statement, change, _) in enumerate(_places(_parsed(file), functions)):
        told = ast.unparse(statement).splitlines()[0]
        times[name, told, change] += 1
        count = times[name, told, change]
        counted = f"{change} ({count})" if count > 1 else change
        found.append(Mutant(file, name, statement.lineno, told, counted, place, functions))
    return found


def tree_of(mutant: Mutant) -> ast.Module:
    """The mutant's whole file."""
    tree = _parsed(mutant.file)
    _, _, _, apply = list(_places(tree, mutant.functions))[mutant.place]
    apply()
    return ast.fix_missing_locations(tree)


def _parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"))


# --- How it is put in place ------------------------------------------------------------------------------------


def _module_of(file: str) -> Any:
    return importlib.import_module(file.removesuffix(".py").removesuffix("/__init__").replace("/", "."))


def _function_of(file: str, name: str) -> FunctionType:
    found: Any = _module_of(file)
    for part in name.split("."):
        found = found.__dict__[part]
    while not isinstance(found, FunctionType):
        inner = next(
            (getattr(found, each) for each in ("fget", "func", "__wrapped__", "__func__") if hasattr(found, each)), None
        )
        if inner is None:
            raise TypeError(f"{file} {name} is no function")
        found = inner
    return found


def code_of(tree: ast.Module, file: str, name: str) -> CodeType:
    code = compile(tree, str(ROOT / file), "exec", dont_inherit=True)
    for part in name.split("."):
        code = next(each for each in code.co_consts if isinstance(each, CodeType) and each.co_name == part)
    return code


def _caches() -> list[Any]:
    """What keeps results, of the tests and of what is masked by."""
    kept = type(functools.cache(len))
    of_ours = ("intents.personal_data", "tests")
    return [
        one for one in gc.get_objects() if type(one) is kept and str(getattr(one, "__module__", "")).startswith(of_ours)
    ]


Reached = dict[tuple[str, int], dict[str, None]]


def _watch(target: Target, note: Callable[[str, int], None]) -> Callable[[], None]:
    """Have every statement of a target's functions tell that it is reached; what is returned puts all back."""
    before: list[tuple[FunctionType, CodeType]] = []
    for file in target.files:
        tree = _parsed(file)
        wanted = [
            (name, node) for name, node in _functions(tree) if not target.functions or node.name in target.functions
        ]
        for _, node in wanted:
            for block in list(_blocks(node)):
                block[:] = [each for statement in block for each in (_telling(file, statement), statement)]
        ast.fix_missing_locations(tree)
        _module_of(file).__dict__["_reached"] = note
        for name, _ in wanted:
            function = _function_of(file, name)
            before.append((function, function.__code__))
            function.__code__ = code_of(tree, file, name)

    def put_back() -> None:
        for function, code in before:
            function.__code__ = code

    return put_back


def _telling(file: str, statement: ast.stmt) -> ast.stmt:
    call = ast.Call(ast.Name("_reached", ast.Load()), [ast.Constant(file), ast.Constant(statement.lineno)], [])
    return ast.copy_location(ast.Expr(call), statement)


# --- The trial -------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What became of a target's mutants."""

    found: int
    tests: int
    killed: list[Mutant] = field(default_factory=list)
    timed_out: list[Mutant] = field(default_factory=list)
    survived: list[Mutant] = field(default_factory=list)


def _file(test: str) -> str:
    return test.partition("::")[0]


def _files(tests: Iterable[str]) -> set[str]:
    return set(map(_file, tests))


class Trial:
    """A pytest plugin that runs the tests for each mutant in place of running them."""

    def __init__(self, target: Target, chosen: Sequence[Mutant], found: int, seconds: float) -> None:
        self._target = target
        self._chosen = chosen
        self._seconds = seconds
        self._failed = False
        self.outcome = Outcome(found, 0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._failed |= report.failed

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            raise pytest.UsageError(str(report.longrepr))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        reached, seconds = self._as_it_is(session.items)
        self.outcome.tests = len(seconds)
        usual = {
            name: sum(one for test, one in seconds.items() if test.startswith(f"{name}::")) for name in _files(seconds)
        }
        until = time.monotonic() + self._seconds
        for number, mutant in enumerate(self._chosen, 1):
            if time.monotonic() > until:
                break
            names = reached.get((mutant.file, mutant.line), {})
            items = [one for one in session.items if one.nodeid in names]
            # What the tests of a file share is made once: file by file, the quickest first.
            items.sort(key=lambda one: (usual[_file(one.nodeid)], _file(one.nodeid), seconds[one.nodeid]))
            patience = PATIENCE + 10 * sum(seconds[one.nodeid] for one in items)
            begun = time.monotonic()
            verdict = self._in_a_child(mutant, items, patience)
            getattr(self.outcome, verdict).append(mutant)
            if verdict != "killed" or "--tell" in sys.argv:
                took = f"{len(items)} tests, {time.monotonic() - begun:.1f} s"
                print(f"  {number}/{len(self._chosen)} {verdict} {mutant.line} {mutant.name} ({took})", flush=True)
        return True

    def _as_it_is(self, items: Sequence[pytest.Item]) -> tuple[Reached, dict[str, float]]:
        """Which tests reach what, and how long each takes; those that fail as it is are left out."""
        reached: Reached = defaultdict(dict)
        seconds: dict[str, float] = {}
        name = ""
        kept_results = _caches()
        put_back = _watch(self._target, lambda file, line: reached[file, line].setdefault(name))
        for at, item in enumerate(items):
            name = item.nodeid
            for one in kept_results:
                if one.cache_info().currsize > 1:  # else only the first test would be seen to reach what it asks
                    one.cache_clear()
            self._failed, begun = False, time.monotonic()
            self._run(items, at)
            if self._failed:
                print(f"  left out, as it fails by itself: {name}", flush=True)
            else:
                seconds[name] = time.monotonic() - begun
        put_back()
        kept = {place: {one: None for one in names if one in seconds} for place, names in reached.items()}
        return kept, seconds

    def _run(self, items: Sequence[pytest.Item], at: int) -> None:
        """What the session shares is not taken down after the last: the next mutant's tests follow."""
        item = items[at]
        following = items[at + 1].parent if at + 1 < len(items) else item.session
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def _fails(self, items: Sequence[pytest.Item], at: int, function: FunctionType, code: CodeType) -> bool:
        """What fails with the mutant and without it was not the mutant's fault: a busy machine's, mostly."""
        if function.__code__ is not code:
            function.__code__ = code
            for one in _caches():
                one.cache_clear()
        self._failed = False
        self._run(items, at)
        return self._failed

    def _in_a_child(self, mutant: Mutant, items: Sequence[pytest.Item], patience: float) -> str:
        child = os.fork()
        if child == 0:
            try:
                function = _function_of(mutant.file, mutant.function)
                codes = function.__code__, code_of(tree_of(mutant), mutant.file, mutant.function)
                for at in range(len(items)):
                    if self._fails(items, at, function, codes[1]) and not self._fails(items, at, function, codes[0]):
                        os._exit(1)
                os._exit(0)
            except BaseException:
                os._exit(2)
        until = time.monotonic() + patience
        while time.monotonic() < until:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                code = os.waitstatus_to_exitcode(status)
                if code not in (0, 1):
                    raise SystemExit(f"誤りを入れられません: {mutant.name} ({code})")
                return "killed" if code else "survived"
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return "timed_out"


def measure(target: Target, most: int, seed: int, seconds: float) -> Outcome:
    found = [mutant for file in target.files for mutant in mutants_of(file, target.functions)]
    found = [mutant for mutant in found if mutant.function not in target.at_import]
    chosen = random.Random(seed).sample(found, min(most, len(found)))
    trial = Trial(target, chosen, len(found), seconds)
    # No terminal reporter, and so none of its options: the mutants' tests have nothing to say.
    configured = shlex.split(
        tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    )
    options = ["-o", "addopts=", *(each for each in configured if each != "-q")]
    quiet = (*options, "-p", "no:terminal", "-p", "no:randomly", "-p", "no:xdist")
    with tempfile.TemporaryDirectory() as folder:
        # What the tests share outlives each mutant; it is taken down with the session.
        status = pytest.main([*quiet, f"--basetemp={folder}/tests", "-k", target.words, *target.tests], plugins=[trial])
    if status != 0 or not trial.outcome.tests:
        raise SystemExit(f"試験を始められません（{status}）")
    return trial.outcome


# --- What is told ----------------------------------------------------------------------------------------------


def as_json(name: str, target: Target, outcome: Outcome, most: int, seed: int) -> dict[str, Any]:
    reasons: dict[str, str] = json.loads(EQUIVALENT.read_text(encoding="utf-8")) if EQUIVALENT.exists() else {}
    same = [mutant for mutant in outcome.survived if mutant.name in reasons]
    real = [mutant for mutant in outcome.survived if mutant.name not in reasons]
    noticed = len(outcome.killed) + len(outcome.timed_out)
    tried = noticed + len(outcome.survived)
    return {
        "module": name,
        "files": list(target.files),
        "functions": sorted(target.functions) or "all",
        "tests": list(target.tests),
        "words": target.words,
        "dose": {"found": outcome.found, "tried": tried, "most": most, "seed": seed, "tests": outcome.tests},
        "killed": len(outcome.killed),
        "timed_out": len(outcome.timed_out),
        "equivalent": len(same),
        "survived": len(real),
        "rate": round(noticed / max(tried - len(same), 1), 4),
        "rate_with_equivalent": round(noticed / max(tried, 1), 4),
        "survivors": [mutant.name for mutant in real],
    }


def commit() -> str:
    """Of what is tried, with a + where something is changed since."""
    git = ["git", "-C", str(ROOT)]
    head = subprocess.run([*git, "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    changed = subprocess.run([*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, check=False)
    return (head.stdout.strip() or "?") + ("+" if changed.stdout.strip() else "")


def write(found: Mapping[str, Any], folder: Path) -> None:
    """One file for each module."""
    machine = {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version()}
    stamp = {"trial": "mutants", "at": now().astimezone(JST).isoformat(timespec="minutes"), "commit": commit()}
    (folder / "mutants").mkdir(parents=True, exist_ok=True)
    told = json.dumps({**stamp, "machine": machine, **found}, ensure_ascii=False, indent=2)
    (folder / "mutants" / f"{found['module']}.json").write_text(told + "\n", encoding="utf-8")


NAMES = {
    "signature": "署名の確認",
    "dedupe": "重複の除去",
    "retry": "再試行",
    "masker": "伏せ字",
    "authorization": "権限",
    "redirects": "転送先の確認",
    "door": "権限のまわり（入口・戻り先）",
    "cells": "CSV・Excel のセル",
}
_PLACE = re.compile(r"(<!-- mutants -->\n).*?(<!-- /mutants -->)", re.DOTALL)


def table_of(folder: Path) -> str:
    """The results of a folder, for docs/trust.md."""
    lines = [
        "| 調べたもの | 入れた誤り | 見つけた | 止まった | 同じもの | 残った | 割合 | 同じものも数えた割合 | コミット |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for name in NAMES:
        path = folder / "mutants" / f"{name}.json"
        if path.exists():
            one = json.loads(path.read_text(encoding="utf-8"))
            dose = one["dose"]
            tried = f"{dose['tried']}" + (f"（{dose['found']}から選ぶ）" if dose["tried"] < dose["found"] else "")
            cells = [
                NAMES[name],
                tried,
                *(str(one[each]) for each in ("killed", "timed_out", "equivalent", "survived")),
            ]
            rates = [f"{one['rate']:.1%}", f"{one['rate_with_equivalent']:.1%}"]
            lines.append(f"| {' | '.join([*cells, *rates, one['commit']])} |")
    return "\n".join(lines) + "\n"


def write_table(folder: Path) -> None:
    document = ROOT / "docs" / "trust.md"
    told = _PLACE.sub(lambda found: f"{found[1]}{table_of(folder)}{found[2]}", document.read_text(encoding="utf-8"))
    document.write_text(told, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser("python -m tests.mutants", description="わざと入れた誤りを試験が見つける割合")
    parser.add_argument("targets", nargs="*", help=f"調べるもの（書かなければすべて）：{'、'.join(TARGETS)}")
    parser.add_argument("--most", type=int, default=400, help="調べるものごとの、誤りの数の上限")
    parser.add_argument("--seed", type=int, default=1, help="えらぶときの乱数の種")
    parser.add_argument("--seconds", type=float, default=7200, help="調べるものごとに、誤りを入れ続ける時間の上限")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "trust", help="結果の JSON を置くフォルダー")
    parser.add_argument("--tell", action="store_true", help="見つけたものも一つずつ出す")
    given = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in given.targets or TARGETS:
        child = os.fork()  # each begins with no more than this program, whatever the one before loaded
        if child == 0:
            found = as_json(
                name,
                TARGETS[name],
                measure(TARGETS[name], given.most, given.seed, given.seconds),
                given.most,
                given.seed,
            )
            write(found, given.out)
            print(
                f"{name}: {found['rate']:.1%}（{found['dose']['tried']}のうち、見つけた {found['killed']}、止まった {found['timed_out']}、同じもの {found['equivalent']}、残った {found['survived']}）",
                flush=True,
            )
            for survivor in found["survivors"]:
                print(f"  {survivor}", flush=True)
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
    if given.out.resolve() == ROOT / "docs" / "trust":
        write_table(given.out)


if __name__ == "__main__":
    main()
