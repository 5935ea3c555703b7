"""Everything a server keeps: one DuckDB file for what is asked by SQL, folders for what is mapped, one writer."""

from embedcore.store.records import DatasetInfo, JobRow, RunInfo, measure
from embedcore.store.store import Store
from embedcore.store.usage import DatasetUsage, Settings, Stored, Usage

__all__ = ["DatasetInfo", "DatasetUsage", "JobRow", "RunInfo", "Settings", "Store", "Stored", "Usage", "measure"]
