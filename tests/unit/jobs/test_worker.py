"""What happens inside the worker: progress that is thinned, warming up that nobody waits for, stages of a job."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from embedcore.jobs.warmup import Step, WarmUp, Which, none
from embedcore.jobs.worker import Report
from embedcore.tasks import training, warmup

PATIENCE = 240.0  # seconds: a failure on a busy machine, too


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def test_progress_is_thinned_and_no_loss_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("embedcore.jobs.worker.time.monotonic", lambda: now[0])
    sent: list[dict[str, Any]] = []
    report = Report(lambda m: sent.append(dict(m)), Path("unused"))
    for step in range(1, 1001):
        now[0] += 0.001
        report(step, 1000, loss=1 / step, note=f"Training: {step} of 1,000")
    now[0] += 0.03
    report(1000, 1000, note="Saving")
    assert sent[-1]["note"] == "Saving", "a new stage is told at once"
    report(1000, 1000, loss=float("nan"))
    report.flush()
    report.flush()
    assert 8 <= len(sent) <= 14
    assert [tuple(p) for m in sent for p in m["losses"]] == [(s, 1 / s) for s in range(1, 1001)]


def test_a_kept_curve_has_its_ends() -> None:
    assert training.thin([1.0, 2.0]) == [1.0, 2.0]
    thin = training.thin([float(i) for i in range(12_345)])
    assert len(thin) == 500
    assert thin[0] == 0.0
    assert thin[-1] == 12_344.0


def test_warming_up_waits_for_rest_and_stops_for_a_job() -> None:
    now = ["starting"]  # what the worker does
    seen: list[tuple[str, str]] = []
    considered: list[tuple[str, str]] = []  # (step, kind of job): whether it may start beside this job was looked at
    go = threading.Event()

    def step(name: str) -> Callable[[], None]:
        return lambda: seen.append((name, now[0]))

    def slow() -> None:
        step("slow")()
        go.wait(PATIENCE)
        step("slow has ended")()

    def barred(kind: str, spec: Mapping[str, Any]) -> bool:
        bars = kind == "map" and spec["run"] == "r"
        if bars:
            go.set()  # the job is about to wait
        return bars

    def beside(name: str, *kinds: str) -> Which:
        def look(kind: str, spec: Mapping[str, Any]) -> bool:
            considered.append((name, kind))
            return kind in kinds

        return look

    warm = WarmUp(
        [
            Step(slow, barred),
            Step(step("beside"), none, beside=beside("beside", "train")),
            Step(step("last"), none, beside=beside("last")),
        ],
        delay=0.0,
    )
    now[0] = "resting"
    warm.rest()
    until(lambda: seen)
    assert seen == [("slow", "resting")], "nothing starts before the worker rests"
    now[0] = "reading"
    warm.pause("read", {})
    assert seen == [("slow", "resting")], "a job that can run beside the step does not wait for it"
    now[0] = "drawing a map"
    warm.pause("map", {"run": "r"})
    ended = [("slow", "resting"), ("slow has ended", "drawing a map")]
    assert seen == ended, "a job that needs the same waits for the step"
    until(lambda: ("beside", "map") in considered)
    assert seen == ended, "no other step starts beside this job"
    now[0] = "training"
    warm.pause("train", {})
    until(lambda: len(seen) == 3)
    assert seen[2] == ("beside", "training")
    until(lambda: ("last", "train") in considered)
    now[0] = "resting again"
    warm.rest()
    until(lambda: len(seen) == 4)
    assert seen[3] == ("last", "resting again")


def test_warming_up_waits_for_some_rest() -> None:
    now, seen = ["resting"], []
    warm = WarmUp([Step(lambda: seen.append(now[0]), none, beside=lambda kind, spec: kind == "train")], delay=3600.0)
    warm.rest()
    now[0] = "training"
    warm.pause("train", {})
    until(lambda: seen)
    assert seen == ["training"], "it did not start at rest, but beside a job that it may run beside"


def test_the_warm_up_of_the_worker_bars_what_it_must() -> None:
    def bars(kind: str, **spec: str) -> int:
        return sum(barred(kind, spec) for _, barred, _ in warmup.steps("heavy"))

    assert bars("read") == bars("import") == bars("sample") == 0
    assert bars("train") > 0
    assert bars("map") > 0
