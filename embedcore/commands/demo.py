"""demo: the whole flow on the sample data, printed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from embedcore.commands.console import bar, need_baskets, step

EXAMPLE = "Running Shoes"  # the subcategory whose best seller the demo asks about


def add(commands: Any) -> None:
    """Register the command."""
    commands.add_parser("demo", help="the whole flow on the sample data, printed").set_defaults(run=run)


def run(_: argparse.Namespace) -> None:
    """Open the fashion sample, train on it and print groups, duplicates, similar products and a basket."""
    from embedcore import methods, neighbours, samples
    from embedcore.explore import Together, clusters, duplicates, similar_products
    from embedcore.recommend import ListOptions, fit, for_basket

    began = time.perf_counter()
    with step("Open the sample shop"):
        shop = samples.load("fashion")
    purchases = need_baskets(shop)
    print(f"  {len(shop):,} products, {len(purchases):,} baskets, {len(purchases.items):,} purchase lines")

    learner = methods.get("product2vec")
    with step("Train product2vec on the baskets"):
        bought = learner.fit(shop, learner.Params(), bar("training")).embeddings["product"]
    with step("Find each product's neighbours and the clusters"):
        graph = neighbours.build(bought.vectors)
        found = clusters.auto(bought, shop)
    print(f"  {len(bought):,} vectors of {bought.dimension} numbers, {len(found.names)} clusters\n\nClusters")
    for label in sorted(range(len(found.names)), key=lambda n: -found.sizes[n])[:12]:
        print(f"  {found.sizes[label]:5,} products  {found.names[label]}")

    reader = methods.get("text")
    print()
    with step("Read the titles (text encoder)"):
        read = reader.fit(shop, reader.Params.of({"columns": ["title"]}), bar("reading")).embeddings["product"]
        pairs = duplicates.pairs(shop, read, neighbours.build(read.vectors), 0.9)
    print("\nLikely listed twice")
    for pair in pairs.head(8).itertuples():
        print(f"  {pair.score:.3f}  {pair.title_a}  |  {pair.title_b}")
    truth = samples.planted("duplicates")
    right = sum((min(p), max(p)) in truth for p in zip(pairs["id_a"], pairs["id_b"], strict=True))
    print(
        f"  above 0.9: {len(pairs):,} pairs, with {right} of the {len(truth)} that are truly one product;"
        " most others are one model in two colours"
    )

    kind = shop.column("subcategory").eq(EXAMPLE).to_numpy()
    item = int((shop.counts * kind).argmax())
    _show(f"Like {shop.titles[item]}", similar_products(shop, bought, graph, item, 6))
    print()
    with step("Count what is bought with what"):
        goes = for_basket(shop, fit(shop), [item], 6, ListOptions(together=Together.of(shop)))
    _show(f"Goes with {shop.titles[item]}", goes)
    print(f"\nDone in {time.perf_counter() - began:.0f} s.")


def _show(title: str, products: Sequence[Any]) -> None:
    print(f"\n{title}")
    for p in products:
        print(f"  {p.score:.3f}  {p.title}\n         {p.reason}")
