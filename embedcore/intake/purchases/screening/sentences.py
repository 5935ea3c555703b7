"""The sentences about rows that are no purchases, each with its switch."""

from __future__ import annotations

from embedcore.intake.columns.names import listed, plural
from embedcore.intake.decisions import Decision, Settings
from embedcore.intake.purchases.screening import words
from embedcore.intake.purchases.screening.reasons import ALL
from embedcore.intake.purchases.screening.screen import GOOD, KEEP, OUT, Screened
from embedcore.intake.purchases.shapes import BasketShape

_SWITCH = ((OUT, "leave them out"), (KEEP, "count them as purchases"))
_MANY = 0.5  # of the lines, those below zero, above which the sign may mean something else (chosen by hand)
_EVENT = {
    words.PURCHASE: ("purchase", "purchases"),
    words.CART: ("product put into a cart", "products put into a cart"),
    words.WISH: ("product put on a wish list", "products put on a wish list"),
    words.VIEW: ("view", "views"),
    words.OTHER: ("other row", "other rows"),
}


_KINDS = {"cancelled": "Cancelled orders", "returns": "Returned lines", "taken_back": "Purchases taken back later"}


def left_out_decisions(found: Screened, shape: BasketShape, settings: Settings) -> tuple[Decision, ...]:
    """What was recognised as no purchase. found: by `screen` with the same settings."""
    say = _Sentences(found, shape, settings)
    tell = {
        "cancelled": say.cancelled,
        "returns": say.returns,
        "taken_back": say.taken_back,
        "zero": say.zero,
        "events": say.events,
        "ratings": say.ratings,
        "services": say.services,
    }
    told = [tell[key]() for key in tell if key in found.chosen and found.lines.get(key)]
    # What a person took in can be taken back, though all of it is left out for another reason.
    kept = [key for key in _KINDS if settings.get(key) == found.chosen.get(key) == KEEP and not found.lines.get(key)]
    again = [
        Decision(key, f"{_KINDS[key]} may count, but all of them are left out as something else.", KEEP, _SWITCH)
        for key in kept
    ]
    return (*told, *again)


