"""The one secret that this server keeps in its data folder."""

from __future__ import annotations

import functools
import hashlib
import hmac
import secrets
from contextlib import suppress

from pages.web.workspace import root

_LENGTH = 32


@functools.cache
def key() -> bytes:
    """What tokens and cookies are made from. It stays when the server starts again, so that open tabs go on working;
    where nothing can be written it lasts until the server ends."""
    file = root() / "secret"
    with suppress(OSError):
        found = file.read_bytes()
        if len(found) == _LENGTH:
            return found
    made = secrets.token_bytes(_LENGTH)
    with suppress(OSError):
        file.parent.mkdir(0o700, parents=True, exist_ok=True)  # other users of this machine read nothing
        new = file.with_name(f"secret.{secrets.token_hex(4)}.tmp")
        new.touch(0o600)
        new.write_bytes(made)
        new.replace(file)
    return made


def signed(purpose: str) -> str:
    """A value that only this server can have made."""
    return hmac.new(key(), purpose.encode(), hashlib.sha256).hexdigest()
