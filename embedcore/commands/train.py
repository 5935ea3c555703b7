"""train: a catalogue -> vectors in a file; or a dataset folder -> a run folder."""

from __future__ import annotations

import argparse
import os
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands.console import bar, pairs, raw_option, show, step, value
from embedcore.errors import InputError

if TYPE_CHECKING:
    from embedcore.data import Dataset
    from embedcore.methods import Fitted, Method, Params


def add(commands: Any) -> None:
    """Register the command."""
    train = commands.add_parser("train", help="catalogue -> vectors in a file, or dataset folder -> run folder")
    train.add_argument("data", type=Path, help="catalogue (csv, parquet or Excel), or a folder that ingest wrote")
    train.add_argument("run_folder", type=Path, nargs="?", metavar="out", help="run folder to write")
    train.add_argument("--out", type=Path, metavar="FILE", help="vectors to write: .parquet, .csv or .npy")
    train.add_argument("--method", default="", help="cooccurrence (default), product2vec (default with baskets), ...")
    train.add_argument("--images", type=Path, metavar="FOLDER_OR_ZIP", help="pictures of the products")
    train.add_argument("--baskets", type=Path, metavar="FILE", help="purchases")
    train.add_argument("--target", default="", metavar="COLUMN", help="what the vectors should predict")
    train.add_argument(
        "--exclude", nargs="+", action="extend", default=[], metavar="COLUMN", help="columns to leave out"
    )
    train.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    train.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PARAMETER=VALUE",
        help="a parameter of the method, as on the Train page",
    )
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--new", type=Path, metavar="FILE", help="new products, given vectors without training")
    train.add_argument("--new-out", type=Path, metavar="FILE", help="vectors of the new products")
    raw_option(train)
    train.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Train one method; write its vectors to a file, or everything that the app makes of it to a run folder."""
    from embedcore import methods
    from embedcore.export import write_vectors

    os.environ["EMBEDCORE_MODEL_PATHS"] = "1"  # who types a path here may read the disk anyway
    _check(options)
    data = _data(options)
    method = methods.get(options.method or ("product2vec" if data.baskets is not None else "cooccurrence"))
    params = method.Params.of(parameters(method, options, data))
    if options.run_folder is not None:
        _keep(options, data, method, params)
        return
    with step(f"Train {method.name}"):
        fitted = method.fit(data, params, bar("training"), options.seed)
    summary(fitted)
    product = fitted.embeddings["product"]
    write_vectors(product, options.out, raw=options.raw)
    print(f"{len(product):,} vectors with {product.dimension} dimensions -> {options.out}")
    if options.new is not None:
        from embedcore.commands import files

        news = files.more(options.new, data, options.images if "images" in method.needs else None)
        found = fitted.embed(news)
        if len(found) < len(news):
            print(f"  {len(news) - len(found):,} new products have no vector: nothing is known about them.")
        write_vectors(found, options.new_out, raw=options.raw)
        print(f"{len(found):,} vectors of new products -> {options.new_out}")


def _check(options: argparse.Namespace) -> None:
    """InputError when the options do not go together."""
    from embedcore import methods
    from embedcore.export import VECTORS, check_ending

    if (options.out is None) == (options.run_folder is None):
        raise InputError("Where should the result go? (--out)", "Give --out FILE, or a run folder.")
    for path in (options.out, options.new_out):
        if path is not None:
            check_ending(path, VECTORS)
    if (options.new is None) != (options.new_out is None):
        raise InputError("New products need both --new and --new-out.", "Give a file for each.")
    if options.method and "runs" in methods.get(options.method).needs:
        raise InputError(
            f"“{options.method}” combines trained embeddings, which this command cannot do.", "Use the Train page."
        )
    if options.data.is_dir() and (options.images or options.baskets or options.role):
        raise InputError(
            "A dataset folder already has its baskets, pictures and roles of columns.", "Give them to ingest instead."
        )
    if not options.data.is_dir() and options.run_folder is not None:
        raise InputError("A run folder is made from a dataset folder.", "Run ingest first, or give --out FILE.")


def _data(options: argparse.Namespace) -> Dataset:
    from embedcore.commands import files
    from embedcore.data import Dataset

    if options.data.is_dir():
        return Dataset.load(options.data)
    roles = pairs(options.role, "--role")
    return files.dataset(options.data, options.baskets, options.images, roles, near=options.out.parent)


def parameters(method: Method, options: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """--set, --target and --exclude as the method's parameters; InputError when the method or a column is missing."""
    known: dict[str, Any] = {f.name: f.metadata for f in fields(method.Params)}
    values: dict[str, Any] = {k: value(v) for k, v in pairs(options.set, "--set").items()}
    for k, v in values.items():
        lists = known.get(k, {}).get("columns") is not None or known.get(k, {}).get("runs")
        if lists and not isinstance(v, list):
            values[k] = [part for part in str(v).split(",") if part]
    columns = list(data.catalogue.roles) if data.catalogue is not None else []
    for option, requested in (("target", [options.target] if options.target else []), ("exclude", options.exclude)):
        if not requested:
            continue
        if option not in known:
            raise InputError(
                f"The method “{method.name}” has no --{option}.", "Leave it out, or choose another method."
            )
        missing = [c for c in requested if c not in columns and not (option == "target" and c == "baskets")]
        if missing:
            raise InputError(f"There is no column “{missing[0]}”.", f"Known: {', '.join(columns)}.")
        values[option] = requested[0] if option == "target" else tuple(requested)
    return values


def summary(fitted: Fitted) -> None:
    """Print what a person should know about an embedding: notices, what was left out, and how good it is."""
    meta = fitted.meta
    show(meta.get("notices", ()))
    for column, why in meta.get("unused", ()):
        print(f"  Column “{column}” is not used: {why}.")
    if meta.get("left_out"):
        print(f"  {meta['left_out']:,} products have no vector: nothing is known about them.")
    if meta.get("never_bought"):
        print(f"  {meta['never_bought']:,} products have no vector: they were never bought.")
    for f in meta.get("figures", ()):
        beside = "" if f["baseline"] is None else f"   {f['baseline_name']}: {_number(f['baseline'], f['kind'])}"
        print(f"  {f['name']}: {_number(f['value'], f['kind'])}{beside}")


def _number(x: float, kind: str) -> str:
    return f"{x:.1%}" if kind == "share" else f"{x:,.3g}"


def _keep(options: argparse.Namespace, data: Dataset, method: Method, params: Params) -> None:
    """Write the run folder that the app writes: model, vectors, neighbours, first map and groups."""
    import json

    from embedcore.tasks import train

    spec = {
        "dataset": data.hash,
        "dataset_folder": str(options.data),
        "method": method.name,
        "params": json.loads(params.canonical()),
        "seed": options.seed,
    }
    options.run_folder.mkdir(parents=True, exist_ok=True)
    show([said] if (said := method.warns(data, params)) else [])
    with step(f"Train {method.name}"):
        train(spec, options.run_folder, bar("training"))
    print(f"  -> {options.run_folder}")
