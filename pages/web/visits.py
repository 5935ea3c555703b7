"""Who has signed in. The gate writes it down; the pages read it by a pass that no browser ever sees."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, field
from threading import Lock

_FILE = re.compile(rb"/media/([0-9a-f]{32,64})\b")  # Streamlit names a file by the hash of its content
_FILES = 20_000
PERSON = "embedcore.person"  # what the gate writes into the scope of a request
HEADER = "x-embedcore-pass"  # what the gate adds to a websocket; streamlit hands it to the pages as st.user["pass"]


@dataclass(frozen=True)
class Person:
    """workspace: folder below the data folder ("" for the common one). expires: seconds since 1970. about: name,
    e-mail, issuer and subject, to be found again beside the person's data."""

    name: str
    workspace: str
    expires: float
    about: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One sign-in. key: the pass."""

    key: str
    person: Person | None  # None: signed out
    files: dict[bytes, None] = field(default_factory=dict)  # what its pages were told to show: ids, the oldest first

    def shows(self, message: bytes) -> None:
        """Note the files that a message to its pages names."""
        for name in _FILE.findall(message):
            self.files[name] = None
        for name in list(self.files)[:-_FILES] if len(self.files) > 2 * _FILES else ():
            del self.files[name]

    def may_see(self, path: str) -> bool:
        """Whether a path under /media/ is one of them."""
        found = _FILE.match(path.encode())
        return found is not None and found[1] in self.files

    @property
    def live(self) -> bool:
        """Neither signed out nor over."""
        return self.person is not None and time.time() < self.person.expires


class Visits:
    """All current sign-ins, keyed by the hash of their cookie. A restart forgets them."""

    def __init__(self) -> None:
        self._by_cookie: dict[str, tuple[Visit, float]] = {}
        self._by_key: dict[str, Visit] = {}
        self._lock = Lock()

    def find(self, cookie: str) -> Visit | None:
        """The visit of a cookie, also one that is over; None for a cookie never seen."""
        with self._lock:
            found = self._by_cookie.get(_digest(cookie))
        return found[0] if found else None

    def begin(self, cookie: str, person: Person) -> Visit:
        """Let a person in by this cookie until it expires."""
        visit = Visit(secrets.token_urlsafe(24), person)
        with self._lock:
            self._forget_old()
            self._by_cookie[_digest(cookie)] = (visit, person.expires)
            self._by_key[visit.key] = visit
        return visit

    def end(self, cookie: str) -> None:
        """Sign out: the cookie lets nobody in any more, whoever kept a copy."""
        with self._lock:
            found = self._by_cookie.get(_digest(cookie))
            if found:
                self._by_key.pop(found[0].key, None)
                self._by_cookie[_digest(cookie)] = (Visit(found[0].key, None), found[1])

    def who(self, key: object) -> Person | None:
        """The person of a pass, as long as the visit lasts."""
        with self._lock:
            visit = self._by_key.get(key) if isinstance(key, str) else None
        return visit.person if visit is not None and visit.live else None

    def _forget_old(self) -> None:
        now = time.time()
        for digest in [d for d, (_, expires) in self._by_cookie.items() if expires < now]:
            self._by_key.pop(self._by_cookie.pop(digest)[0].key, None)


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


VISITS = Visits()
