"""Rows of different kinds, told apart by a column that says so: products, variants, options, pictures, charges."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from embedcore.intake.columns.names import plural
from embedcore.intake.layout import links, words
from embedcore.intake.layout.rows import Rows, examples, new_name

# Chosen by hand.
SAMPLE, MOST = 2000, 12  # rows that are looked at first, and different words that such a column may hold
SPARSE = 0.85  # of a product's cells that a row of another kind has at most
OPTION_CELL = re.compile(r"\[[A-Z]{1,3}\]\s*([^=,\[\]]+)=([^,\[\]]+)")
CHOICES = (
    ("variants", "one row per variant, with its product’s values"),
    ("products", "one row per product, without its variants"),
    ("all", "keep all rows as they are"),
)
VIEWS = (("out", "leave out"), ("in", "keep as products"))
ORDERS = (("lines", "one row per product bought"), ("all", "keep all rows as they are"))


@dataclass(frozen=True, eq=False)
class _Kinds:
    """column: that says what a row is. kind: (n,) of "product", "variant", "single", "other" or "charge". said: (n,)
    the words themselves. parents: (n,) the row of a variant's product where the table names it, else -1."""

    column: int
    kind: np.ndarray
    said: np.ndarray
    parents: np.ndarray


def leave_out_views(rows: Rows) -> None:
    """Reject the rows of Magento that say the same product for another store or language, or continue the row above."""
    names = [name.casefold() for name in rows.names]
    view = next((names.index(n) for n in ("store_view_code", "_store") if n in names), None)
    if view is None or "sku" not in names:
        return
    sku = names.index("sku")
    main = rows.frame.iloc[:, sku].isin(rows.cells(sku, np.flatnonzero(~rows.filled[:, view])))
    out = (rows.filled[:, view] & main.to_numpy()) | ~rows.filled[:, sku]
    if not out.any():
        return
    n, chosen = int(out.sum()), rows.set("views", "out", VIEWS)
    if chosen == "out":
        rows.say("views", f"{plural(n, 'row')} for other stores or languages left out.", chosen, VIEWS, n, n)
        rows.reject(out, "it says the same product for another store or language, or continues the row above")
    else:
        rows.say("views", f"{plural(n, 'row')} for other stores or languages kept.", chosen, VIEWS, n)


def sort_out(rows: Rows) -> None:
    """Bring a table of products and variants, or of orders and lines, into one row per variant, or per line."""
    found = _find(rows)
    if found is None:
        return
    if rows.use == "catalogue":
        _catalogue(rows, found)
    else:
        _orders(rows, found)


def _kind_of(text: str, use: str) -> str:
    word = text.strip().casefold().strip("-–—>*•_ ")
    first = word.split(",")[0].strip()  # “variation, downloadable”
    groups: tuple[tuple[str, frozenset[str]], ...]
    if use == "baskets":
        groups = (("line", words.LINE), ("product", words.ORDER), ("charge", words.CHARGE))
    else:
        groups = (
            ("product", words.PRODUCT),
            ("variant", words.VARIANT),
            ("single", words.SINGLE),
            ("other", words.OTHER),
        )
    return next((kind for kind, known in groups if word in known or first in known), "")


def _find(rows: Rows) -> _Kinds | None:
    n = min(len(rows), SAMPLE)
    for c in range(rows.filled.shape[1]):
        if rows.filled[:n, c].mean() < 0.95:
            continue
        some = rows.frame.iloc[:n, c].dropna().unique()
        if len(some) > MOST or not any(_kind_of(str(t), rows.use) for t in some):
            continue
        said = rows.cells(c)
        codes, texts = pd.factorize(said)
        kinds = [_kind_of(str(t), rows.use) for t in texts]
        if len(texts) > MOST or not all(k or not str(t) for k, t in zip(kinds, texts, strict=True)):
            continue
        kind = np.array(kinds, object)[codes]
        parents = links.parents(rows, c, kind) if rows.use == "catalogue" else np.full(len(rows), -1)
        kind[(kind == "single") & (parents >= 0)] = "variant"
        found = _Kinds(c, kind, said, parents)
        if _believed(rows, found):
            return found
    return _by_parents(rows) if rows.use == "catalogue" and not rows.filled[:n].all() else None


