"""Methods that hold all baskets say so before they start, where these are too many."""

from __future__ import annotations

import pytest

from embedcore import methods
from embedcore.errors import NeedsError
from embedcore.methods.baskets import customers, svd
from tests.methods import planted


@pytest.mark.parametrize(("name", "module", "limit"), [("svd", svd, "_BASKETS"), ("customer2vec", customers, "_LINES")])
def test_what_does_not_fit_is_said_in_a_sentence(
    name: str, module: object, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    method, data = methods.get(name), planted.shop()
    assert method.lacks(data) is None
    monkeypatch.setattr(module, limit, 10)
    reason = method.lacks(data)
    assert reason is not None
    assert "too many" in reason
    assert reason.endswith(".")
    with pytest.raises(NeedsError, match="too many"):
        method.fit(data, method.Params())
    assert methods.get("product2vec").lacks(data) is None
