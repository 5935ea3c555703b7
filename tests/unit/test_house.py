"""The rules of the house, read from the source: who may import whom, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.shared import ROOT

TOP = {
    "requirements.txt",
    "streamlit_app.py",
    "pages",
    "embedcore",
    "tests",
    "sample_data",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements-dev.txt",
    ".streamlit",
    ".ci",
    ".gitignore",
    ".pre-commit-config.yaml",
}

# Room -> rooms of embedcore that it may not enter. Data moves left to right and never back.
# embedcore.methods.base is open to all: it holds Progress, the one word all long work shares.
ABOVE = {"recommend", "store", "jobs", "worker", "tasks", "samples", "commands", "__main__"}
FORBIDDEN = {
    "errors": {"*"},
    "images": {"embedding", "dataset", "intake", "methods", "training", "neighbours", "explore", "match", *ABOVE},
    "strings": {"*"},
    "scratch": {"*"},
    "baskets": {"images", "embedding", "dataset", "intake", "methods", "neighbours", "explore", "match", *ABOVE},
    "embedding": {"dataset", "intake", "methods", "training", "neighbours", "explore", "match", *ABOVE},
    "dataset": {"intake", "methods", "training", "neighbours", "explore", "match", *ABOVE},
    "intake": {"methods", "training", "neighbours", "explore", "match", *ABOVE},
    "methods": {"intake", "explore", "match", "neighbours", *ABOVE},
    "training": {"intake", "explore", "match", "neighbours", *ABOVE},
    "neighbours": {"intake", "methods", "training", "explore", "match", *ABOVE},
    "explore": {"intake", "methods", "training", "match", *ABOVE},
    "match": {"intake", "methods", "training", *ABOVE},
    "recommend": {"intake", "training", *(ABOVE - {"recommend"})},
    "store": {"intake", "methods", "training", "jobs", "worker", "tasks", "samples", "commands", "__main__"},
    "jobs": {"intake", "training", "explore", "neighbours", "worker", "tasks", "samples", "commands", "__main__"},
}
HEAVY = ("torch", "streamlit", "umap", "numba", "sklearn", "sentence_transformers", "faiss", "transformers")
# Where a crash of anything must become a sentence or a line in a log: the worker's threads and the pages' boundary.
BOUNDARIES = {"embedcore/jobs/worker.py", "embedcore/jobs/warmup.py", "embedcore/jobs/jobs.py", "pages/ui/shell.py"}
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.S)


def tracked(pattern: str = "*") -> list[Path]:
    """Files git knows or would add, so that a rule holds before the commit too."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [p for name in listed.split("\0") if name and (p := ROOT / name).is_file() and p.match(pattern)]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def sources(*folders: str) -> list[Path]:
    return [p for p in tracked("*.py") if name(p).split("/")[0] in folders or name(p) in folders]


MODULES = {module_of(p): p for p in sources("embedcore", "pages", "streamlit_app.py")}


def imports(path: Path) -> set[str]:
    """Full names of what a file imports anywhere (`from a import b` is a.b when that is a module of ours, else a)."""
    found: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)} uses a relative import"
            module = node.module or ""
            found |= {f"{module}.{a.name}" if f"{module}.{a.name}" in MODULES else module for a in node.names}
    return found


def room(module: str) -> str:
    """embedcore.explore.search -> explore"""
    return module.split(".")[1] if "." in module else ""


def test_top_level_holds_what_the_readme_lists() -> None:
    assert {name(p).split("/")[0] for p in tracked()} == TOP


