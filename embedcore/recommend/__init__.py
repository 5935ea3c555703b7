"""Recommendations: what goes with a basket, what a customer is due to buy again, what is new to try, and why.

A `Recommender` is built once per dataset (`fit`), kept as files, and asked by `for_basket`, `for_customer`,
`complements` and `substitutes`; `batch` answers many questions into a file."""

from embedcore.recommend import batch, coldstart, files, mix
from embedcore.recommend.baskets import ListOptions, for_basket
from embedcore.recommend.batch import Answer
from embedcore.recommend.coldstart import NEW, ColdStart
from embedcore.recommend.customers import for_customer, history_table, similar_customers
from embedcore.recommend.model import VERSION, fit, key
from embedcore.recommend.people import People
from embedcore.recommend.purchases import Histories, HistoriesByQuery
from embedcore.recommend.reasons import PATTERN, PEOPLE, REPEAT
from embedcore.recommend.recommender import Recommender
from embedcore.recommend.relations import Related, complements, substitutes
from embedcore.recommend.words import TitleWords

__all__ = [
    "NEW",
    "PATTERN",
    "PEOPLE",
    "REPEAT",
    "VERSION",
    "Answer",
    "ColdStart",
    "Histories",
    "HistoriesByQuery",
    "ListOptions",
    "People",
    "Recommender",
    "Related",
    "TitleWords",
    "batch",
    "coldstart",
    "complements",
    "files",
    "fit",
    "for_basket",
    "for_customer",
    "history_table",
    "key",
    "mix",
    "similar_customers",
    "substitutes",
]
