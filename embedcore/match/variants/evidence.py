"""What differences say about a pair: the features beside those of the score, and their weights in this catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from embedcore.match.columns import DIFFERS
from embedcore.match.score import PairWeights
from embedcore.match.variants import differences
from embedcore.match.variants.options import Options
from embedcore.match.variants.templates import Templates

SURE = "number_slot_sure"  # a number in one place, times how alike the pair is otherwise
PLACES = ("number_place", "word_place")  # in one shop only variants differ like that
HANDS = ("number_slot_copied", "word_slot_copied")  # only that place differs: the two rows were written by one hand
PRICED = "price_other"  # prices that one shop would not ask for the same thing
NAMES = (*differences.NAMES, SURE, *HANDS, *PLACES, PRICED, "option_differs", "option_agrees")
_SUREST = 8.0  # log odds up to which likeness counts there
HOPELESS = -9.0  # log odds of pairs whose titles are not laid on each other: nothing would bring them up
# Features of the score that tell variants apart, too.
CLASHES = ("model_clash", "model_left", "numbers_clash", "measures_clash", "colour_clash", "price_apart")
_AXIS = 0.5  # from here on a place is an axis of variants
_ALONE = 0.5  # how deliberate a difference is when titles are all there is
_ONE_SHOP = (0.4, 0.7)  # shares of templates: from several shops surely, to one shop surely
_FEW, _USUAL = 4, 0.8  # so many pairs with that share of templates are assumed beside those seen; chosen by hand
_ONE_TITLE = ("titles_equal", "titles_reordered", "spelling", "words_added")
ALIKE = -1.0  # log odds of all but the differences from which two products are variants of one; chosen by hand


@dataclass(frozen=True)
class DifferenceWeights:
    """As they were learned: the slope of the score, the intercept beside the share of matches, and the weight of each
    difference: alone, and times how much a catalogue is made of templates."""

    slope: float
    intercept: float
    alone: Mapping[str, float]
    templates: Mapping[str, float]

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> DifferenceWeights:
        """From JSON."""
        return cls(float(plain["slope"]), float(plain["intercept"]), plain["alone"], plain["templates"])


@cache
def shipped() -> DifferenceWeights:
    """Those of the package."""
    text = files("embedcore.match").joinpath("weights.json").read_text(encoding="utf-8")
    return DifferenceWeights.of(json.loads(text)["differences"])


@dataclass(frozen=True, eq=False)
class Differences:
    """Compares the titles and options of pairs."""

    templates: Templates | None
    options: Options

    def apart(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """(m,) bool: the rows differ in an option, or are variants of one parent."""
        return self.options.apart(a, b)

    def features(self, a: np.ndarray, b: np.ndarray, score: np.ndarray, moved: float) -> dict[str, np.ndarray]:
        """{feature: (m,) float32} of the pairs (a[i], b[i]). score: (m,) log odds without them; moved: their shift."""
        out = {name: np.zeros(len(a), np.float32) for name in differences.NAMES}
        worth = np.flatnonzero(score + moved > HOPELESS)
        if self.templates is not None and len(worth):
            for name, values in differences.compare(self.templates, a[worth], b[worth]).items():
                out[name][worth] = values
        out[PRICED] = self.options.priced(a, b).astype(np.float32)
        copied = self.options.copied(a, b)
        for name, slot in zip(HANDS, ("number_slot", "word_slot"), strict=True):
            out[name] = (out[slot] * copied).astype(np.float32)
        place = out["one_place"] > 0
        out["number_place"] = ((out["number_slot"] > 0) & place).astype(np.float32)
        deliberate = np.where(out["axis_slot"] >= _AXIS, 1.0, copied if self.options.others else _ALONE)
        options = ((out["word_slot"] > 0) & place) | (out["option_added"] > 0)
        out["word_place"] = np.where(options, deliberate, 0).astype(np.float32)
        out[SURE] = (out["number_slot"] * np.clip(score, 0, _SUREST)).astype(np.float32)
        return out | self.options.features(a, b)


NONE = Differences(None, Options([], [], None, [], None))


@dataclass(frozen=True, eq=False)
class Scored:
    """How pairs were scored. score: the weights without differences; moved: their shift. weights: with them. log_odds:
    (m,) of the candidates. worth: the candidates whose titles were laid on each other, ascending; found: what they
    differ in, so that it is not looked for twice."""

    differences: Differences
    score: PairWeights
    moved: float
    weights: PairWeights
    log_odds: np.ndarray
    worth: np.ndarray
    found: Mapping[str, np.ndarray]

    def features(self, a: np.ndarray, b: np.ndarray, score: np.ndarray) -> dict[str, np.ndarray]:
        """{difference: (m,) float32} of other pairs, whose log odds without differences are `score`."""
        return self.differences.features(a, b, score, self.moved)

    def of_candidates(self, at: np.ndarray, a: np.ndarray, b: np.ndarray, score: np.ndarray) -> dict[str, np.ndarray]:
        """The same of the candidates at positions `at`, ascending; a, b, score: of these."""
        known = np.isin(at, self.worth, assume_unique=True)
        taken = np.isin(self.worth, at, assume_unique=True)
        out = self.differences.features(a[~known], b[~known], score[~known], self.moved)
        for name, values in out.items():
            every = np.zeros(len(at), np.float32)
            every[known], every[~known] = self.found[name][taken], values
            out[name] = every
        return out


def scored(
    compared: Differences, score: PairWeights, log_odds: np.ndarray, moved: float, a: np.ndarray, b: np.ndarray
) -> Scored:
    """The candidates (a[i], b[i]) scored with differences, by weights for this catalogue. log_odds: by `score`."""
    worth = np.flatnonzero(log_odds + moved > HOPELESS)
    found = compared.features(a[worth], b[worth], log_odds[worth], moved)
    if NAMES[0] in score.names:
        weights, plain = score, log_odds.copy()  # taught weights know the differences
    else:
        weights = weighed(score, found)
        plain = log_odds * shipped().slope + shipped().intercept + _odds(score.prior)
    for name, values in found.items():
        plain[worth] += weights.weight[weights.names.index(name)] * values
    return Scored(compared, score, moved, weights, plain, worth, found)


def templated(found: Mapping[str, np.ndarray]) -> tuple[float, float]:
    """(of words, of numbers): how much a catalogue is made of templates: the share of pairs that differ in one place
    for which that place, or what fills it, comes again. It separates one shop that names its variants from two shops
    that name one product."""
    axis, shares = found["axis_slot"] > 0, []
    for name in ("word_slot", "number_slot"):
        slot = found[name] > 0
        shares.append(float(((slot & axis).sum() + _FEW * _USUAL) / (slot.sum() + _FEW)))
    return shares[0], shares[1]


def multiples(words: float, numbers: float) -> list[float]:
    """How often the templated weight of each difference counts, by what `templated` gave."""
    shop = [float(np.clip((r - _ONE_SHOP[0]) / (_ONE_SHOP[1] - _ONE_SHOP[0]), 0, 1)) for r in (numbers, words)]
    how = {"word_slot": words, "number_slot": numbers, SURE: numbers} | dict(zip(PLACES, shop, strict=True))
    return [how.get(name, max(words, numbers)) for name in NAMES]


def weighed(
    score: PairWeights, found: Mapping[str, np.ndarray], learned: DifferenceWeights | None = None
) -> PairWeights:
    """The weights of the score with those of the differences. found: features of the candidates."""
    learned = learned or shipped()
    words, numbers = templated(found)
    added = [
        learned.alone.get(n, 0.0) + learned.templates.get(n, 0.0) * times
        for n, times in zip(NAMES, multiples(words, numbers), strict=True)
    ]
    return replace(
        replace(score, weight=learned.slope * score.weight).and_also(NAMES, np.array(added)),
        bias=learned.slope * score.bias + learned.intercept + _odds(score.prior),
    )


def variants(names: tuple[str, ...], features: np.ndarray, weights: PairWeights) -> np.ndarray:
    """(m,) bool: alike but for a number, an option or a word that alternates. features: (m, F) by `names`."""
    has = {name: features[:, k] for k, name in enumerate(names)}
    none = np.zeros(len(features))
    if not len(features):
        return none > 0
    axis = (has.get("word_slot", none) > 0) & (has.get("axis_slot", none) > 0)
    axis |= (has.get("number_slot", none) > 0) | (has.get("option_added", none) > 0)
    option = has.get("option_differs", none) > 0
    for name, values in has.items():
        if name.startswith(DIFFERS):
            option |= values > 0
    titles = np.any([has.get(n, none) > 0 for n in _ONE_TITLE], axis=0) | (has.get("word_slot", none) > 0)
    rest = [n for n in names if n not in (*NAMES, *CLASHES) and not n.startswith(DIFFERS)]
    alike = weights.log_odds({n: has[n] for n in rest}) if rest else none
    siblings = has.get("option_differs", none) > 1
    return np.asarray(((axis | (option & titles)) & (alike >= ALIKE)) | siblings)


def _odds(share: float) -> float:
    return float(np.log(share / (1 - share)))
