"""Long work beside the pages: one object for each kind of it, two queues, and the worker processes that do it."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from embedcore.jobs.job import Job
    from embedcore.jobs.jobs import Jobs
    from embedcore.jobs.kinds import (
        EmbedNew,
        FindDuplicates,
        FindErrors,
        FindSegments,
        ImportFiles,
        JobKind,
        MakeClusters,
        Map,
        MergeDuplicates,
        OpenSample,
        PrepareRecommender,
        ReadFile,
        Train,
        WriteLists,
    )
    from embedcore.jobs.places import data_folder, file_digest, find_place
    from embedcore.jobs.queue import QueueState

__all__ = [
    "EmbedNew",
    "FindDuplicates",
    "FindErrors",
    "FindSegments",
    "ImportFiles",
    "Job",
    "JobKind",
    "Jobs",
    "MakeClusters",
    "Map",
    "MergeDuplicates",
    "OpenSample",
    "PrepareRecommender",
    "QueueState",
    "ReadFile",
    "Train",
    "WriteLists",
    "data_folder",
    "file_digest",
    "find_place",
]

_PLACES = {
    "Job": "job",
    "Jobs": "jobs",
    "QueueState": "queue",
    "data_folder": "places",
    "file_digest": "places",
    "find_place": "places",
}


def __getattr__(name: str) -> Any:
    # Lazy, unlike other faces: each worker starts as `-m embedcore.jobs.worker`, and the store (DuckDB, pandas) that
    # comes with the names above would cost it 60 MB for nothing.
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"embedcore.jobs.{_PLACES.get(name, 'kinds')}"), name)
