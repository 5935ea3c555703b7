"""What the workers compute: one function for each kind of job, which takes JSON and folders and leaves files.

A task gets its spec (plain JSON), a folder of its own for its results, and a Progress; it returns a small JSON-able
result. It opens no database: the server stores what lies in the folder when the task has returned. Jobs names a task as
"module:function"; what is handed out here is used by the commands, too."""

from embedcore.tasks.errors import score_products
from embedcore.tasks.training import train

__all__ = ["score_products", "train"]