def _by_parents(rows: Rows) -> _Kinds | None:
    """No column says what a row is, but one names the product of each variant, which lacks what that says."""
    for c, name in enumerate(rows.names):
        share = rows.filled[:, c].mean()
        if not links.is_parent(name) or not 0.3 < share < 1:
            continue
        kind = np.where(rows.filled[:, c], "variant", "product").astype(object)
        found = _Kinds(c, kind, kind.copy(), links.parents(rows, -1, kind))
        if (found.parents[kind == "variant"] >= 0).mean() > 0.9 and _cells(rows, found, "variant", "product"):
            return found
    return None


def _believed(rows: Rows, found: _Kinds) -> bool:
    """Whether it is more than a column of words that mean something else, such as “parent” and “child” in toys."""
    kinds = set(found.kind.tolist())
    if rows.use == "baskets":
        if "charge" in kinds and kinds & {"line", "product"}:
            return True
        if kinds >= {"product", "line"}:
            return _cells(rows, found, "product", "line") or _cells(rows, found, "line", "product")
        return False
    if "product" not in kinds or not kinds & {"variant", "other"}:
        return False
    others = "variant" if "variant" in kinds else "other"
    return bool((found.parents >= 0).any()) or _cells(rows, found, others, "product")


def _cells(rows: Rows, found: _Kinds, fewer: str, more: str) -> bool:
    """Whether rows of one kind lack columns that those of the other have."""
    a, b = rows.filled[found.kind == fewer], rows.filled[found.kind == more]
    lacks = (a.mean(0) < 0.1) & (b.mean(0) > 0.5)
    gains = (b.mean(0) < 0.1) & (a.mean(0) > 0.5)
    return bool(lacks.any()) and bool(lacks.sum() + gains.sum() > 1 or a.sum(1).mean() <= SPARSE * b.sum(1).mean())


def _catalogue(rows: Rows, found: _Kinds) -> None:
    kind = found.kind
    counts = {k: int((kind == k).sum()) for k in ("product", "variant", "single", "other")}
    what = f"The rows are of several kinds, by “{rows.names[found.column].strip()}”"
    chosen = rows.set("kinds", "variants", CHOICES)
    if chosen == "all":
        rows.say("kinds", f"{what}; all of them are kept.", chosen, CHOICES, len(rows))
        return
    others = sorted({str(t).strip() for t in found.said[kind == "other"]})
    left = f"{plural(counts['other'], 'row')} of another kind ({examples(others)}) left out" if counts["other"] else ""
    if chosen == "products":
        parts = [f"{plural(counts['product'] + counts['single'], 'product')} kept"]
        parts += [f"{plural(counts['variant'], 'variant')} left out"] * bool(counts["variant"]) + [left] * bool(left)
        out = (kind == "other") | (kind == "variant")
        rows.say("kinds", f"{what}: {', '.join(parts)}.", chosen, CHOICES, len(rows), int(out.sum()))
        reasons = [
            "a variant of a product" if k == "variant" else f"it is no product but a row “{s.strip()}”"
            for k, s in zip(kind[out], found.said[out], strict=True)
        ]
        rows.reject(out, reasons)
        return
    parents = found.parents
    if (parents < 0).all():
        above = np.maximum.accumulate(np.where((kind == "product") | (kind == "single"), np.arange(len(rows)), -1))
        of_one = (kind == "variant") & (above >= 0)
        parents[of_one] = above[of_one]
    _inherit(rows, found, parents)
    has = np.zeros(len(rows), bool)
    has[parents[parents >= 0]] = True
    gone = has & (kind == "product")
    kept = int((~gone & (kind != "other")).sum())
    alone = kept - counts["variant"]
    parts = (
        [f"{plural(counts['variant'], 'variant')} of {plural(int(has.sum()), 'product')}"] if counts["variant"] else []
    )
    parts += [f"{plural(alone, 'product')}{' without variants' if counts['variant'] else ''}"] if alone else []
    parts += [left] if left else []
    rows.say("kinds", f"{what}: {', '.join(parts)}.", chosen, CHOICES, len(rows), counts["other"])
    _leave(rows, found, kind == "other", gone)


def _leave(rows: Rows, found: _Kinds, out: np.ndarray, merged: np.ndarray) -> None:
    """Reject rows of another kind with their reason; count those whose values went into other rows. out, merged: (n,)
    bool."""
    reasons = [f"it is no product but a row “{str(s).strip()}”" for s in found.said[out]]
    after = merged[~out]
    if out.any():
        rows.reject(out, reasons)
    if after.any():
        rows.merge(after)


