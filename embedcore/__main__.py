"""The same flow without a browser: python -m embedcore demo | ingest | train | export."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from embedcore.errors import EmbedError, InputError

EXAMPLE = "Running Shoes"     # the subcategory whose best seller the demo asks about


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it went well, 2 after one sentence about what to do."""
    os.environ.setdefault("TQDM_DISABLE", "1")
    # Read when torch is loaded: threads that spin while they wait make a busy machine crawl (demo 159 s against 23 s).
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    wanted = _parser().parse_args(arguments)
    try:
        wanted.run(wanted)
    except EmbedError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m embedcore", description="What products mean to each other.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    demo = commands.add_parser("demo", help="the whole flow on the sample data, printed")
    demo.set_defaults(run=_demo)

    ingest = commands.add_parser("ingest", help="files -> dataset folder")
    ingest.add_argument("--catalogue", type=Path, metavar="FILE", help="products: csv, parquet or Excel")
    ingest.add_argument("--baskets", type=Path, metavar="FILE", help="purchases: csv, parquet or Excel")
    ingest.add_argument("--sample", metavar="NAME", help="a sample instead of files: fashion or completejourney")
    ingest.add_argument("--role", action="append", default=[], metavar="COLUMN=ROLE", help="correct a guess")
    ingest.add_argument("--name", default="", help="what to call it (default: the file's name)")
    ingest.add_argument("out", type=Path, help="folder to write")
    ingest.set_defaults(run=_ingest)

    train = commands.add_parser("train", help="dataset folder -> run folder")
    train.add_argument("data", type=Path, help="folder that ingest wrote")
    train.add_argument("out", type=Path, help="folder to write")
    train.add_argument("--method", default="product2vec", help="product2vec (default), text, svd")
    train.add_argument("--set", action="append", default=[], metavar="PARAMETER=VALUE", help="as on the page")
    train.add_argument("--seed", type=int, default=0)
    train.set_defaults(run=_train)

    export = commands.add_parser("export", help="run folder -> vectors as .parquet, .csv or .npy")
    export.add_argument("run_folder", type=Path, metavar="run", help="folder that train wrote")
    export.add_argument("out", type=Path, help="file to write; its ending chooses the format")
    export.add_argument("--kind", default="product", help="product (default) or context")
    export.add_argument("--data", type=Path, help="dataset folder, to add titles")
    export.set_defaults(run=_export)
    return parser


def _demo(_: argparse.Namespace) -> None:
    from embedcore import methods, neighbours, samples
    from embedcore.explore import clusters, duplicates, recommend

    began = time.perf_counter()
    with _step("Open the sample shop"):
        shop = samples.load("fashion")
    assert shop.baskets is not None
    print(f"  {len(shop):,} products, {len(shop.baskets):,} baskets, {len(shop.baskets.items):,} purchase lines")

    learner = methods.get("product2vec")
    with _step("Train product2vec on the baskets"):
        bought = learner.fit(shop, learner.Params(), _bar("training")).embeddings["product"]
    with _step("Find each product's neighbours and the clusters"):
        graph = neighbours.build(bought.vectors)
        found = clusters.auto(bought, shop)
    print(f"  {len(bought):,} vectors of {bought.dimension} numbers, {len(found.names)} clusters\n\nClusters")
    for label in sorted(range(len(found.names)), key=lambda n: -found.sizes[n])[:12]:
        print(f"  {found.sizes[label]:5,} products  {found.names[label]}")

    reader = methods.get("text")
    print()
    with _step("Read the titles (text encoder)"):
        read = reader.fit(shop, reader.Params.of({"columns": ["title"]}), _bar("reading")).embeddings["product"]
        pairs = duplicates.pairs(shop, read, neighbours.build(read.vectors), 0.9)
    print("\nLikely listed twice")
    for pair in pairs.head(8).itertuples():
        print(f"  {pair.score:.3f}  {pair.title_a}  |  {pair.title_b}")
    truth = samples.planted("duplicates")
    right = sum((min(p), max(p)) in truth for p in zip(pairs["id_a"], pairs["id_b"], strict=True))
    print(f"  above 0.9: {len(pairs):,} pairs, with {right} of the {len(truth)} that are truly one product;"
          " most others are one model in two colours")

    kind = shop.column("subcategory").eq(EXAMPLE).to_numpy()
    item = int((shop.counts * kind).argmax())
    _show(f"Like {shop.titles[item]}", recommend.similar_products(shop, bought, graph, item, 6))
    _show(f"Goes with {shop.titles[item]}", recommend.for_basket(shop, [item], 6, bought))
    print(f"\nDone in {time.perf_counter() - began:.0f} s.")


def _show(title: str, products: Sequence[Any]) -> None:
    print(f"\n{title}")
    for p in products:
        print(f"  {p.score:.3f}  {p.title}\n         {p.reason}")


