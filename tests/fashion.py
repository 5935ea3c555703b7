"""Data folders with the fashion sample and what was trained on it, by the same jobs as the app's; see stock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedcore.jobs import Job, Jobs, OpenSample, Train
from embedcore.methods import get, run_key
from embedcore.store import Store
from tests import stock

PATIENCE = 240.0  # seconds: a cold worker compiles for a minute on a busy machine


def fill(home: Path, **methods: dict[str, Any]) -> dict[str, str]:
    """Make `home` a data folder with the sample and a run of each method, trained in their order with these
    parameters. Returns {method: run key}, and "data": the dataset's hash."""

    def make(folder: Path) -> dict[str, str]:
        return _fill(folder, methods)

    return stock.copy(home, ["fashion", list(methods.items())], make)


def _fill(home: Path, methods: dict[str, dict[str, Any]]) -> dict[str, str]:
    store = Store.open(home)
    jobs = Jobs(store, warm=False)
    try:
        data = finished(jobs, jobs.submit(OpenSample("fashion"))).result["dataset"]
        keys = {"data": data}
        for name, values in methods.items():
            method = get(name)
            params = method.Params.of(values)
            keys[name] = run_key(data, method, params, 0)
            finished(jobs, jobs.submit(Train(data, name, json.loads(params.canonical()), 0, keys[name])))
            for job in jobs.live():
                jobs.cancel(job.id)  # the slow map is not needed: pages work without it
    finally:
        jobs.close()
        store.close()
    return keys


def finished(jobs: Jobs, job: Job) -> Job:
    """The job once it is done; the test fails when it is not."""
    done = jobs.wait(job.id, PATIENCE)
    assert done.state == "done", (done.state, done.message, done.hint)
    return done
