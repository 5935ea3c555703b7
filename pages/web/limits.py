"""What the system allows this server: open files and connections ("descriptors")."""

from __future__ import annotations

import logging
import sys

USUAL = 1024  # what systems allow; a browser tab takes about four
_log = logging.getLogger("embedcore.web")


def raise_descriptors() -> int | None:
    """Allow as many descriptors as the system lets us; how many that is (None: this system does not say)."""
    if sys.platform == "win32":
        return None
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else max(soft, 1 << 16)
    if 0 <= soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):  # macOS says infinite and allows less
            wanted = soft
    if 0 <= wanted < USUAL:
        _log.warning(
            "Only %s files and connections may be open at once here: about %s browser tabs. "
            "Allow more with “ulimit -n %s” before starting.",
            wanted,
            wanted // 5,
            USUAL,
        )
    return wanted
