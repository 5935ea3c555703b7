"""Clean tables with sums, remarks, headings, gaps, pictures or properties put in come out as they were."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from tests.unit.intake.layout.reading import keys, read

NAMES = ["code", "name", "group", "sales", "pieces"]
SUMS = (
    ("Total", "Grand total", "Subtotal {}"),
    ("Summe", "Gesamtsumme", "Zwischensumme {}"),
    ("Итого", "Всего", "Итого {}"),
    ("合计", "总计", "小计"),
    ("Total", "Total général", "Sous-total {}"),
    ("Totale", "Totale complessivo", "Subtotale"),
    ("Razem", "Suma końcowa", "Suma częściowa {}"),
)
REMARKS = (
    "(40 rows affected)", "Generated 2026-01-05 by ERP", "Page 1 of 1", "Source: warehouse", "Erstellt am 05.01.2026",
    "Exporté le 5 janvier 2026", "40 records", "End of report", "导出时间：2026-01-05", "Report run by admin",
)  # fmt: skip
GROUPS = ("Bags", "Cups", "Hats", "Lamps")
Row = list[str]


def _table(g: np.random.Generator) -> list[Row]:
    n = int(g.integers(12, 50))
    groups = sorted(g.choice(GROUPS, n).tolist())
    return [
        [f"K{k:03d}", f"{g.choice(['Red', 'Oak'])} {g.choice(['mug', 'cup'])} {k}", groups[k],
         f"{g.uniform(1, 90):.2f}", str(g.integers(1, 40))]
        for k in range(n)
    ]  # fmt: skip


def _sum(label: str, place: int, rows: list[Row]) -> Row:
    found = ["", "", "", f"{sum(float(r[3]) for r in rows):.2f}", str(sum(int(r[4]) for r in rows))]
    found[place] = label
    return found


def _mutated(kind: str, rows: list[Row], g: np.random.Generator) -> tuple[Row, list[Row]]:
    """The names and rows of the mutated table."""
    words, place = SUMS[int(g.integers(len(SUMS)))], int(g.integers(2))
    parts = [[r for r in rows if r[2] == group] for group in GROUPS]
    parts = [part for part in parts if part]
    if kind == "sums":
        return NAMES, [*rows, _sum(words[int(g.integers(2))], place, rows)]
    if kind == "fill":
        return ["group", "code", "name", "sales", "pieces"], [
            [r[2] if r is part[0] else "", r[0], r[1], r[3], r[4]] for part in parts for r in part
        ]
    if kind == "headings":
        return NAMES, [row for part in parts for row in ([part[0][2], "", "", "", ""], *part)]
    if kind == "subtotals":
        some = [row for part in parts for row in (*part, _sum(words[2].format(part[0][2]), place, part))]
        return NAMES, [*some, _sum(words[1], place, rows)]
    if kind == "remarks":
        chosen = g.choice(REMARKS, int(g.integers(1, 3)), replace=False)
        return NAMES, [*rows, *([str(text), "", "", "", ""] for text in chosen)]
    if kind == "turn":
        return ["id", "attribute", "value"], [[r[0], NAMES[c], r[c]] for r in rows for c in range(1, 5)]
    more = [
        [[*r, f"a{k}.jpg"], *([[r[0], "", "", "", "", f"b{k}.jpg"]] * int(g.integers(3)))] for k, r in enumerate(rows)
    ]
    return [*NAMES, "image"], [row for some in more for row in some]


@pytest.mark.parametrize("kind", ["sums", "subtotals", "remarks", "headings", "fill", "turn", "pictures"])
def test_what_is_put_into_a_clean_table_is_told_from_its_rows(kind: str) -> None:
    for seed in range(8):
        g = np.random.default_rng([seed, len(kind)])
        clean = _table(g)
        names, rows = _mutated(kind, clean, g)
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([names, *rows])
        frame = read(text.getvalue()).frame
        found = frame.rename(columns={"id": "code"})[NAMES].fillna("").to_numpy().tolist()
        assert found == clean, (kind, seed)


def test_gaps_at_random_are_left_alone() -> None:
    for seed in range(25):
        g = np.random.default_rng(seed)
        rows = [[cell if c == 0 or g.random() > 0.1 * c else "" for c, cell in enumerate(row)] for row in _table(g)]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([NAMES, *rows])
        assert keys(read(text.getvalue())) == [], seed
