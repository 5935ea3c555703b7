"""Everything a server keeps: one DuckDB file for what is asked by SQL, folders for what is mapped, one writer."""

from embedcore.store.records import DatasetInfo, JobRow, RunInfo, measure
from embedcore.store.store import Store

__all__ = ["DatasetInfo", "JobRow", "RunInfo", "Store", "measure"]
