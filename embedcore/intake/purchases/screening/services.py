"""Lines that are charged beside the products: postage, fees, discounts."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from embedcore.intake.columns.values import clean
from embedcore.intake.purchases.screening.words import fold
from embedcore.intake.purchases.shapes import BasketShape

_CODED = 0.8  # of the product ids, those with a digit, above which an id without one stands out (chosen by hand)
_FEW_LINES = 0.2  # of the lines at most: what stands in more of them is what the shop sells (chosen by hand)
_LOOK = 50_000  # ids without a digit that are looked at, the commonest first (chosen by hand)
_MOSTLY = 0.5  # of the names of one code, those that say it (chosen by hand)


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.split(","))


# Whole names of what is charged beside the products.
_NAMES = _set(
    "postage, shipping, shipping cost, shipping costs, shipping fee, shipping charge, shipping charges, "
    "shipping and handling, delivery, delivery fee, delivery charge, delivery cost, carriage, freight, "
    "freight charge, handling fee, discount, coupon, manual, bank charges, bank charge, amazon fee, service "
    "fee, service charge, processing fee, payment fee, transaction fee, handling, adjust bad debt, bad debt "
    "adjustment, dotcom postage, cruk commission, rounding, rounding difference, tip, gratuity, donation, "
    "insurance, shipping insurance, deposit, gift wrapping, gift wrap fee, sales tax, tax, vat, versand, "
    "versandkosten, porto, portokosten, lieferkosten, liefergebühr, versandkostenpauschale, rabatt, "
    "gutschein, bearbeitungsgebühr, servicegebühr, nachnahmegebühr, rundung, trinkgeld, pfand, frais de "
    "port, frais de livraison, livraison, remise, réduction, frais de dossier, arrondi, pourboire, gastos de "
    "envío, envío, descuento, portes, propina, redondeo, spese di spedizione, spedizione, sconto, "
    "arrotondamento, mancia, frete, portes de envio, taxa de entrega, desconto, gorjeta, verzendkosten, "
    "verzending, bezorgkosten, korting, afronding, statiegeld, fooi, koszt wysyłki, wysyłka, koszty wysyłki, "
    "koszt dostawy, dostawa, rabat, zaokrąglenie, napiwek, доставка, стоимость доставки, скидка, чаевые, "
    "округление, 运费, 邮费, 折扣, 优惠, 小费, 送料, 値引き, 割引, 手数料"
)
# Codes that are used for them, where the others have digits and no column has names.
_CODES = _set(
    "post, dot, cruk, amazonfee, bank charges, ship, shipping, postage, carriage, freight, "
    "delivery, fee, disc, discount, adjust, versand, porto, rabatt, gutschein, livraison, remise, envio, "
    "descuento, frete, desconto, verzending, korting, rabat, dostawa, pads fee, manual, gift wrap, giftwrap, "
    "tip, tax, samples, coupon, handling, service, доставка, скидка"
)
_FIRST = ("dotcom ", "shipping ", "postage ", "versandkosten ", "frais de ", "gastos de ", "discount ", "rabatt ")


def find_services(
    frame: pd.DataFrame, shape: BasketShape, known: Collection[str] | np.ndarray | None = None
) -> frozenset[str]:
    """The ids in the column of products that are no products. known: ids of the catalogue, which are.

    >>> codes = [*(f"2{n:04}" for n in range(20)), "POST", "PADS"]
    >>> frame = pd.DataFrame({"order": ["1"] * 22, "sku": codes}, dtype="str")
    >>> find_services(frame, BasketShape("long", "order", item="sku"))
    frozenset({'POST'})
    """
    counts = frame[str(shape.item)].value_counts()
    ids = pd.Series(counts.index, dtype="str").str.strip()
    counts = pd.Series(counts.to_numpy(), ids.to_numpy(object)).groupby(level=0).sum()
    ids = pd.Series(counts.sort_values(ascending=False).index, dtype="str")
    digits = ids.str.contains(r"\d", regex=True).to_numpy(bool)
    if len(ids) < 3:
        return frozenset()
    coded = digits.mean() >= _CODED
    told = {i: fold(i) for i in ids[~digits][:_LOOK]}
    plain = [i for i, f in told.items() if f in _NAMES]
    maybe = [i for i, f in told.items() if coded and f not in _NAMES]
    names = _names(frame, shape, clean(frame[str(shape.item)]), maybe) if maybe else {}
    for code in maybe:
        name = names.get(code)
        if told[code] in _CODES if name is None else _is_service(name) or (told[code] in _CODES and name == told[code]):
            plain.append(code)
    never = known if known is not None and plain else ()
    return frozenset(i for i in plain if i not in never and counts[i] <= _FEW_LINES * len(frame))


def _names(frame: pd.DataFrame, shape: BasketShape, cells: pd.Series, codes: list[str]) -> dict[str, str]:
    """Code -> its commonest name, from the column of texts that goes with the products."""
    taken = {shape.basket, shape.customer, shape.item, shape.quantity, shape.price, shape.time}
    rows = frame[cells.isin(codes)]
    best: dict[str, str] = {}
    spread = 0
    for column in frame.columns:
        if column in taken or not frame[column].head(200).str.contains(r"[^\W\d_]{3}", na=False).mean() > _MOSTLY:
            continue
        texts = clean(rows[column])
        different = frame[column].head(5000).nunique()
        if different > max(spread, 10):
            counts = pd.DataFrame({"code": cells[rows.index], "name": texts}).value_counts().reset_index()
            first = counts.drop_duplicates("code")
            best = {str(c): fold(str(n)) for c, n in zip(first["code"], first["name"], strict=True)}
            spread = different
    return best


def _is_service(name: str) -> bool:
    return name in _NAMES or name.startswith(_FIRST)