def test_no_import_cycle() -> None:
    # A package's __init__ gathers names from its own modules: that edge is not a cycle.
    edges = {
        m: {i for i in imports(p) if i in MODULES and i != m and not m.startswith(i + ".")} for m, p in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join([*trail[trail.index(module) :], module])
        if module not in done:
            for target in sorted(edges[module]):
                visit(target, (*trail, module))
            done.add(module)

    for module in sorted(MODULES):
        visit(module, ())


def test_rooms_of_the_library_stay_in_their_order() -> None:
    wrong = []
    for path in sources("embedcore"):
        here = room(module_of(path))
        barred = FORBIDDEN.get(here, set())
        for target in imports(path):
            there = room(target)
            shut = target.startswith("embedcore.") and target != "embedcore.methods.base"
            if shut and there != here and ("*" in barred or there in barred):
                wrong.append(f"{name(path)} imports {target}")
    assert not wrong


def test_library_knows_nothing_of_the_app() -> None:
    wrong = [
        f"{name(p)}: {i}"
        for p in sources("embedcore")
        for i in imports(p)
        if i.split(".")[0] in {"streamlit", "pages", "streamlit_app"}
    ]
    assert not wrong


def test_pages_use_the_public_library_and_their_own_kit_only() -> None:
    wrong = []
    for path in sources("pages", "streamlit_app.py"):
        for target in imports(path):
            first = target.split(".")[0]
            private = any(part.startswith("_") for part in target.split(".")) and first == "embedcore"
            inside = target in {"embedcore.jobs.worker", "embedcore.tasks.tasks"} or first in {*HEAVY, "duckdb"} - {
                "streamlit"
            }
            page = first == "pages" and target != "pages.ui" and not target.startswith("pages.ui.")
            if private or inside or page:
                wrong.append(f"{name(path)} imports {target}")
    assert not wrong


def test_sql_and_duckdb_stand_in_the_store_and_where_files_are_read() -> None:
    wrong = []
    for path in sources("embedcore", "pages", "streamlit_app.py"):
        allowed = re.fullmatch(r"embedcore/store/\w+\.py|embedcore/intake/(tables/csv|purchases/heads)\.py", name(path))
        texts = [n.value for n in ast.walk(tree(path)) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        if not allowed and ("duckdb" in imports(path) or any(SQL.search(t) for t in texts)):
            wrong.append(name(path))
    assert not wrong


def test_nothing_that_runs_code_from_data() -> None:
    banned = {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
    wrong = []
    for path in sources("embedcore", "pages", "streamlit_app.py", "tests", "sample_data"):
        wrong += [f"{name(path)} imports {i}" for i in imports(path) if i.split(".")[0] in banned]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                html = [k for k in node.keywords if k.arg == "unsafe_allow_html"]
                pickled = [k for k in node.keywords if k.arg == "allow_pickle" and ast.unparse(k.value) != "False"]
                if call in {"torch.load", "eval", "exec", "st.html", "pd.read_pickle"} or html or pickled:
                    wrong.append(f"{name(path)}:{node.lineno} {call}")
    assert not wrong


def test_broad_excepts_stand_at_process_boundaries_only() -> None:
    wrong = []
    for path in sources("embedcore", "pages", "streamlit_app.py"):
        for node in ast.walk(tree(path)):
            # Catching all to undo something and raise it again is fine.
            again = isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[-1]) == "raise"
            if isinstance(node, ast.ExceptHandler) and not again and name(path) not in BOUNDARIES:
                caught = ast.unparse(node.type) if node.type else "everything"
                if caught in {"everything", "Exception", "BaseException"}:
                    wrong.append(f"{name(path)}:{node.lineno} catches {caught}")
    assert not wrong


def test_nothing_is_left_for_later() -> None:
    # Spelt in halves, or this line would find itself.
    later = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error", "x" + "fail"]))
    assert not [name(p) for p in tracked("*.py") if later.search(p.read_text(encoding="utf-8"))]


def test_files_stay_short() -> None:
    limits = {"embedcore": 400, "pages": 250, "tests": 450, "sample_data": 600, "streamlit_app.py": 20}
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in tracked("*.py")}
    assert not {name(p): n for p, n in lengths.items() if n > limits[name(p).split("/")[0]]}


def test_no_package_registry_or_machine_path_is_named() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted", "download.py" + "torch", "--index" + "-url", "anaconda" + ".org"]
    paths = ["/wo" + "rk/", "/ro" + "ot/", "/opt/wh" + "eels", "/opt/py" + "pi"]
    wrong = []
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "ignore") if path.stat().st_size < 1_000_000 else ""
        wrong += [f"{name(path)} names {word}" for word in hosts + paths if word in text]
    assert not wrong


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_requirements_are_exact_pins(file: str) -> None:
    lines = [line for line in (ROOT / file).read_text().splitlines() if line and not line.startswith("#")]
    if file == "requirements-dev.txt":
        assert lines.pop(0) == "-r requirements.txt"
    else:
        assert lines[0] == "torch==2.13.0"
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines), lines
    assert len({re.sub(r"[-_.]+", "-", line.split("==")[0]).lower() for line in lines}) == len(lines)


def light_modules() -> list[str]:
    """All of the library but the methods themselves and what runs in the worker."""
    own = {
        "embedcore.training",
        "embedcore.jobs.worker",
        "embedcore.tasks.tasks",
        "embedcore.commands",
        "embedcore.__main__",
    }
    base = {"embedcore.methods", "embedcore.methods.base", "embedcore.progress"}
    return sorted(
        m for m in MODULES if m.startswith("embedcore") and m not in own and (room(m) != "methods" or m in base)
    )


def test_importing_the_library_loads_nothing_heavy() -> None:
    code = (
        f"import importlib, sys\nfor m in {light_modules()}:\n    importlib.import_module(m)\n"
        f"print([h for h in {HEAVY} if h in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_listing_every_method_loads_nothing_heavy() -> None:
    # The Train page lists them all; what a method computes with is imported when it trains.
    code = (
        "import sys\nfrom embedcore.methods import all_methods\nassert len(all_methods()) > 5\n"
        f"print([h for h in {HEAVY} if h in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_every_rule_looks_at_something() -> None:
    assert len(MODULES) > 5
    assert len(light_modules()) > 5
    assert len(tracked()) > 10
    assert SQL.search("SELECT a FROM b")
    assert not SQL.search("Select a column from the list")
