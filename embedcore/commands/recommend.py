"""recommend: purchases and queries -> ranked products with reasons, in a file."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from embedcore.commands.console import bar, need_baskets, pairs, raw_option, read, show, step
from embedcore.errors import InputError

if TYPE_CHECKING:
    from embedcore.data import Catalogue, Dataset, Embedding
    from embedcore.recommend import Answer, HistoriesByQuery

_SETTINGS = ("cancelled", "returns", "taken_back", "zero", "events", "ratings", "services", "ids")
_COLUMN = {"baskets": "product_id", "customers": "customer_id", "products": "product_id"}


def add(commands: Any) -> None:
    """Register the command."""
    recommend = commands.add_parser("recommend", help="purchases and queries -> recommendations with reasons")
    recommend.add_argument("train", type=Path, help="purchases: basket_id, product_id, maybe customer_id, ts or seq")
    recommend.add_argument("--catalogue", type=Path, metavar="FILE", help="products, for their names and kinds")
    recommend.add_argument(
        "--queries",
        type=Path,
        required=True,
        metavar="FILE",
        help="query_id and product_id (baskets, products) or customer_id (customers)",
    )
    recommend.add_argument("--for", dest="whom", choices=tuple(_COLUMN), default="baskets")
    recommend.add_argument("--method", choices=("mix", "product2vec"), default="mix")
    recommend.add_argument(
        "--relation",
        choices=("complements", "substitutes"),
        help="for products: what goes with them (default) or what replaces them",
    )
    recommend.add_argument("--k", type=int, default=20, help="products for each query (20)")
    recommend.add_argument("--new-only", action="store_true", help="for customers: nothing they bought before")
    recommend.add_argument(
        "--newcomers",
        action="store_true",
        help="for baskets: only products of the catalogue that nobody has bought yet",
    )
    recommend.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="what counts as a purchase: returns=in, cancelled=in, events=view, ratings=all, services=in, ids=no ...",
    )
    recommend.add_argument("--seed", type=int, default=0)
    recommend.add_argument("--out", type=Path, required=True, metavar="FILE", help="file to write: .csv or .parquet")
    raw_option(recommend)
    recommend.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Learn from purchases and write the recommended products for each query, with reasons."""
    from embedcore.export import harmless
    from embedcore.recommend import files

    _check(options)
    settings = _settings(options.set)
    dataset = _purchases(options.train, _catalogue(options.catalogue), options.out.parent, settings)
    baskets = need_baskets(dataset)
    customers = 0 if baskets.customer_ids is None else len(baskets.customer_ids)
    print(f"  {len(dataset):,} products, {len(baskets):,} baskets, {customers:,} customers")
    if options.newcomers and dataset.counts.all():
        raise InputError("Every product of the catalogue was bought, so none is new.", "Leave --newcomers out.")
    queries = _queries(read(options.queries).frame, options.whom, options.queries.name)
    queries = _known(dataset, queries, options.whom, matched=settings.get("ids") != "no")
    answers = (
        _product2vec(dataset, queries, options) if options.method == "product2vec" else _mix(dataset, queries, options)
    )
    with step(f"Recommend for {len(queries):,} {options.whom}"):
        places = {"query_id": options.queries, "product_id": options.train}
        numbers = [c for c, path in places.items() if files.whole_numbers(path, c)]
        rows = files.write(answers, options.out, numbers, clean=None if options.raw else harmless)
    print(f"  {rows:,} recommendations -> {options.out}")


def _settings(given: list[str]) -> dict[str, str]:
    settings = pairs(given, "--set")
    if unknown := [key for key in settings if key not in _SETTINGS]:
        raise InputError(f"“{unknown[0]}” is nothing that --set decides here.", f"Known: {', '.join(_SETTINGS)}.")
    return settings


