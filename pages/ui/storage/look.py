"""What takes how much space, in people's words. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd

from embedcore.data import folders
from embedcore.store import DatasetUsage, Settings, Stored, Usage
from pages.ui.text import count

GIGA = 1_000_000_000
_COLOURS = {
    "Datasets": "#4269d0",
    "Embeddings": "#a463f2",
    "Results": "#ff8ab7",
    "Uploads and tables": "#efb118",
    "Cache": "#6cc5b0",
    "Copies and set aside": "#9c6b4e",
    "Database and logs": "#97a0b0",
}


@dataclass(frozen=True)
class Line:
    """A row of “Everything else”. name: of one thing in the area; None: all of it. sure: what deleting it means, empty
    where nothing is to be deleted."""

    title: str
    about: str
    bytes: int
    area: str
    name: str | None = None
    sure: str = ""


def parts(usage: Usage) -> dict[str, int]:
    """What the bar shows: a word -> bytes, without what is empty."""
    found = {
        "Datasets": sum(d.data for d in usage.datasets),
        "Embeddings": sum(d.runs for d in usage.datasets),
        "Results": sum(d.made for d in usage.datasets),
        "Uploads and tables": usage.size("spool") + usage.size("raw"),
        "Cache": usage.size("cache"),
        "Copies and set aside": usage.size("backups") + usage.size("lost"),
        "Database and logs": usage.size("database") + usage.size("logs") + usage.size("jobs"),
    }
    return {word: size for word, size in found.items() if size}


def bar(usage: Usage) -> alt.Chart:
    """One bar of what is used, a colour for each kind."""
    found = parts(usage)
    order = [word for word in _COLOURS if word in found]
    frame = pd.DataFrame(
        {
            "what": order,
            "bytes": [found[word] for word in order],
            "size": [folders.size_text(found[word]) for word in order],
            "order": range(len(order)),
        }
    )
    return (
        alt.Chart(frame)
        .mark_bar(height=18)
        .encode(
            x=alt.X("bytes:Q", stack="zero", axis=None, scale=alt.Scale(domain=[0, max(1, sum(found.values()))])),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(domain=order, range=[_COLOURS[word] for word in order]),
                legend=alt.Legend(orient="bottom", title=None, columns=3, labelFontSize=12),
            ),
            order="order:Q",
            tooltip=[alt.Tooltip("what:N", title="What"), alt.Tooltip("size:N", title="Size")],
        )
        .properties(height=88)
    )


def holds(usage: DatasetUsage) -> str:
    """What goes with a dataset, before it is removed."""
    trained = f", {count(usage.run_count, 'embedding')} trained on it" if usage.run_count else ""
    return (
        f"This removes its products and purchases{trained}, every map, group and verdict, and the files it was read "
        f"from: {folders.size_text(usage.bytes)}. It cannot be undone."
    )


def days(n: float) -> str:
    """1.0 -> "1 day"; half days keep their fraction."""
    return f"{n:g} {'day' if n == 1 else 'days'}"


def lines(usage: Usage, settings: Settings) -> list[Line]:
    """What lies beside the datasets, what people can delete first."""
    found = [
        Line(
            "Uploaded files",
            f"Kept for {days(settings.spool_days)}.",
            usage.size("spool"),
            "spool",
            sure="Datasets stay. To read one of these files again, upload it again.",
        ),
        Line(
            "Tables read from files",
            f"Kept for {days(settings.raw_days)}, for another import.",
            usage.size("raw"),
            "raw",
            sure="Datasets stay. To change how a file was read, upload it again.",
        ),
        Line(
            "Cache",
            "What saves time. Made again when needed.",
            usage.size("cache"),
            "cache",
            sure="Nothing is lost. The next training and the first semantic search take longer.",
        ),
        Line(
            "Logs",
            f"Kept for {days(settings.log_days)}. No contents of your files.",
            usage.size("logs"),
            "logs",
            sure="What went wrong so far can no longer be looked up.",
        ),
    ]
    found += [_copy(thing) for thing in usage.areas.get("backups", ())]
    found += [_aside(thing) for thing in usage.areas.get("lost", ())]
    found.append(Line("Database", "Names, verdicts and the list of jobs.", usage.size("database"), "database"))
    if usage.size("jobs"):
        found.append(Line("Running work", "Gone when it is finished.", usage.size("jobs"), "jobs"))
    return found


def _copy(thing: Stored) -> Line:
    return Line(
        "Copy of the database",
        f"Of {thing.changed:%d %b %Y}. Kept until you delete it.",
        thing.bytes,
        "backups",
        thing.name,
        "It is needed only to go back to how things were on that day.",
    )


def _aside(thing: Stored) -> Line:
    kind, _, name = thing.name.rpartition("/")
    titles = {"datasets": "Set-aside dataset", "runs": "Set-aside embedding", "verdicts": "Damaged verdicts"}
    title = titles.get(kind, "Set aside")
    return Line(
        f"{title} {name[:8]}",
        f"From {thing.changed:%d %b %Y}. Kept until you delete it.",
        thing.bytes,
        "lost",
        thing.name,
        "It may be the only copy of what it holds. It cannot be undone.",
    )
