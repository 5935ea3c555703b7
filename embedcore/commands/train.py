"""train: a catalogue -> vectors in a file; or a dataset folder -> a run folder."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedcore.commands.console import bar, pairs, step, value
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
    train.add_argument("--target", default="", metavar="COLUMN", help="what the vectors should tell apart")
    train.add_argument("--exclude", nargs="+", action="extend", default=[], metavar="COLUMN", help="not to learn from")
    train.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    train.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE", help="as on the page")
    train.add_argument("--seed", type=int, default=0)
    train.add_argument("--new", type=Path, metavar="FILE", help="new products, given vectors without training")
    train.add_argument("--new-out", type=Path, metavar="FILE", help="vectors of the new products")
    train.set_defaults(run=run)


def run(wanted: argparse.Namespace) -> None:
    from embedcore import methods
    from embedcore.data import Dataset
    from embedcore.export import VECTORS, check_ending, write_vectors

    if (wanted.out is None) == (wanted.run_folder is None):
        raise InputError("It is not said where the result goes.", "Give --out FILE, or a run folder.")
    for path in (wanted.out, wanted.new_out):
        if path is not None:
            check_ending(path, VECTORS)
    if (wanted.new is None) != (wanted.new_out is None):
        raise InputError("New products need --new and --new-out, a file each.", "Give both.")
    if wanted.method and "runs" in methods.get(wanted.method).needs:
        raise InputError(
            f"“{wanted.method}” joins finished results, which this command does not know.", "Make it on the Train page."
        )
    if wanted.data.is_dir():
        if wanted.images or wanted.baskets or wanted.role:
            raise InputError(
                "A dataset folder has its baskets, pictures and kinds of columns already.", "Give them to ingest."
            )
        data = Dataset.load(wanted.data)
    else:
        from embedcore.commands import files

        if wanted.run_folder is not None:
            raise InputError(
                "A run folder is made from a dataset folder, and no such folder was given.",
                "Run ingest first, or give --out FILE.",
            )
        data = files.dataset(
            wanted.data, wanted.baskets, wanted.images, pairs(wanted.role, "--role"), near=wanted.out.parent
        )
    method = methods.get(wanted.method or ("product2vec" if data.baskets is not None else "cooccurrence"))
    params = method.Params.of(parameters(method, wanted, data))
    if wanted.run_folder is not None:
        _keep(wanted, data, method, params)
        return
    with step(f"Train {method.name}"):
        fitted = method.fit(data, params, bar("training"), wanted.seed)
    say(fitted)
    product = fitted.embeddings["product"]
    write_vectors(product, wanted.out)
    print(f"{len(product):,} vectors of {product.dimension} numbers -> {wanted.out}")
    if wanted.new is not None:
        from embedcore.commands import files

        news = files.more(wanted.new, data, wanted.images if "images" in method.needs else None)
        found = fitted.embed(news)
        if len(found) < len(news):
            print(f"  {len(news) - len(found):,} new products got no vector: nothing about them was known")
        write_vectors(found, wanted.new_out)
        print(f"{len(found):,} vectors of new products -> {wanted.new_out}")


def parameters(method: Method, wanted: argparse.Namespace, data: Dataset) -> dict[str, Any]:
    """--set, --target and --exclude as the method's parameters; InputError when it has no such thing."""
    known: dict[str, Any] = {f.name: f.metadata for f in fields(method.Params)}
    values: dict[str, Any] = {k: value(v) for k, v in pairs(wanted.set, "--set").items()}
    for k, v in values.items():
        lists = known.get(k, {}).get("columns") is not None or known.get(k, {}).get("runs")
        if lists and not isinstance(v, list):
            values[k] = [part for part in str(v).split(",") if part]
    columns = list(data.catalogue.roles) if data.catalogue is not None else []
    for option, asked in (("target", [wanted.target] if wanted.target else []), ("exclude", wanted.exclude)):
        if not asked:
            continue
        if option not in known:
            raise InputError(f"The method “{method.name}” has no --{option}.", "Leave it out, or take another method.")
        missing = [c for c in asked if c not in columns and not (option == "target" and c == "baskets")]
        if missing:
            raise InputError(f"There is no column “{missing[0]}”.", f"Known: {', '.join(columns)}.")
        values[option] = asked[0] if option == "target" else tuple(asked)
    return values


def say(fitted: Fitted) -> None:
    """What a person should know about a result: notices first, then what was left out, then how good it is."""
    meta = fitted.meta
    for notice in meta.get("notices", ()):
        print(f"  {notice}")
    for column, why in meta.get("unused", ()):
        print(f"  Column “{column}” is not used: {why}.")
    if meta.get("left_out"):
        print(f"  {meta['left_out']:,} products have no vector: nothing to learn from is known of them.")
    if meta.get("never_bought"):
        print(f"  {meta['never_bought']:,} products have no vector: they were never bought.")
    for f in meta.get("figures", ()):
        beside = "" if f["baseline"] is None else f"   {f['baseline_name']}: {_number(f['baseline'], f['kind'])}"
        print(f"  {f['name']}: {_number(f['value'], f['kind'])}{beside}")


def _number(x: float, kind: str) -> str:
    return f"{x:.1%}" if kind == "share" else f"{x:,.3g}"


def _keep(wanted: argparse.Namespace, data: Dataset, method: Method, params: Params) -> None:
    """The run folder that the app makes, too: model, vectors, neighbours, first map and groups."""
    import json

    from embedcore.tasks import train

    spec = {
        "dataset": data.hash,
        "dataset_folder": str(wanted.data),
        "method": method.name,
        "params": json.loads(params.canonical()),
        "seed": wanted.seed,
    }
    wanted.run_folder.mkdir(parents=True, exist_ok=True)
    with step(f"Train {method.name}"):
        train(spec, wanted.run_folder, bar("training"))
    print(f"  -> {wanted.run_folder}")