def _check(options: argparse.Namespace) -> None:
    """InputError when the options do not go together."""
    from embedcore.export import TABLES, check_ending

    if options.k < 1:
        raise InputError(f"--k is {options.k}.", "Ask for at least one product.")
    check_ending(options.out, TABLES)
    if options.newcomers and (options.whom != "baskets" or options.catalogue is None):
        raise InputError("--newcomers is for baskets and needs a catalogue.", "Add --catalogue, or leave it out.")
    if options.new_only and options.whom != "customers":
        raise InputError("--new-only is for customers.", "What a basket holds already is never recommended.")
    if options.relation and (options.whom != "products" or options.method != "mix"):
        raise InputError("--relation is for --for products with --method mix.", "Leave it out, or add these options.")


def _purchases(path: Path, catalogue: Catalogue | None, near: Path, settings: Mapping[str, str]) -> Dataset:
    from embedcore.intake import read_purchases

    table = read(path, near)
    folder = table.file.with_name("baskets") if table.file is not None else None
    dataset, notices = read_purchases(
        table, catalogue, path.name, folder=folder, settings=settings, progress=bar("reading")
    )
    show(notices)
    return dataset


def _catalogue(path: Path | None) -> Catalogue | None:
    if path is None:
        return None
    from embedcore.intake import guess_roles, make_catalogue

    frame = read(path).frame
    roles = {g.column: g.role for g in guess_roles(frame)}
    if "product_id" in roles:
        roles = {c: "id" if c == "product_id" else "ignore" if r == "id" else r for c, r in roles.items()}
    catalogue, notices = make_catalogue(frame, roles, generate_ids=False, exact_ids=True)
    show(notices)
    return catalogue


def _queries(frame: pd.DataFrame, whom: str, name: str) -> dict[str, list[str]]:
    """query -> the products or customers it names, in the order of the file."""
    from embedcore.intake import exact_text

    for column in ("query_id", _COLUMN[whom]):
        if column not in frame:
            raise InputError(f"{name} has no column “{column}”.", f"For {whom} it needs query_id and {_COLUMN[whom]}.")
    queries: dict[str, list[str]] = {}
    for query, named in zip(exact_text(frame["query_id"]), exact_text(frame[_COLUMN[whom]]), strict=True):
        if isinstance(query, str):
            queries.setdefault(query, []).extend([named] if isinstance(named, str) else [])
    if not queries:
        raise InputError(f"{name} holds no query.", "Each line needs a query_id.")
    several = sum(len(set(found)) > 1 for found in queries.values())
    if whom != "baskets" and several:
        print(f"  {several:,} {'query names' if several == 1 else 'queries name'} more than one; the first counts")
    return queries


def _known(dataset: Dataset, queries: dict[str, list[str]], whom: str, *, matched: bool) -> dict[str, list[str]]:
    """The queries with ids as the purchases have them. InputError when none of them occurs there: every answer would be
    the same best sellers."""
    from embedcore.intake import meet

    asked = dict.fromkeys(i for found in queries.values() for i in found)
    if not asked:
        return queries
    people = need_baskets(dataset).customer_ids if whom == "customers" else None
    known = [*map(str, people if people is not None else ())] if whom == "customers" else dataset.items.tolist()
    have = set(known)
    unknown = [i for i in asked if i not in have]
    new = meet(known, unknown) if unknown and matched else {}
    what = "customer" if whom == "customers" else "product"
    if new:
        one, other = next(iter(new.items()))
        print(f"  {len(new):,} {what} ids of the queries are written differently ({one} for {other}) and were matched")
    bought = known if whom == "customers" else [i for i, n in zip(known, dataset.counts.tolist(), strict=True) if n]
    met = {new.get(i, i) for i in asked}
    if whom != "customers" or people is not None:
        _check_met(met & have, met.intersection(bought), what, [*asked], bought)
    return {query: [new.get(i, i) for i in found] for query, found in queries.items()}


def _check_met(known: set[str], bought: set[str], what: str, asked: list[str], there: list[str]) -> None:
    if not bought:
        one, other = ", ".join(asked[:3]), ", ".join(there[:3])
        raise InputError(
            f"CAUTION: none of the {what}s of the queries is in the purchases: the queries hold ids like {one}, the "
            f"purchases ids like {other}.",
            "Nothing was written: every answer would be the same best sellers. Check the id columns.",
        )
    if never := len(known) - len(bought):
        print(f"  {never:,} of the {what}s in the queries {'was' if never == 1 else 'were'} never bought")


