"""How things are written on screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pages.ui.text import ago, duration, number, plain, share, short


@pytest.mark.parametrize("mark", list("\\`*_{}[]()<>#+-!|~$:&^=."))
def test_every_sign_of_markdown_is_escaped(mark: str) -> None:
    assert plain(f"a{mark}b") == f"a\\{mark}b"


@pytest.mark.parametrize("address", ["https://a.example/x", "HTTP://a.example", "www.a.example", "me@a.example"])
def test_an_address_is_parted_so_that_it_becomes_no_link(address: str) -> None:
    written = plain(f"see {address} now")
    assert "\u2060" in written
    assert written.replace("\u2060", "").replace("\\", "") == f"see {address} now"


def test_lines_are_joined_and_anything_can_be_written() -> None:
    assert plain("a\nb") == "a b"
    assert plain(12) == "12"
    assert plain("Größe 38") == "Größe 38"


def test_long_texts_are_cut_with_an_ellipsis() -> None:
    assert short("one  two\nthree") == "one two three"
    assert short("abcdefgh", 5) == "abcd…"
    assert len(short("x" * 99, 60)) == 60


def test_numbers_shares_and_times_read_as_a_person_says_them() -> None:
    assert (number(1234567), number(0.5), number(1234.5)) == ("1,234,567", "0.50", "1,234")
    assert (share(0.4567), share(0.0123), share(0), share(1)) == ("46 %", "1.2 %", "0 %", "100 %")
    assert (duration(0.2), duration(61), duration(600), duration(7200)) == (
        "less than a second",
        "61 s",
        "10 min",
        "2.0 h",
    )


def test_ago_counts_in_the_largest_whole_unit() -> None:
    now = datetime(2026, 1, 2, 12, tzinfo=UTC)
    for back, words in ((10, "just now"), (60, "1 minute ago"), (7200, "2 hours ago"), (86400 * 3, "3 days ago")):
        assert ago(now - timedelta(seconds=back), now) == words
    assert ago(datetime(2026, 1, 2, 11, tzinfo=UTC).replace(tzinfo=None), now) == "1 hour ago"  # a naive time is UTC
