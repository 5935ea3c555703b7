"""The same work without a browser: each file is one command of `embedcore`, with `add(commands)` and `run(options)`."""

from embedcore.commands.files import exact_catalogue

__all__ = ["exact_catalogue"]