class _Sentences:
    """One method for each reason."""

    def __init__(self, found: Screened, shape: BasketShape, settings: Settings) -> None:
        self._found, self._shape, self._settings = found, shape, settings

    def _fate(self, key: str, n: int) -> str:
        if self._found.chosen[key] == OUT:
            return "is left out" if n == 1 else "are left out"
        return "counts as a purchase" if n == 1 else "count as purchases"

    def _switch(self, key: str, sentence: str, *, unsure: bool = False) -> Decision:
        n, chosen = self._found.lines[key], self._found.chosen[key]
        return Decision(key, sentence, chosen, _SWITCH, n, n if chosen == OUT else 0, unsure)

    def _columns(self, key: str) -> list[str]:
        return [m.column for m in self._found.marks.of("status", "flag", "stamp", "pieces") if m.key in ("", key)]

    def cancelled(self) -> Decision:
        found = self._found
        lines, orders = found.lines["cancelled"], found.orders.get("cancelled", 0)
        columns = self._columns("cancelled")
        told = f" by {listed(columns)}" if columns else ""
        if found.marks.letters:
            told += f"{' and' if told else ' by'} numbers such as {listed(found.marks.numbers)}"
        what = (
            f"{plural(orders, 'cancelled order')} ({plural(lines, 'line')})"
            if orders
            else plural(lines, "cancelled line")
        )
        unsure = any(not sure for sure in found.marks.letters.values()) and "cancelled" not in self._settings
        ask = " Nothing else says that they were cancelled." if unsure else ""
        if lines == found.total and "cancelled" not in self._settings:
            unsure, ask = True, " That is every line of the file: is it a list of cancellations?"
        sentence = f"{what}, recognised{told}, {self._fate('cancelled', orders or lines)}.{ask}"
        return self._switch("cancelled", sentence, unsure=unsure)

    def returns(self) -> Decision:
        found = self._found
        n = found.lines["returns"]
        columns = self._columns("returns")
        how = [listed(columns)] if columns else []
        how += [f"“{self._shape.quantity}” below zero"] if self._shape.quantity is not None else []
        unsure = n > _MANY * found.total and "returns" not in self._settings
        ask = " That is most of the file: does the minus mean a sale here?" if unsure else ""
        sentence = f"{plural(n, 'returned line')}, recognised by {' or '.join(how)}, {self._fate('returns', n)}.{ask}"
        return self._switch("returns", sentence, unsure=unsure)

    def taken_back(self) -> Decision:
        found = self._found
        n = found.lines["taken_back"]
        whose = "customer" if self._shape.customer is not None else "order"
        sentence = (
            f"{plural(n, 'purchase')} that {'was' if n == 1 else 'were'} returned or cancelled later "
            f"(same {whose}, product and quantity) {self._fate('taken_back', n)}."
        )
        return self._switch("taken_back", sentence)

    def zero(self) -> Decision:
        found = self._found
        n = found.lines["zero"]
        return self._switch("zero", f"{plural(n, 'line')} with 0 in “{self._shape.quantity}” {self._fate('zero', n)}.")

    def services(self) -> Decision:
        found = self._found
        n, ids = found.lines["services"], sorted(found.marks.services)
        are = "is no product" if len(ids) == 1 else "are no products"
        sentence = f"{listed(ids)} {are} (postage, fees, discounts): {plural(n, 'line')} {self._fate('services', n)}."
        return self._switch("services", sentence)

    def events(self) -> Decision:
        found = self._found
        chosen, n = found.chosen["events"], found.lines.get("events", 0)
        mark = found.marks.of("event", "bought")[0]
        if mark.kind == "bought":
            sentence = f"“{mark.column}” says what was bought: "
            sentence += (
                f"{plural(n, 'other row')} {'is' if n == 1 else 'are'} left out." if chosen != ALL else "all count."
            )
            both = ((words.PURCHASE, "only what was bought"), (ALL, "every row"))
            return Decision("events", sentence, chosen, both, n, n if chosen != ALL else 0)
        rest = ", ".join(f"{c:,} {_noun(k, c)}" for k, c in found.events.items() if c and k != chosen)
        unsure = bool(found.marks.codes) and "events" not in self._settings
        if unsure:
            sentence = (
                f"“{mark.column}” has the codes {rest}: which one is a purchase? As long as nobody says, all count."
            )
        elif chosen == ALL:
            sentence = f"“{mark.column}” has {rest}: every row counts as a purchase."
        else:
            kept = found.events.get(chosen, 0)
            sentence = f"{kept:,} of {found.total:,} rows count: the {_noun(chosen, kept)} in “{mark.column}”."
            sentence += f" Left out: {rest}."
            if chosen != words.PURCHASE and not found.events.get(words.PURCHASE):
                sentence = f"“{mark.column}” has no purchases. {sentence}"
        kinds = {k: c for k, c in found.events.items() if c and k != words.OTHER}
        choices = [(k, f"only {_noun(k, c)} ({c:,})") for k, c in kinds.items()]
        lost = n if chosen != ALL else 0
        return Decision("events", sentence, chosen, (*choices, (ALL, "every row")), n, lost, unsure)

    def ratings(self) -> Decision:
        found = self._found
        n, chosen = found.lines.get("ratings", 0), found.chosen["ratings"]
        mark, (low, high) = found.marks.of("rating")[0], found.marks.scale
        below = f"{n:,} of {found.total:,} below {found.marks.good:g}"
        fate = f"{below} are left out" if chosen == GOOD else f"all count, also the {below}"
        sentence = f"“{mark.column}” is a rating from {low:g} to {high:g}: {fate}."
        choices = ((GOOD, "only the upper half of the scale"), (ALL, "all ratings"))
        return Decision("ratings", sentence, chosen, choices, n, n if chosen == GOOD else 0)


def _noun(kind: str, n: int) -> str:
    return _EVENT[kind][n != 1] if kind in _EVENT else f"of “{kind}”"
