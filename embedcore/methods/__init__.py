"""The embedding methods. Adding one: one file, one line in REGISTRY, and it passes tests/methods."""

from __future__ import annotations

from importlib import import_module

from embedcore.errors import InputError
from embedcore.methods import evaluation
from embedcore.methods.base import Fitted, Method, Params, figure, param, run_key

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


def get(name: str) -> Method:
    """The method of that name; InputError when there is none."""
    try:
        module, cls = REGISTRY[name].split(":")
    except KeyError:
        raise InputError(f"There is no method called “{name}”.", f"Known: {', '.join(REGISTRY)}.") from None
    method: Method = getattr(import_module(module), cls)()
    return method


def all_methods() -> list[Method]:
    """Every method, in the order in which the pages show them."""
    return [get(name) for name in REGISTRY]


__all__ = ["REGISTRY", "Fitted", "Method", "Params", "all_methods", "evaluation", "figure", "get", "param", "run_key"]