def _inherit(rows: Rows, found: _Kinds, parents: np.ndarray) -> None:
    """Variants take what their product says, but no code; one whose name only says its options takes the name, too."""
    at = np.flatnonzero(parents >= 0)
    if not len(at):
        return
    _split_options(rows, at)
    names = rows.names
    codes = {c for c in range(len(names)) if words.CODE.search(names[c].replace("_", " "))}
    for c in range(rows.filled.shape[1]):
        if c == found.column or c in codes or "variation" in names[c].casefold():
            continue
        if links.is_parent(names[c]) and rows.filled[at, c].any():
            continue
        empty = at[~rows.filled[at, c] & rows.filled[parents[at], c]]
        if len(empty):
            rows.put(c, empty, rows.cells(c)[parents[empty]])
    known = [c for c in range(rows.filled.shape[1]) if links.is_parent(names[c]) and rows.filled[at, c].mean() > 0.5]
    own = _id_column(rows, found, parents[at], codes)
    if own is not None:
        if known:  # one way to name a product: a SKU where another row says “id:12”
            by_id = at[[str(v).startswith("id:") for v in rows.cells(known[0], at)]]
            rows.put(known[0], by_id, rows.cells(own)[parents[by_id]])
        else:
            parent = pd.Series([None] * len(rows), dtype="object")
            parent.iloc[at] = rows.cells(own)[parents[at]]
            rows.add_column(new_name(rows, "parent"), parent)


def _id_column(rows: Rows, found: _Kinds, products: np.ndarray, codes: set[int]) -> int | None:
    """The column by which a product is known best: a code that each product has, a SKU before a number."""
    at = np.unique(products)
    good = [c for c in sorted(codes) if c != found.column and rows.filled[at, c].mean() > 0.95]
    good = [c for c in good if rows.frame.iloc[at, c].nunique() == len(at)]
    return next((c for c in good if "sku" in rows.names[c].casefold()), good[0] if good else None)


def _split_options(rows: Rows, at: np.ndarray) -> None:
    """“[S]Size=60 cm” in place of a name becomes a column of its own."""
    for c in range(rows.filled.shape[1]):
        here = at[rows.filled[at, c]]
        texts = rows.cells(c, here)
        if not len(here) or np.mean([OPTION_CELL.match(str(t)) is not None for t in texts[:200]]) < 0.9:
            continue
        options: dict[str, dict[int, str]] = {}
        for row, text in zip(here.tolist(), texts, strict=True):
            for name, value in OPTION_CELL.findall(str(text)):
                options.setdefault(name.strip(), {})[row] = value.strip()
        cells = rows.frame.iloc[:, c].to_numpy(object, copy=True)
        cells[here] = None
        rows.frame = rows.frame.assign(**{rows.names[c]: pd.Series(cells, dtype="str", index=rows.frame.index)})
        rows.filled[here, c] = False
        for name, values in list(options.items())[:20]:
            rows.add_column(new_name(rows, name), [values.get(row) for row in range(len(rows))])


def _orders(rows: Rows, found: _Kinds) -> None:
    """Orders above their lines, and charges among them."""
    kind = found.kind
    lines = "line" if (kind == "line").any() else "product"
    head, out = (kind == "product") & (lines == "line"), kind == "charge"
    what = f"The rows are of several kinds, by “{rows.names[found.column].strip()}”"
    chosen = rows.set("kinds", "lines", ORDERS)
    if chosen == "all":
        rows.say("kinds", f"{what}; all of them are kept.", chosen, ORDERS, len(rows))
        return
    parts = [plural(int((kind == lines).sum()), "line")]
    if head.any():
        above = np.maximum.accumulate(np.where(head, np.arange(len(rows)), -1))
        at = np.flatnonzero((kind == "line") & (above >= 0))
        for c in range(rows.filled.shape[1]):
            empty = at[~rows.filled[at, c] & rows.filled[above[at], c]]
            if len(empty) and c != found.column:
                rows.put(c, empty, rows.cells(c)[above[empty]])
        parts.append(f"{plural(int(head.sum()), 'order')} whose values went into their lines")
    if out.any():
        shown = examples(sorted({str(t).strip() for t in found.said[out]}))
        parts.append(f"{plural(int(out.sum()), 'row')} of another kind ({shown}) left out")
    rows.say("kinds", f"{what}: {', '.join(parts)}.", chosen, ORDERS, len(rows), int(out.sum()))
    _leave(rows, found, out, head)
