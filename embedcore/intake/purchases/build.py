"""A table of purchases -> a dataset with baskets, in bounded memory however many rows there are.

The rows come in parts. What is a matter of a whole column (is a comma the decimal sign, how are dates written) is
decided first; the baskets are found and put in order by a database; the lines are then sorted into their baskets.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from embedcore.data import Baskets, Catalogue, Dataset, Images, Strings, join_items, pictures_of
from embedcore.errors import InputError
from embedcore.intake.columns.values import clean
from embedcore.intake.decisions import NOTHING, Settings, setting
from embedcore.intake.purchases.collect import Collected, collect
from embedcore.intake.purchases.described import Descriptions, describing, with_descriptions
from embedcore.intake.purchases.lines import NO_LINE, Formats, LineReader, check, product_columns, used
from embedcore.intake.purchases.lists import ListFormat, list_format
from embedcore.intake.purchases.match_ids import match_ids
from embedcore.intake.purchases.order import BasketOrder
from embedcore.intake.purchases.rows import Rows, decide
from embedcore.intake.purchases.screening.marks import Marks, find_marks
from embedcore.intake.purchases.screening.screen import Screened, screen
from embedcore.intake.purchases.screening.sentences import left_out_decisions
from embedcore.intake.purchases.shapes import BasketShape
from embedcore.intake.purchases.sort import AMOUNTS, sort_lines
from embedcore.intake.tables.read import Table
from embedcore.progress import Progress, part, silent


def add_baskets(  # noqa: PLR0913  a file, what is known of it, and where it goes
    name: str,
    catalogue: Catalogue | None,
    table: Table | pd.DataFrame,
    shape: BasketShape,
    *,
    folder: Path | None = None,
    images: Images | None = None,
    settings: Settings = NOTHING,
    progress: Progress = silent,
) -> tuple[Dataset, list[str]]:
    """(dataset of a catalogue and a table of purchases, notices). Every row is kept, or counted in a notice.

    folder: where the baskets of a large table (Table.file) are written, and then mapped; nothing is left there when
    something goes wrong. Other baskets are in memory. settings: what a person chose instead of what
    `purchase_decisions` understood. InputError when a column is missing or no line is left.

    >>> frame = pd.DataFrame({"order": ["1", "1", "2"], "sku": ["mug", "cup", None]}, dtype="str")
    >>> shop, notices = add_baskets("shop", None, frame, BasketShape("long", basket="order", item="sku"))
    >>> shop.items.tolist(), len(shop.baskets), notices
    (['cup', 'mug'], 1, ['Left out: 1 row without a product.'])
    """
    folder = folder if isinstance(table, Table) and table.file is not None else None
    with source(table, folder) as (rows, scratch):
        check(shape, rows.names)
        known = catalogue.ids if catalogue is not None else None
        ids = () if known is None else known
        left_out = screened(table, rows, shape, known, scratch, settings, part(progress, 0, 10))
        formats = decide(rows, shape, scratch, part(progress, 10, 20), settings)
        formats = replace(formats, lists=lists_of(table, shape, formats, _names(catalogue), settings))
        reader = LineReader(shape, formats, ids)
        said = described_columns(table, shape, left_out.marks)
        said = said if setting(settings, "products", "yes", ("yes", "no")) == "yes" else {}
        columns = [
            *used(shape),
            *said,
            *([formats.clock] if formats.clock is not None else ()),
            *formats.calendar,
            *(product_columns(shape, rows.names) if shape.shape in ("lines", "matrix") else ()),
        ]
        frames = rows.of([c for c in dict.fromkeys(columns) if c in rows.names])
        with Descriptions(shape.item, said, scratch) as about:
            kept = about.watch(left_out.of(frames))
            found = collect(kept, rows.total, reader, reader.counts, scratch, part(progress, 20, 60))
        if not found.lines.total:
            raise InputError(*NO_LINE)
        ordering = part(progress, 60, 80)
        with BasketOrder(found.slots, found.n_slots, scratch, large=folder is not None, progress=ordering) as order:
            numbered = shape.basket is not None and shape.customer not in (None, shape.basket)
            notices = [d.sentence for d in left_out_decisions(left_out, shape, settings)]
            notices += reader.notices(several=numbered and order.restarts())
            names, about_ids = _matched(found.items, catalogue, settings)
            unknown = [*dict.fromkeys(names.tolist())] if known is None else _not_in(names, known)
            catalogue, more = with_descriptions(catalogue, about.products(found, unknown), said, shape.item)
            items, position = join_items(catalogue.ids if catalogue is not None else np.empty(0, object), names)
            write_baskets(order, found, position, scratch / "done", part(progress, 80, 100))
        baskets = placed(scratch / "done", folder)
    return Dataset(name, catalogue, baskets, items, {}, pictures_of(images, items)), notices + about_ids + more


def _not_in(names: np.ndarray, known: np.ndarray) -> list[str]:
    have = set(known.tolist())
    return [n for n in dict.fromkeys(names.tolist()) if n not in have]


def lists_of(
    table: Table | pd.DataFrame, shape: BasketShape, formats: Formats, known: Collection[str], settings: Settings
) -> ListFormat | None:
    """How lists in cells are written, None where there are none. known: ids and names of the catalogue."""
    column = shape.item if shape.shape == "list" else formats.products[0] if len(formats.products) == 1 else None
    if shape.shape not in ("list", "lines") or column is None:
        return None
    first = table if isinstance(table, pd.DataFrame) else table.frame
    found = list_format(clean(first[column]), formats.delimiter, known)
    return found if setting(settings, "counts", "yes", ("yes", "no")) == "yes" else replace(found, counts="")


def _names(catalogue: Catalogue | None) -> set[str]:
    if catalogue is None:
        return set()
    titles = [catalogue.frame[c].dropna() for c in catalogue.columns("title")]
    return set(catalogue.ids).union(*titles)


def screened(  # noqa: PLR0917  a table, what is known of it, and where to work
    table: Table | pd.DataFrame,
    rows: Rows,
    shape: BasketShape,
    known: Collection[str] | np.ndarray | None,
    scratch: Path,
    settings: Settings,
    progress: Progress = silent,
) -> Screened:
    """The rows that are no purchases. known: ids of the catalogue."""
    first = table if isinstance(table, pd.DataFrame) else table.frame
    return screen(rows, shape, find_marks(first, shape, known), scratch, settings, progress)


@contextmanager
def source(table: Table | pd.DataFrame, folder: Path | None) -> Iterator[tuple[Rows, Path]]:
    """(the rows of a table, a folder for temporary files), which lies beside `folder`, or without it where the system
    keeps such files."""
    import pyarrow.parquet as pq

    prefix = "embedcore-" if folder is None else f"{folder.name}-"
    with TemporaryDirectory(dir=None if folder is None else folder.parent, prefix=prefix) as scratch:
        if isinstance(table, pd.DataFrame) or table.file is None:
            yield Rows(table if isinstance(table, pd.DataFrame) else table.frame), Path(scratch)
        else:
            with pq.ParquetFile(table.file, buffer_size=1 << 20) as file:
                yield Rows(file), Path(scratch)


def _matched(items: dict[str, int], catalogue: Catalogue | None, settings: Settings) -> tuple[np.ndarray, list[str]]:
    """(the product of every code, notices): as the catalogue calls it, where it is known."""
    names = np.array([*items], dtype=object)
    if catalogue is None:
        return names, []
    lines, notices = match_ids(catalogue, pd.DataFrame({"item": pd.Series(names, dtype="str")}), settings)
    return lines["item"].astype(str).to_numpy(dtype=object), notices


def described_columns(table: Table | pd.DataFrame, shape: BasketShape, marks: Marks) -> dict[str, str]:
    """The columns of the lines that say something about the products, see `describing`."""
    return describing(table if isinstance(table, pd.DataFrame) else table.frame, shape, marks)


def write_baskets(
    order: BasketOrder,
    found: Collected,
    position: np.ndarray,
    folder: Path,
    progress: Progress,
    when: Callable[[np.ndarray], np.ndarray] = lambda seconds: seconds,
) -> None:
    """Write the files of Baskets.load into a new folder.

    position: in Dataset.items, of each item code. when: what the lines had as time -> seconds since 1970.
    """
    folder.mkdir()
    n = order.rank()
    Strings.write(folder / "ids.arrow", order.ids())
    if found.known["time"]:
        times = np.lib.format.open_memmap(folder / "times.npy", "w+", "datetime64[s]", (n,))
        seconds = when(order.times(n))
        times[:] = np.datetime64("NaT")
        np.copyto(times.view(np.int64), seconds, where=~np.isnan(seconds), casting="unsafe")
        times.flush()
    if found.known["customer"]:
        np.save(folder / "customers.npy", order.customers(n))
        Strings.write(folder / "customer_ids.arrow", order.customer_ids())
    sort_lines(
        found.lines,
        folder,
        basket=order.basket_of_slot(),
        position=position,
        baskets=n,
        amounts=[name for name in AMOUNTS if found.known[name]],
        progress=progress,
    )


def placed(written: Path, folder: Path | None) -> Baskets:
    """The baskets of a temporary folder: moved to `folder` and mapped, or without it read into memory."""
    if folder is None:
        return Baskets.load(written).in_memory()
    shutil.move(written, folder)
    return Baskets.load(folder)
