"""Preparing recommendations once, and writing those of all products, baskets or customers into one file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedcore.data import Baskets, Dataset
from embedcore.errors import InputError, NeedsError
from embedcore.progress import Progress

NAME = "lists.parquet"
_MOST = 1_000_000  # baskets or customers in one file


def prepare_recommender(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """What a dataset's baskets say about what to recommend -> Recommender.save(out)."""
    from embedcore import recommend

    recommend.fit(Dataset.load(Path(spec["dataset_folder"])), progress).save(out)
    return {}


def write_lists(spec: Mapping[str, Any], out: Path, progress: Progress) -> dict[str, Any]:
    """{"whom", "k", "new_only"} and the folders of a dataset and of its recommender -> out/lists.parquet.

    whom: "complements" or "substitutes" (of every product that was bought), "baskets", or "customers" (new_only: what
    they never bought). Without the folder of a recommender it is computed here."""
    from embedcore.recommend import Histories, HistoriesByQuery, People, Recommender, batch, files, fit

    dataset = Dataset.load(Path(spec["dataset_folder"]))
    baskets, whom, k = dataset.baskets, str(spec["whom"]), int(spec["k"])
    if baskets is None:
        raise NeedsError("This dataset has no baskets.", "Add a baskets file on the Data page.")
    if whom in ("baskets", "customers") and (many := _count(baskets, whom)) > _MOST:
        raise InputError(
            f"Lists for all {many:,} {whom} would take hours, and few programs open such a file.",
            "For those you need, use the command recommend with --queries.",
        )
    folder = spec.get("recommender_folder")
    known = Recommender.load(Path(folder)) if folder else fit(dataset, progress)
    if whom in ("complements", "substitutes"):
        items = {str(dataset.items[i]): int(i) for i in dataset.counts.nonzero()[0]}
        answers = batch.products(dataset, known, items, k, whom, progress)
    elif whom == "baskets":
        queries = {str(id): baskets.of(n) for n, id in enumerate(baskets.ids)}
        answers = batch.baskets(dataset, known, queries, k, progress)
    elif whom == "customers":
        histories = Histories.of(dataset)
        if histories is None:
            raise NeedsError("These baskets do not say who bought them.", "Import them with a customer column.")
        everyone = {str(id): n for n, id in enumerate(histories.ids)}
        answers = batch.customers(
            dataset,
            known,
            HistoriesByQuery(histories, everyone),
            k,
            new_only=bool(spec.get("new_only")),
            people=People.of(histories),
            progress=progress,
        )
    else:
        raise InputError(f"There are no lists for “{whom}”.", "Known: complements, substitutes, baskets, customers.")
    return {"rows": files.write(answers, out / NAME)}


def _count(baskets: Baskets, whom: str) -> int:
    return len(baskets) if whom == "baskets" or baskets.customer_ids is None else len(baskets.customer_ids)
