"""Clean files, written in the ways of real exports: what goes in comes out, is rejected with its line, or is said."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from embedcore.errors import InputError
from embedcore.intake import Table, add_baskets, make_catalogue, read_table, understand

THINGS = ("Mug", "Plate", "Bowl", "Lamp", "Towel", "Chair", "Spoon", "Vase", "Clock", "Rug")
COLOURS = ("red", "blue", "green", "black")
BRANDS = ("Bosch", "Miele", "Müller", "Rossi")
SAID = re.compile(r"left out|reject|not used|missing|could not|cannot|does not say|nothing says|CAUTION", re.IGNORECASE)


@dataclass
class Written:
    """A file on its way. rows: cells of text. numbers: index of the columns of amounts. extra: rows that are no product
    and no purchase."""

    names: list[str]
    rows: list[list[str]]
    numbers: tuple[int, ...]
    delimiter: str = ","
    encoding: str = "utf-8"
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)
    quote_lines: bool = False
    done: list[str] = field(default_factory=list)

    def content(self) -> bytes:
        """The bytes of the file."""
        lines = [*self.above]
        for row in (self.names, *self.rows):
            line = self.delimiter.join(_cell(cell, self.delimiter) for cell in row)
            lines.append('"' + line.replace('"', '""') + '"' if self.quote_lines else line)
        return ("\n".join([*lines, *self.below]) + "\n").encode(self.encoding, "replace")


def _cell(text: str, delimiter: str) -> str:
    return '"' + text.replace('"', '""') + '"' if '"' in text or delimiter in text or "\n" in text else text


def catalogue(rng: random.Random) -> Written:
    """A clean list of products; the id is first, the price fourth."""
    n = rng.randint(14, 60)
    rows = [
        [
            f"K{i:04d}",
            f"{rng.choice(THINGS)} {rng.choice(COLOURS)} no. {i}",
            BRANDS[i % 4],
            f"{rng.randint(5, 90)}.{rng.randint(10, 99)}",
            str(rng.randint(0, 40)),
            f"A fine thing for the house, piece {i}",
        ]
        for i in range(n)
    ]
    return Written(["sku", "name", "brand", "price", "stock", "description"], rows, (3,))


def orders(rng: random.Random) -> Written:
    """Clean order lines: order, day, customer, product, quantity, price."""
    rows = []
    for k in range(rng.randint(12, 40)):
        for i in rng.sample(range(20), rng.randint(1, 4)):
            price = f"{5 + i}.{10 + i}"
            day = f"2025-{1 + k % 12:02d}-{1 + k % 28:02d}"
            rows.append([f"B{1000 + k}", day, f"C{k % 9:03d}", f"S{i:03d}", str(rng.randint(1, 3)), price])
    return Written(["order_id", "order_date", "customer_id", "sku", "quantity", "price"], rows, (5,))


def _delimiter(w: Written, rng: random.Random) -> None:
    w.delimiter = rng.choice(";\t|^~\x01")


def _encoding(w: Written, rng: random.Random) -> None:
    w.encoding = rng.choice(("utf-8-sig", "utf-16", "cp1252"))


def _title(w: Written, rng: random.Random) -> None:
    w.above = ["Report of the shop", ""][: rng.randint(1, 2)]


def _footer(w: Written, rng: random.Random) -> None:
    w.below = [f"({len(w.rows)} rows affected)", "Generated 2026-01-05"][: rng.randint(1, 2)]


def _total(w: Written, rng: random.Random) -> None:
    row = [rng.choice(("Total", "Summe", "Grand total", "Итого")), *[""] * (len(w.names) - 1)]
    row[w.numbers[0]] = f"{sum(float(r[w.numbers[0]]) for r in w.rows):.2f}"
    w.below = [w.delimiter.join(row)]


def _quoted_lines(w: Written, _rng: random.Random) -> None:
    w.quote_lines = True


def _comma(w: Written, rng: random.Random) -> None:
    w.delimiter = ";"
    _amounts(w, lambda text: text.replace(".", ","))
    if rng.random() < 0.3:
        _amounts(w, lambda text: "1." + text.zfill(6) if len(text) < 7 else text)


def _currency(w: Written, rng: random.Random) -> None:
    sign = rng.choice(("€", "kr", "zł", "руб.", "Rp", "元", "CHF"))
    _amounts(w, lambda text: f"{text} {sign}")


def _trailing_minus(w: Written, _rng: random.Random) -> None:
    _amounts(w, lambda text: f"{text}-" if text.endswith("7") else text)


def _missing(w: Written, rng: random.Random) -> None:
    mark = rng.choice(("\\N", "(null)", "#N/A", "NULL", "n/a"))
    for row in w.rows:
        if rng.random() < 0.3:
            row[2] = mark


def _guard(w: Written, _rng: random.Random) -> None:
    for row in w.rows:
        row[0] = f"'{row[0]}"


def _spaces(w: Written, rng: random.Random) -> None:
    for row in w.rows:
        row[0] = f" {row[0]} " if rng.random() < 0.5 else row[0]


def _markup(w: Written, _rng: random.Random) -> None:
    for row in w.rows:
        row[-1] = f"<p>{row[-1]} &amp; more</p>"


def _once(w: Written, _rng: random.Random) -> None:
    """The first three cells of an order stand in its first line only."""
    before = ""
    for row in w.rows:
        row[:3], before = (row[:3] if row[0] != before else ["", "", ""]), row[0]


def _status(w: Written, rng: random.Random) -> None:
    w.names = [*w.names, "status"]
    state = {row[0]: rng.choice(("paid", "paid", "shipped", "cancelled")) for row in w.rows}
    for row in w.rows:
        row.append(state[row[0]])


def _returns(w: Written, rng: random.Random) -> None:
    for row in w.rows:
        if rng.random() < 0.1:
            row[4] = f"-{row[4]}"


def _time(w: Written, rng: random.Random) -> None:
    form = rng.choice(("{d}.{m}.{y}", "{m}/{d}/{y} 08:26", "{y}年{m}月{d}日", "{y}{m}{d}", "{y}-{m}-{d} 10:00:00 UTC"))
    for row in w.rows:
        y, m, d = row[1].split("-")
        row[1] = form.format(y=y, m=m, d=d)


def _amounts(w: Written, how: Callable[[str], str]) -> None:
    for row in w.rows:
        for n in w.numbers:
            row[n] = how(row[n])


LAST = (_footer, _total, _quoted_lines)  # what is about lines comes after what is about cells
ANY = (_delimiter, _encoding, _title, _comma, _currency, _trailing_minus, *LAST)
OF_CATALOGUE = (*ANY, _missing, _guard, _spaces, _markup)
OF_ORDERS = (*ANY, _once, _status, _returns, _time, _spaces)


def mutated(seed: int) -> tuple[str, Written, Written]:
    """(use, the clean file, the same written otherwise) of a seed."""
    rng = random.Random(seed)
    use = "catalogue" if seed % 2 else "baskets"
    clean, state = (catalogue if use == "catalogue" else orders), rng.getstate()
    before = clean(rng)
    rng.setstate(state)
    after = clean(rng)
    changes = rng.sample(OF_CATALOGUE if use == "catalogue" else OF_ORDERS, rng.randint(1, 3))
    if _quoted_lines in changes:
        changes = [c for c in changes if c not in (_footer, _total, _title)]
    if _footer in changes and _total in changes:
        changes.remove(_total)
    if _comma in changes:
        changes = [_comma, *(c for c in changes if c not in (_comma, _delimiter, _total))]
    if _total in changes:
        changes = [c for c in changes if c not in (_currency, _trailing_minus)]
    for change in sorted(changes, key=LAST.__contains__):
        change(after, rng)
        after.done.append(change.__name__.strip("_"))
    return use, before, after


def faults(seed: int, folder: Path) -> Iterator[str]:
    """What was lost or changed without a word."""
    use, clean, file = mutated(seed)
    path = folder / f"{seed}.csv"
    path.write_bytes(file.content())
    try:
        table = read_table(path, path.name, use=use)
        found = _catalogue(clean, table) if use == "catalogue" else _baskets(clean, file, table)
        r = table.report
        if r.rows_in != r.kept + r.rejected + r.filled or r.kept != len(table.frame):
            yield f"{seed} {file.done}: {r.rows_in} in, {r.kept} + {r.rejected} + {r.filled} out"
        yield from (f"{seed} {file.done}: {fault}" for fault in found)
    except InputError as e:
        yield f"{seed} {file.done}: refused: {e}"


def _plain(id: str) -> str:
    return id.strip().lstrip("'").strip().casefold()


def _catalogue(clean: Written, table: Table) -> Iterator[str]:
    known = understand(table)
    products, notices = make_catalogue(table.frame, known.roles, generate_ids=known.generate_ids)
    said = " ".join([*(d.sentence for d in known.catalogue), *table.report.notices, *notices])
    ids = {_plain(str(i)) for i in products.ids}
    thrown = " ".join(map(str, table.rejected["text"]))
    lost = [r[0] for r in clean.rows if _plain(r[0]) not in ids and r[0] not in thrown]
    if lost:
        yield f"{len(lost)} products lost, such as {lost[0]}: {said[:300]}"
    if len(products) > len(clean.rows):
        yield f"{len(products)} products of {len(clean.rows)}: {said[:300]}"
    prices = products.columns("price")
    if not prices and "price" not in said:
        yield f"no price: {dict(products.roles)}"
    elif prices and not lost and len(products) == len(clean.rows):
        truth = np.array([float(r[3]) for r in clean.rows])
        got = np.abs(products.frame[prices[0]].to_numpy())
        right = np.allclose(got, truth) or np.allclose(np.where(got >= 1000, got - 1000, got), truth)
        if not right and not SAID.search(said):
            yield f"prices changed: {got[:4]} for {truth[:4]}: {said[:300]}"


def _baskets(clean: Written, file: Written, table: Table) -> Iterator[str]:
    known = understand(None, table)
    assert known.shape is not None
    data, notices = add_baskets("s", None, table, known.shape)
    said = " ".join([*(d.sentence for d in known.baskets), *table.report.notices, *notices])
    assert data.baskets is not None
    status = file.names.index("status") if "status" in file.names else None
    out = sum(float(row[4]) < 0 or (status is not None and row[status] == "cancelled") for row in file.rows)
    pairs = Counter((r[0], _plain(r[3])) for r in clean.rows)
    lines = int(data.baskets.sizes.sum())
    if lines < len(pairs) - out and not SAID.search(said):
        yield f"{lines} lines of {len(pairs)}, {out} of them no purchases: {said[:300]}"
    if lines > len(pairs):
        yield f"{lines} lines of {len(pairs)}: {said[:300]}"
    strange = {_plain(str(i)) for i in data.items} - {_plain(r[3]) for r in clean.rows}
    if strange:
        yield f"products that are none: {sorted(strange)[:4]}: {said[:300]}"
    if data.baskets.times is None and "order_date" not in said:
        yield f"no times, and nothing said: {said[:300]}"


def run(seeds: range, folder: Path) -> tuple[list[str], Counter[str]]:
    """(faults, how often each change was tried)."""
    wrong: list[str] = []
    tally: Counter[str] = Counter()
    for seed in seeds:
        tally.update(mutated(seed)[2].done)
        wrong += faults(seed, folder)
    return wrong, tally
