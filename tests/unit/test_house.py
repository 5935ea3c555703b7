"""The rules of the house, read from the source: who may import whom, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.shared import ROOT

TOP = {
    "requirements.txt",
    "streamlit_app.py",
    "pages",
    "embedcore",
    "docs",
    "tests",
    "sample_data",
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "pyproject.toml",
    "requirements-dev.txt",
    "Dockerfile",
    ".dockerignore",
    ".streamlit",
    ".ci",
    ".gitignore",
    ".pre-commit-config.yaml",
}

HEAVY = ("torch", "streamlit", "umap", "numba", "sklearn", "sentence_transformers", "faiss", "transformers")
# Where a crash of anything must become a sentence or a line in a log: the worker's threads and the pages' boundary.
BOUNDARIES = {*(f"embedcore/jobs/{name}.py" for name in ("worker", "warmup", "runner", "board")), "pages/ui/shell.py"}
BOUNDARIES |= {"embedcore/methods/text/encoder.py"}  # models from elsewhere raise whatever their libraries like
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


def table() -> dict[str, set[str]]:
    """The rooms of ARCHITECTURE.md: name -> the rooms that it may enter. The table is the rule, so it cannot lie."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| ([^|]+) \|$", text.split("## The rooms")[1].split("\n## ")[0], re.M)
    return {
        room: set(re.findall(r"`([\w./]+)`", may)) for rooms, may in rows for room in re.findall(r"`([\w./]+)`", rooms)
    }


RULES = table() | {"": {"errors", "data"}}  # "": the package itself, which exports the nouns


def room(module: str) -> str:
    """The room of a module of the library, the innermost that has a rule: embedcore.explore.search -> explore."""
    parts = module.removeprefix("embedcore").strip(".").split(".")
    return next((r for n in range(len(parts), 0, -1) if (r := ".".join(parts[:n])) in RULES), "")


def face(name: str) -> str:
    return f"embedcore.{name}" if name else "embedcore"


@cache
def exported(module: str) -> set[str]:
    """What a face hands out: its __all__, or the public names of a room that is one file."""
    path = MODULES[module]
    for node in tree(path).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return {str(e.value) for e in ast.walk(node.value) if isinstance(e, ast.Constant)}
    assert path.name != "__init__.py" or not module.startswith("embedcore."), f"{name(path)} has no __all__"
    return {
        n.name for n in tree(path).body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")
    } | {ast.unparse(t) for n in tree(path).body if isinstance(n, ast.Assign | ast.AnnAssign) for t in targets(n)}


def targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def doors(path: Path) -> list[tuple[str, str]]:
    """(module, name) of everything a file takes out of the library; name is "" for `import module`."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "embedcore":
            found += [(str(node.module), alias.name) for alias in node.names]
        if isinstance(node, ast.Import):
            found += [(a.name, "") for a in node.names if a.name.split(".")[0] == "embedcore"]
    return found


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


def test_every_module_stands_in_a_room_of_the_table() -> None:
    ruled = [m for m in MODULES if m.startswith("embedcore.")]
    assert len(ruled) > 100
    assert not [m for m in ruled if not room(m)]
    assert not [r for r in RULES if not r.startswith(("pages", "streamlit", "embedcore")) and face(r) not in MODULES]


def test_rooms_are_entered_in_their_order_and_by_their_face_only() -> None:
    wrong = []
    for path in sources("embedcore", "pages"):
        module = module_of(path)
        here = room(module) if module.startswith("embedcore") else "pages"
        for target, taken in doors(path):
            there = room(target) or room(f"{target}.{taken}")
            if not there or there == here or (target == "embedcore" and f"embedcore.{taken}" not in MODULES):
                continue  # its own room, or a public name of the package
            at = target if target == face(there) else f"{target}.{taken}"
            if there not in RULES[here]:
                wrong.append(f"{name(path)} enters {there} ({target})")
            elif at != face(there) or (target == face(there) and taken and taken not in exported(face(there))):
                wrong.append(f"{name(path)} takes {taken} of {target}, not of the face")
    assert not wrong


def test_library_knows_nothing_of_the_app() -> None:
    wrong = [
        f"{name(p)}: {i}"
        for p in sources("embedcore")
        for i in imports(p)
        if i.split(".")[0] in {"streamlit", "pages", "streamlit_app"}
    ]
    assert not wrong


def page_folder(module: str) -> str:
    """pages.ui.map.view -> map; "" for the kit and for the pages themselves."""
    parts = module.split(".")
    folder = ".".join(parts[:3])
    return parts[2] if len(parts) > 2 and parts[1] == "ui" and MODULES[folder].name == "__init__.py" else ""


def test_pages_use_the_kit_and_their_own_folder_only() -> None:
    wrong = []
    for path in sources("pages", "streamlit_app.py"):
        module, folders = module_of(path), set()
        for target in imports(path):
            first = target.split(".")[0]
            if first in {*HEAVY, "duckdb"} - {"streamlit"}:
                wrong.append(f"{name(path)} imports {target}")
            if first == "pages" and not re.match(r"pages(\.ui|\.web)?($|\.(ui|web)\.)", target):
                wrong.append(f"{name(path)} imports the page {target}")
            if module.startswith("pages.web") and target.startswith("pages.ui"):
                wrong.append(f"{name(path)}, a part of the server, imports {target}")
            if first == "pages" and target.startswith("pages.web.") and not module.startswith("pages.web"):
                wrong.append(f"{name(path)} takes {target}, not the face pages.web")
            if target in MODULES and first == "pages" and (folder := page_folder(target)):
                folders.add(folder)
        if module.startswith("pages.ui."):
            wrong += [f"{name(path)} imports the folder {f}" for f in folders - {page_folder(module)}]
        elif len(folders) > 1:
            wrong.append(f"{name(path)} imports the folders {sorted(folders)}")
    assert not wrong


def test_every_page_begins_with_the_shell() -> None:
    # Then a link to any page works as the first request of a fresh server, which knows nothing of streamlit_app.py yet.
    pages = [p for p in sources("pages") if p.parent.name == "pages" and p.name != "__init__.py"]
    assert len(pages) >= 10
    for path in pages:
        done = [
            node
            for node in tree(path).body
            if not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef))
            and any(isinstance(part, ast.Call) for part in ast.walk(node))
        ]
        assert isinstance(done[0], (ast.Expr, ast.Assign)), name(path)
        assert ast.unparse(done[0].value) == f"shell.page('{path.stem}')", name(path)


def test_sql_and_duckdb_stand_in_the_store_and_where_files_are_read() -> None:
    wrong = []
    for path in sources("embedcore", "pages", "streamlit_app.py"):
        allowed = re.fullmatch(
            r"embedcore/store/\w+\.py|embedcore/intake/(text/delimited|purchases/order)\.py", name(path)
        )
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


def test_files_and_folders_stay_short() -> None:
    # vocabulary.py is a list of words, many on a line.
    limits = {"embedcore": 350, "pages": 250, "tests": 450, "sample_data": 350, "streamlit_app.py": 20}
    lengths = {p: len(p.read_text(encoding="utf-8").splitlines()) for p in tracked("*.py")}
    assert not {name(p): n for p, n in lengths.items() if n > limits[name(p).split("/")[0]]}
    folders = Counter(p.parent for p in lengths)
    assert not {name(folder): n for folder, n in folders.items() if n > 20}


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
    """Every face, and all of the library but the methods themselves and what runs in the worker."""
    own = ("embedcore.jobs.worker", "embedcore.tasks", "embedcore.commands", "embedcore.__main__", "embedcore.methods")
    light = [m for m in MODULES if m.startswith("embedcore") and not m.startswith(own)]
    return sorted({*light, *(face(r) for r in RULES if face(r) in MODULES and r != "__main__")})


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
