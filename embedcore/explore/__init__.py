"""Pure functions of an embedding and its dataset: map, clusters, search, similar products, pairs, segments, anomalies.

Each module answers one question; the classes are the frozen answers that are stored and shown."""

from embedcore.explore import anomalies, clusters, counts, duplicates, newcomers, ngrams, projection, search, segments
from embedcore.explore.clusters import Clusters
from embedcore.explore.linkage import Linkage
from embedcore.explore.newcomers import Newcomers
from embedcore.explore.projection import Projection
from embedcore.explore.recent import Recent
from embedcore.explore.search import Hit
from embedcore.explore.segments import Segment, Segments
from embedcore.explore.similar import closest, like_basket, similar_products
from embedcore.explore.suggestion import ALIKE, POPULAR, TOGETHER, Recommendation, finest_first, in_common
from embedcore.explore.together import ENOUGH, Together

__all__ = [
    "ALIKE",
    "ENOUGH",
    "POPULAR",
    "TOGETHER",
    "Clusters",
    "Hit",
    "Linkage",
    "Newcomers",
    "Projection",
    "Recent",
    "Recommendation",
    "Segment",
    "Segments",
    "Together",
    "anomalies",
    "closest",
    "clusters",
    "counts",
    "duplicates",
    "finest_first",
    "in_common",
    "like_basket",
    "newcomers",
    "ngrams",
    "projection",
    "search",
    "segments",
    "similar_products",
]