def _mix(dataset: Dataset, queries: dict[str, list[str]], options: argparse.Namespace) -> Iterator[Answer]:
    from embedcore.recommend import Histories, People, batch, coldstart, fit

    with step("Learn from the purchases"):
        known = fit(dataset, bar("learning"))
    if options.newcomers:
        return coldstart.in_blocks(dataset, known, _items(dataset, queries), options.k, bar("baskets"))
    if options.whom == "baskets":
        return batch.baskets(dataset, known, _items(dataset, queries), options.k, bar("baskets"))
    if options.whom == "products":
        items = _first(dataset, queries)
        return batch.products(dataset, known, items, options.k, options.relation or "complements", bar("products"))
    histories = _histories(dataset, queries)
    people = Histories.of(dataset)
    return batch.customers(
        dataset,
        known,
        histories,
        options.k,
        new_only=options.new_only,
        people=People.of(people) if people is not None else None,
        progress=bar("customers"),
    )


def _product2vec(dataset: Dataset, queries: dict[str, list[str]], options: argparse.Namespace) -> Iterator[Answer]:
    from embedcore import methods
    from embedcore.recommend import batch, coldstart

    method: Any = methods.get("product2vec")
    with step("Train product2vec"):
        fitted = method.fit(dataset, method.Params(), bar("training"), options.seed)
    if options.newcomers:
        return coldstart.from_result(dataset, fitted, _items(dataset, queries), options.k, bar("queries"))
    product = fitted.embeddings["product"]
    score, exclude = fitted.score, None
    if options.whom == "customers":
        histories = _histories(dataset, queries)
        none = np.empty(0, np.int64)
        requested = {q: np.concatenate(h[-10:]) if h else none for q, h in histories.items()}
        exclude = {q: np.concatenate(h) if h and options.new_only else none for q, h in histories.items()}
    elif options.whom == "products":
        requested = {q: np.array([n]) if n >= 0 else np.empty(0, np.int64) for q, n in _first(dataset, queries).items()}
        score = partial(_cosine, product)
    else:
        requested = _items(dataset, queries)
    return batch.from_embedding(dataset, product, score, requested, options.k, exclude=exclude, progress=bar("queries"))


def _cosine(product: Embedding, rows: np.ndarray) -> np.ndarray:
    """(n,) similarity of all products to the first of the rows."""
    return np.asarray(product.unit @ product.unit[rows[0]])


def _items(dataset: Dataset, queries: dict[str, list[str]]) -> dict[str, np.ndarray]:
    index = dataset.index
    unknown = sum(i not in index for found in queries.values() for i in found)
    if unknown:
        print(f"  {unknown:,} products of the queries are not in the purchases and are ignored")
    return {q: np.unique(np.array([index[i] for i in found if i in index], np.int64)) for q, found in queries.items()}


def _first(dataset: Dataset, queries: dict[str, list[str]]) -> dict[str, int]:
    """query -> the position of its product, -1 without a known one."""
    items = {q: dataset.index.get(found[0], -1) if found else -1 for q, found in queries.items()}
    if missing := sum(n < 0 for n in items.values()):
        print(
            f"  {missing:,} {'query names' if missing == 1 else 'queries name'} no product of the purchases and get "
            "popular products"
        )
    return items


def _histories(dataset: Dataset, queries: dict[str, list[str]]) -> HistoriesByQuery:
    """Query -> the baskets of its customer."""
    from embedcore.recommend import Histories, HistoriesByQuery

    known = Histories.of(dataset)
    if known is None:
        raise InputError("The purchases name no customers.", "Add a column customer_id, or ask for baskets.")
    at = {str(c): n for n, c in enumerate(known.ids)}
    numbers = {q: at.get(found[0], -1) if found else -1 for q, found in queries.items()}
    if missing := sum(n < 0 for n in numbers.values()):
        print(
            f"  {missing:,} {'query names' if missing == 1 else 'queries name'} no customer of the purchases and get "
            "popular products"
        )
    return HistoriesByQuery(known, numbers)
