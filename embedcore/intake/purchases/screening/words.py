"""The words by which shops say that a row is no purchase, in eleven languages."""

from __future__ import annotations

import re
import unicodedata

CANCELLED, RETURNED = "cancelled", "returns"
PURCHASE, CART, WISH, VIEW, OTHER = "purchase", "cart", "wishlist", "view", "other"


def fold(text: str) -> str:
    """Text without case, accents and punctuation.

    >>> fold(" Annulée_(client)")
    'annulee client'
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[\W_]+", " ", plain.casefold()).strip()


def _set(text: str) -> frozenset[str]:
    return frozenset(fold(word) for word in text.replace("\n", " ").split(",") if word.strip())


# What a status or a type of document is called when nothing was sold.
_CANCELLED = _set(
    "cancelled, canceled, cancel, cancellation, void, voided, refunded, refund, chargeback, charged back, "
    "failed, failure, declined, rejected, abandoned, credit note, credit memo, storniert, storno, "
    "stornierung, abgebrochen, annulliert, erstattet, rückerstattet, erstattung, gutschrift, fehlgeschlagen, "
    "abgelehnt, annulé, annulée, annulation, remboursé, remboursée, remboursement, avoir, échoué, échouée, "
    "refusé, refusée, abandonné, cancelado, cancelada, anulado, anulada, cancelación, reembolsado, "
    "reembolsada, reembolso, abono, nota de crédito, fallido, fallida, rechazado, rechazada, annullato, "
    "annullata, annullamento, rimborsato, rimborsata, rimborso, nota di credito, fallito, fallita, "
    "rifiutato, cancelamento, estornado, estornada, estorno, recusado, recusada, falhou, geannuleerd, "
    "annulering, terugbetaald, terugbetaling, creditnota, mislukt, geweigerd, anulowane, anulowano, "
    "anulowany, anulowana, anulowanie, zwrócono środki, odrzucone, odrzucono, nieudane, отменен, отменена, "
    "отменено, отмена, аннулирован, аннулировано, возврат средств, деньги возвращены, отклонен, отклонено, "
    "已取消, 取消, 交易关闭, 订单关闭, 已作废, 作废, "
    "已退款, 退款, 已关闭, 失败, キャンセル, 取り消し, 返金, 無効, 失敗, "
    "iptal, iptal edildi, iptal edilen, başarısız, zrušeno, zrušená, zrušený, zrušena, avbruten, avbruden, annulleret, "
    "annullert, kansellert, kreditnota, återbetald, makulerad, скасовано, скасоване, 취소, 취소됨, "
    "주문취소, 환불, 환불완료"
)
_RETURNED = _set(
    "returned, return, returns, sent back, rma, customer return, sales return, retourniert, retoure, retour, "
    "zurückgesendet, zurückgegeben, rückgabe, rücksendung, rückläufer, retourné, retournée, devuelto, "
    "devuelta, devolución, devolvido, devolvida, devolução, reso, resa, restituito, restituita, "
    "geretourneerd, retourzending, zwrot, zwrócone, zwrócono, zwrócony, возврат, возвращен, возвращено, "
    "возвращена, 已退货, 退货, 返品, iade, iade edildi, vráceno, returnerad, returneret, повернення, 반품, 반품완료"
)
# What a status says of an order that stands.
_GOOD = _set(
    "paid, complete, completed, shipped, delivered, fulfilled, processing, pending, open, closed, sale, "
    "sold, order, invoice, purchase, ok, done, success, successful, active, authorized, confirmed, bezahlt, "
    "abgeschlossen, versandt, versendet, geliefert, zugestellt, offen, verkauf, rechnung, kauf, payé, payée, "
    "terminé, terminée, expédié, expédiée, livré, livrée, vente, facture, pagado, pagada, completado, "
    "completada, enviado, enviada, entregado, entregada, venta, factura, pagato, completato, spedito, "
    "consegnato, vendita, fattura, pago, paga, concluído, entregue, venda, fatura, betaald, voltooid, "
    "verzonden, geleverd, afgerond, verkoop, factuur, opłacone, zrealizowane, wysłane, dostarczone, "
    "sprzedaż, faktura, оплачен, оплачено, выполнен, выполнено, доставлен, доставлено, отправлен, продажа, "
    "已完成, 已付款, 已发货, 已签收, 交易成功, 完了, 発送済み, 支払済み, 配達済み, 売上, "
    "teslim edildi, tamamlandı, kargoda, ödendi, doručeno, zaplaceno, levererad, leveret, betald, 배송완료, 결제완료"
)
_NOT_WHOLE = _set(
    "partially, partial, partly, part, teilweise, teil, partiellement, partielle, partiel, parcialmente, "
    "parcial, parzialmente, parziale, gedeeltelijk, częściowo, częściowy, частично, частичный, not, non, "
    "nicht, kein, no, niet, nie, не, never, requested, pending, un, policy, window, until"
)
_NOUNS = {"return", "returns", "refund", "cancel", "cancellation", "retour", "reso"}  # "free return" is no return
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_PART_CJK = ("部分", "一部", "未")

_EVENTS = {
    PURCHASE: _set(
        "purchase, purchased, purchases, transaction, buy, bought, order, ordered, order completed, order "
        "placed, sale, sold, checkout complete, checkout completed, placed order, completed purchase, in app "
        "purchase, ecommerce purchase, kauf, gekauft, bestellung, achat, acheté, commande, compra, comprado, "
        "pedido, acquisto, acquistato, aankoop, koop, gekocht, bestelling, zakup, kupiono, zamówienie, "
        "покупка, куплено, заказ, 购买, 下单, 購入, 注文"
    ),
    CART: _set(
        "cart, addtocart, add to cart, added to cart, add cart, carted, basket, add to basket, addtobasket, "
        "checkout, begin checkout, start checkout, warenkorb, in den warenkorb, panier, ajout au panier, "
        "ajouter au panier, carrito, añadir al carrito, carrinho, adicionar ao carrinho, carrello, aggiungi "
        "al carrello, winkelwagen, koszyk, dodanie do koszyka, dodano do koszyka, корзина, в корзину, "
        "добавление в корзину, 加购, 加入购物车, 购物车, カート, カート追加, カートに追加"
    ),
    WISH: _set(
        "wishlist, wish list, add to wishlist, wish, fav, favorite, favourite, favorites, favourites, like, "
        "liked, merkzettel, wunschliste, favoris, liste d envies, liste de souhaits, favorito, favoritos, "
        "lista de deseos, lista de desejos, preferiti, lista desideri, verlanglijst, favoriet, ulubione, "
        "lista życzeń, избранное, в избранное, 收藏, お気に入り"
    ),
    VIEW: _set(
        "view, viewed, views, pv, page view, pageview, view item, product view, item view, detail, detail "
        "view, product detail, click, clicked, clicks, impression, browse, visit, select item, ansicht, "
        "angesehen, aufruf, klick, vue, consultation, clic, vista, visto, visualización, visualização, "
        "visualizzazione, bekeken, weergave, wyświetlenie, odsłona, kliknięcie, просмотр, клик, 浏览, 点击, "
        "閲覧, クリック"
    ),
    OTHER: _set(
        "remove from cart, removed from cart, remove, removefromcart, search, searched, login, share, "
        "review, aus dem warenkorb, retiré du panier, eliminar del carrito, remover do carrinho, rimuovi dal "
        "carrello, удаление из корзины, поиск, 搜索, 検索"
    ),
}
_KIND_OF_EVENT = {word: kind for kind, words in _EVENTS.items() for word in words}

_TRUE = _set("true, t, yes, y, 1, x, ja, j, oui, o, si, sí, s, sim, vero, tak, да, 是, はい, 有")
_FALSE = _set("false, f, no, n, 0, nein, non, não, nao, falso, nee, nie, нет, 否, いいえ, 无")

_STEM = re.compile(
    r"(?P<cancelled>cancel|refund|void|storn|annul|anul|reembols|rembours|rimbors|erstatt|estorn|отмен|аннулир|取消|作废|"
    r"退款|キャンセル|返金)|(?P<returns>\breturn|retour|retoure|rucksend|ruckgabe|devuel|devol|\breso\b|restitu|"
    r"terugge|zwrot|zwroc|возврат|возвращ|退货|返品|\brma\b)"
)
_STATUS = re.compile(
    r"status|statut|\bstate|\bzustand|\bstato\b|\bestado|\betat\b|\bstan\b|статус|состояние|状态|狀態|状態|ステータス|"
    r"\btype\b|\btyp\b|\btipo\b|\bart\b|vorgang|belegart|transaction|document|movement|тип|类型|種類|種別|\brodzaj\b|\bsoort\b"
)
_RATING = re.compile(
    r"\bratings?\b|\bscores?\b|\bstars?\b|\bbewertung|\bsterne?\b|\bnotes?\b|\bevaluation\b|\betoiles?\b|valoracion|"
    r"puntuacion|calificacion|avaliacao|\bnota\b|classificacao|valutazione|\bvoto\b|punteggio|beoordeling|\bsterren\b|"
    r"\bocena\b|gwiazdki|оценка|реитинг|评分|評分|评级|星级|評価|レーティング|レーテインク"
)
_BOUGHT = _set("purchased, bought, converted, purchase, is purchase, is purchased, is bought, was bought, gekauft")
_PIECES = re.compile(r"qty|quantity|units|pieces|menge|anzahl|cantidad|quantite|quantita|aantal|ilosc|количество|数量")
# It can come back, which is no word of what did.
_MAY = re.compile(r"able\b|ability\b|\w{4}bar\b|eligible|allowed|possible|moglich|\bperiod|\bwindow|\bpolicy")
_REASON = re.compile(r"reason|grund|motif|motivo|reden|powod|причина|原因|理由")
_EVENT = re.compile(
    r"event|action|activity|behavi|interaction|ereignis|aktion|evento|accion|azione|gebeurtenis|"
    r"zdarzenie|деиствие|событие|事件|行为|イヘント|行動"
)
_MONEY = re.compile(r"amount|total|price|value|betrag|montant|importe|importo|bedrag|kwota|сумма|金额|金額|policy|days")


def status_of(text: str) -> str:
    """CANCELLED, RETURNED, or "" for any other status.

    >>> status_of("Annulée"), status_of("Cancelled by customer"), status_of("partially refunded"), status_of("已退货")
    ('cancelled', 'cancelled', '', 'returns')
    """
    parts = [p for p in re.split(r"\s[-–:/|]+\s|[:;(]", text) if p.strip()]
    if len(parts) > 1:  # "Shipped - Returned to Seller"
        return next((found for p in parts if (found := status_of(p))), "")
    plain = fold(text)
    if _CJK.search(text):
        whole = not any(part in text for part in _PART_CJK)
        known = [w for w in _RETURNED | _CANCELLED if _CJK.search(w) and w in plain]
        return "" if not known or not whole else RETURNED if max(known, key=len) in _RETURNED else CANCELLED
    words = plain.split()
    if not words or len(words) > 5 or _NOT_WHOLE & set(words):
        return ""
    ends = {plain, words[0], " ".join(words[:2]), " ".join(words[-2:])} | ({words[-1]} - _NOUNS)
    return RETURNED if ends & _RETURNED else CANCELLED if ends & _CANCELLED else ""


def is_good(text: str) -> bool:
    """Whether a status says that the order stands, or a type that something was sold.

    >>> is_good("Completed"), is_good("已完成"), is_good("red")
    (True, True, False)
    """
    plain = fold(text)
    return plain in _GOOD or bool(set(plain.split()) & _NOT_WHOLE and set(plain.split()) & (_CANCELLED | _RETURNED))


def event_of(text: str) -> str:
    """The kind of an event in a shop, "" when it is none that is known.

    >>> event_of("add_to_cart"), event_of("Purchase"), event_of("orders"), event_of("просмотр"), event_of("red")
    ('cart', 'purchase', 'purchase', 'view', '')
    """
    plain = fold(text)
    return _KIND_OF_EVENT.get(plain) or _KIND_OF_EVENT.get(plain.removesuffix("s"), "")


def truth_of(text: str) -> bool | None:
    """What a cell of yes and no says.

    >>> truth_of("Ja"), truth_of("0"), truth_of("maybe")
    (True, False, None)
    """
    plain = fold(text)
    return True if plain in _TRUE else False if plain in _FALSE else None


def named(column: str) -> frozenset[str]:
    """What the name of a column speaks of: "cancelled", "returns", "reason", "status", "event", "rating", "bought",
    "pieces", "money".

    >>> sorted(named("is_returned")), sorted(named("Cancelled at")), sorted(named("Returnable"))
    (['returns'], ['cancelled'], [])
    """
    plain = fold(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", column))
    found = {str(m.lastgroup) for m in _STEM.finditer(plain)} if not _MAY.search(plain) else set()
    about = {
        "status": _STATUS,
        "rating": _RATING,
        "pieces": _PIECES,
        "money": _MONEY,
        "reason": _REASON,
        "event": _EVENT,
    }
    found |= {what for what, pattern in about.items() if pattern.search(plain)}
    return frozenset(found | ({"bought"} if plain in _BOUGHT else set()))
