"""What is kept of jobs when the server stops."""

from __future__ import annotations

import json

from embedcore.store.cursor import one
from embedcore.store.part import StorePart
from embedcore.store.records import JobRow, as_job, naive

LIVE = ("queued", "running")


class JobLog(StorePart):
    """The part of the store that keeps rows about jobs."""

    def save_job(self, job: JobRow) -> None:
        """Insert or replace."""
        row = [
            job.id,
            job.kind,
            job.key,
            job.title,
            json.dumps(dict(job.spec), ensure_ascii=False),
            job.state,
            naive(job.created),
            naive(job.finished),
            job.message,
            job.hint,
            json.dumps(dict(job.result), ensure_ascii=False),
        ]
        self._db.write(lambda c: c.execute("INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row))

    def job_rows(self, limit: int = 200) -> list[JobRow]:
        """The unfinished ones and the newest `limit` others, oldest first."""
        with self._db.read() as cursor:
            rows = cursor.execute(
                "SELECT * FROM jobs ORDER BY state IN ? DESC, created DESC LIMIT ?", [list(LIVE), limit]
            ).fetchall()
        return sorted((as_job(row) for row in rows), key=lambda j: j.created)

    def done_job(self, kind: str, key: str) -> JobRow | None:
        """The newest job of this kind and key that came to a result."""
        with self._db.read() as cursor:
            row = one(
                cursor,
                "SELECT * FROM jobs WHERE kind = ? AND key = ? AND state = 'done' ORDER BY finished DESC LIMIT 1",
                [kind, key],
            )
        return as_job(row) if row else None
