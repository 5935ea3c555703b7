"""The embedding methods. Adding one: one file, one line in REGISTRY, and it passes tests/methods.

>>> get("product2vec").subtitle
'products bought together'
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from embedcore.errors import InputError
from embedcore.methods import evaluation
from embedcore.methods.base import TABLE, Fitted, Method, Params, figure, param, run_key
from embedcore.methods.persistence import FittedArrays, load_model, pack_json, save_model, unpack_json

if TYPE_CHECKING:
    from embedcore.methods.autoencoder.method import FittedAutoencoder
    from embedcore.methods.text.method import encode_texts, title_vectors

# name -> "module:class"; a method's module is imported when it is asked for.
REGISTRY: dict[str, str] = {
    "cooccurrence": "embedcore.methods.columns.cooccurrence:Cooccurrence",
    "entity": "embedcore.methods.entity.method:EntityEmbeddings",
    "autoencoder": "embedcore.methods.autoencoder.method:Autoencoder",
    "product2vec": "embedcore.methods.baskets.product2vec:Product2Vec",
    "text": "embedcore.methods.text.method:TextEncoder",
    "image": "embedcore.methods.image.method:ImageAutoencoder",
    "customer2vec": "embedcore.methods.baskets.customers:Customer2Vec",
    "blend": "embedcore.methods.blend.method:Blend",
    "pca": "embedcore.methods.columns.pca:TablePCA",
    "svd": "embedcore.methods.baskets.svd:BasketSVD",
}
# What others use of one method alone: imported when it is asked for, as the methods are.
_LATER = {
    "FittedAutoencoder": "embedcore.methods.autoencoder.method",
    "encode_texts": "embedcore.methods.text.method",
    "title_vectors": "embedcore.methods.text.method",
}


def get(name: str) -> Method:
    """The method of that name; InputError when there is none.

    >>> get("pca").title
    'PCA'
    """
    try:
        module, cls = REGISTRY[name].split(":")
    except KeyError:
        raise InputError(f"There is no method called “{name}”.", f"Known: {', '.join(REGISTRY)}.") from None
    method: Method = getattr(import_module(module), cls)()
    return method


def all_methods() -> list[Method]:
    """Every method, in the order in which the pages show them.

    >>> [method.name for method in all_methods()][:2]
    ['cooccurrence', 'entity']
    """
    return [get(name) for name in REGISTRY]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "REGISTRY",
    "TABLE",
    "Fitted",
    "FittedArrays",
    "FittedAutoencoder",
    "Method",
    "Params",
    "all_methods",
    "encode_texts",
    "evaluation",
    "figure",
    "get",
    "load_model",
    "pack_json",
    "param",
    "run_key",
    "save_model",
    "title_vectors",
    "unpack_json",
]
