"""Are the packages that the app stands on the pinned ones, and is any known to be vulnerable? It says what ran.

    python -m tests.audit

Without a network: every pin is exact, the installed set is the pinned one, nothing comes from a repository or an
address, and nothing contradicts anything. With one: pip-audit asks its advisory service about each pin of
requirements.txt. Fails on a finding; a service that cannot be reached is said, with what was not audited.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from tests.shared import ROOT

FILES = ("requirements.txt", "requirements-dev.txt")
PATIENCE = 45  # seconds for the advisory service
_OWN = ("embedcore", "pip", "setuptools", "wheel")  # the app itself, and what made the environment
_PIN = re.compile(r"([\w.-]+)==([\w.]+)")


@dataclass
class Outcome:
    """What one check found. problems: what makes the audit fail; said: what it did."""

    said: list[str]
    problems: list[str]


def canonical(name: str) -> str:
    """A package's name as all tools compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(text: str) -> tuple[dict[str, str], list[str]]:
    """({name: version}, lines that are no exact pin) of a requirements file."""
    lines = [line.split("#")[0].strip() for line in text.splitlines()]
    found = {line: _PIN.fullmatch(line) for line in lines if line and not line.startswith("-r ")}
    return {canonical(m[1]): m[2] for m in found.values() if m}, [line for line, m in found.items() if m is None]


def compared(wanted: dict[str, str], installed: dict[str, str]) -> Outcome:
    """The installed set beside the pins. A build's own mark ("2.13.0+cpu") is the same version."""
    here = {name: version.split("+")[0] for name, version in installed.items()}
    missing = sorted(name for name in wanted if name not in here)
    other = sorted(name for name in wanted if name in here and here[name] != wanted[name])
    more = sorted(name for name in here if name not in wanted and name not in _OWN)
    same = {name: here[name] for name in wanted if name in here}
    mark = hashlib.sha256("\n".join(f"{n}=={v}" for n, v in sorted(same.items())).encode()).hexdigest()[:12]
    said = [f"installed: {len(same)} of {len(wanted)} pinned packages, set {mark}"]
    if more:
        said.append(f"beyond the pins: {', '.join(more)}")
    problems = [f"{name} is pinned to {wanted[name]} and not installed" for name in missing]
    return Outcome(said, problems + [f"{n} is pinned to {wanted[n]}, installed is {here[n]}" for n in other])


def origins(found: Iterable[Distribution]) -> Outcome:
    """Nothing may come from a repository or an address; licences by name, as the packages state them."""
    problems, licences = [], Counter[str]()
    for package in found:
        name = canonical(package.metadata["Name"])
        if package.read_text("direct_url.json") and name not in _OWN:
            problems.append(f"{name} was not installed from an index")
        known = package.metadata.json
        stated = str(known.get("license_expression") or known.get("license") or "").strip()
        licences[stated.split("\n")[0][:30] or "not stated in one word"] += 1
    return Outcome([f"licences: {', '.join(f'{name} {n}' for name, n in licences.most_common(5))}, ..."], problems)


def advisories(answer: str, wanted: dict[str, str], error: str = "") -> Outcome:
    """What pip-audit answered (its JSON). A package that it skipped was not audited, whatever its exit status."""
    try:
        found: list[dict[str, Any]] = list(json.loads(answer)["dependencies"])
    except (ValueError, KeyError, TypeError):
        why = f" ({error})" if error else ""
        return Outcome([f"advisory database not reached{why}: {len(wanted)} packages NOT audited"], [])
    asked = {canonical(d["name"]) for d in found if "skip_reason" not in d and isinstance(d.get("vulns"), list)}
    left = sorted(set(wanted) - asked)
    said = [f"advisory database: {len(set(wanted) & asked)} packages audited"]
    if left and not asked:
        said = [f"advisory database not reached: {len(left)} packages NOT audited"]
    elif left:
        said.append(f"{len(left)} packages NOT audited: {', '.join(left)}")
    problems = [
        f"{d['name']} {d.get('version', '')} is vulnerable: {v.get('id', '?')}"
        + (f", mended in {', '.join(v['fix_versions'])}" if v.get("fix_versions") else "")
        for d in found
        for v in d.get("vulns") or []
    ]
    return Outcome(said, problems)


def ask(wanted: dict[str, str]) -> Outcome:
    """Let pip-audit ask its service; it is stopped when it takes too long."""
    command = [sys.executable, "-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    try:
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return advisories("", wanted, f"no answer in {PATIENCE} s")
    missing = "No module named" in ran.stderr
    return advisories(ran.stdout, wanted, "pip-audit is not installed" if missing else "")


def consistent() -> Outcome:
    """pip check."""
    ran = subprocess.run(
        [sys.executable, "-m", "pip", "check"], capture_output=True, text=True, timeout=60, check=False
    )
    return Outcome(
        ["pip check: " + ("fine" if ran.returncode == 0 else "not fine")], ran.stdout.splitlines() * ran.returncode
    )


def main(root: Path = ROOT) -> int:
    """Run all checks, say what ran and what was found; 1 when something was."""
    app, loose = pins((root / FILES[0]).read_text(encoding="utf-8"))
    tools, more = pins((root / FILES[1]).read_text(encoding="utf-8"))
    exact = Outcome([f"pins: {len(app)} of the app, {len(tools)} of its tools, all exact"], [])
    exact.problems += [f"“{line}” is no exact pin" for line in loose + more]
    here = list(distributions())
    installed = {canonical(d.metadata["Name"]): d.version for d in here}
    outcomes = [exact, compared(app | tools, installed), origins(here), consistent(), ask(app)]
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    for line in [line for outcome in outcomes for line in outcome.said] + [f"PROBLEM {p}" for p in problems]:
        print(f"audit: {line}")
    print(f"audit: {len(problems)} problems" if problems else "audit: no problem found in what ran")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
