"""A worker that a test starts meets the disk that the test breaks: Python imports this file when a process begins."""

import os
import sys
from pathlib import Path

if "EMBEDCORE_TEST_DISK" in os.environ:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from tests.crash.barriers import install

    install(*map(Path, os.environ["EMBEDCORE_TEST_DISK"].split(os.pathsep)))
