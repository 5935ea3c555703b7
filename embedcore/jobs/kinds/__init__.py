"""Every kind of job, one class each. To add one: a class here, a function in embedcore.tasks."""

from embedcore.jobs.kinds.artifacts import (
    Artifact,
    EmbedNew,
    FindDuplicates,
    FindErrors,
    FindSegments,
    PrepareRecommender,
    WriteLists,
)
from embedcore.jobs.kinds.base import KINDS, JobKind, from_spec
from embedcore.jobs.kinds.inputs import ImportFiles, MergeDuplicates, NewDataset, OpenSample, ReadFile
from embedcore.jobs.kinds.runs import MakeClusters, Map, Train

__all__ = [
    "KINDS",
    "Artifact",
    "EmbedNew",
    "FindDuplicates",
    "FindErrors",
    "FindSegments",
    "ImportFiles",
    "JobKind",
    "MakeClusters",
    "Map",
    "MergeDuplicates",
    "NewDataset",
    "OpenSample",
    "PrepareRecommender",
    "ReadFile",
    "Train",
    "WriteLists",
    "from_spec",
]