def _ingest(wanted: argparse.Namespace) -> None:
    from embedcore import samples
    from embedcore.dataset import Dataset
    from embedcore.intake.baskets import basket_lines
    from embedcore.intake.columns import guess_roles, make_catalogue
    from embedcore.intake.match import match
    from embedcore.intake.shapes import guess_shape

    if wanted.sample:
        _keep(samples.load(wanted.sample, _bar("opening")), wanted.out)
        return
    catalogue, lines, notices = None, None, []
    if wanted.catalogue:
        table = _read(wanted.catalogue)
        roles = {g.column: g.role for g in guess_roles(table.frame)} | _pairs(wanted.role, "--role")
        unknown = sorted(roles.keys() - set(table.frame.columns))
        if unknown:
            raise InputError(f"{wanted.catalogue.name} has no column “{unknown[0]}”.", "Check --role.")
        for column, role in roles.items():
            print(f"  {column}: {role}")
        catalogue, said = make_catalogue(table.frame, roles, generate_ids="id" not in roles.values())
        notices += [*table.report.notices, *said]
    if wanted.baskets:
        table = _read(wanted.baskets)
        shape = guess_shape(table.frame, set(catalogue.ids) if catalogue is not None else None)
        print(f"  {wanted.baskets.name}: {shape.why}")
        lines, said = basket_lines(table.frame, shape)
        notices += [*table.report.notices, *said]
        if catalogue is not None:
            lines, said = match(catalogue, lines)
            notices += said
    for notice in notices:
        print(f"  {notice}")
    name = wanted.name or (wanted.catalogue or wanted.baskets or wanted.out).stem
    _keep(Dataset.build(name, catalogue, lines, {"notices": notices}), wanted.out)


def _read(path: Path) -> Any:
    from embedcore.intake.tables import read_table

    if not path.is_file():
        raise InputError(f"There is no file {path.name}.", "Check its name.")
    table = read_table(path, path.name)
    print(f"{path.name}: {table.report.rows_in:,} rows in, {table.report.kept:,} kept, "
          f"{table.report.rejected:,} rejected")
    return table


def _keep(dataset: Any, folder: Path) -> None:
    dataset.save(folder)
    baskets = f", {len(dataset.baskets):,} baskets" if dataset.baskets is not None else ""
    print(f"{dataset.name}: {len(dataset):,} products{baskets} -> {folder}")


def _train(wanted: argparse.Namespace) -> None:
    from embedcore.dataset import Dataset
    from embedcore.tasks import TASKS

    dataset = Dataset.load(wanted.data)
    params = {k: _value(v) for k, v in _pairs(wanted.set, "--set").items()}
    spec = {"dataset": dataset.hash, "dataset_folder": str(wanted.data), "method": wanted.method, "params": params,
            "seed": wanted.seed}
    wanted.out.mkdir(parents=True, exist_ok=True)
    with _step(f"Train {wanted.method}"):
        TASKS["train"](spec, wanted.out, _bar("training"))
    print(f"  -> {wanted.out}")


def _export(wanted: argparse.Namespace) -> None:
    from embedcore.dataset import Dataset
    from embedcore.embedding import Embedding
    from embedcore.export import write_vectors

    try:
        embedding = Embedding.load(wanted.run_folder / "embeddings", wanted.kind)
    except FileNotFoundError:
        raise InputError(f"{wanted.run_folder.name} holds no “{wanted.kind}” vectors.", "Train first.") from None
    write_vectors(embedding, wanted.out, Dataset.load(wanted.data) if wanted.data else None)
    print(f"{len(embedding):,} vectors of {embedding.dimension} numbers -> {wanted.out}")


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """["a=b"] -> {"a": "b"}."""
    bad = [t for t in texts if "=" not in t]
    if bad:
        raise InputError(f"{option} {bad[0]} lacks a “=”.", f"Write {option} NAME=VALUE.")
    return {k: v for k, _, v in (t.partition("=") for t in texts)}


def _value(text: str) -> Any:
    """A number or a list where it reads as one, else the text itself."""
    try:
        return json.loads(text)
    except ValueError:
        return text


@contextmanager
def _step(title: str) -> Iterator[None]:
    began = time.perf_counter()
    print(f"{title} ...", flush=True)
    yield
    print(f"  {time.perf_counter() - began:.1f} s", flush=True)


def _bar(title: str) -> Any:
    """A Progress for a terminal; silent when the output goes elsewhere."""

    def progress(step: int, of: int, loss: float | None = None, note: str = "", at: int | None = None) -> None:
        if sys.stderr.isatty():
            said = f"loss {loss:.3f}" if loss is not None else note
            print(f"\r  {title} {step:,} of {of:,}  {said:<40}", end="\r", file=sys.stderr, flush=True)

    return progress


if __name__ == "__main__":
    sys.exit(main())
