"""train: dataset folder -> run folder."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from embedcore.commands.console import bar, pairs, step, value


def add(commands: Any) -> None:
    """Register the command."""
    train = commands.add_parser("train", help="dataset folder -> run folder")
    train.add_argument("data", type=Path, help="folder that ingest wrote")
    train.add_argument("out", type=Path, help="folder to write")
    train.add_argument("--method", default="product2vec", help="product2vec (default), text, svd")
    train.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE", help="as on the page")
    train.add_argument("--seed", type=int, default=0)
    train.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    from embedcore.dataset import Dataset
    from embedcore.tasks import TASKS

    dataset = Dataset.load(wanted.data)
    params = {k: value(v) for k, v in pairs(wanted.set, "--set").items()}
    spec = {
        "dataset": dataset.hash,
        "dataset_folder": str(wanted.data),
        "method": wanted.method,
        "params": params,
        "seed": wanted.seed,
    }
    wanted.out.mkdir(parents=True, exist_ok=True)
    with step(f"Train {wanted.method}"):
        TASKS["train"](spec, wanted.out, bar("training"))
    print(f"  -> {wanted.out}")
