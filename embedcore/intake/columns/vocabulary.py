"""The words that people write over columns, in the languages of shops: what a column of products or of purchases is
called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

# By language, in this order: English, German, French, Spanish and Portuguese, Italian, Dutch and the Nordic ones,
# Polish and Czech, Russian and Ukrainian, Turkish, Chinese, Japanese, Korean. Accents and case do not count.

# What a column of a catalogue holds. "product" alone is a title; beside another word it says only whose that is.
CATALOGUE: Mapping[str, str] = {
    "id": "商家编码 id ids sku skus asin ean gtin upc isbn barcode key code codes number nr no uuid guid "
    "handle stockcode plu ref reference identifier mpn ean13 jan nummer artikelnummer artikelnr kennung schlüssel "
    "strichcode bestellnummer bestellnr référence réf numéro identifiant clé código cod referencia número "
    "identificador clave referência codice riferimento rif identificativo kenmerk streepjescode referentie "
    "streckkod artnr varenummer kod numer indeks identyfikator symbol kód číslo ид код артикул номер "
    "идентификатор штрихкод кода артикула kodu numara numarası barkod 编号 编码 代码 号 號 条码 条形码 货号 款号 "
    "型号 編號 編碼 代碼 代號 條碼 貨號 番号 コード 品番 型番 バーコード 코드 번호 바코드 아이디",
    "title": "宝贝标题 商品标题 title name label displayname text caption productname itemname titel "
    "bezeichnung artikelbezeichnung produktname benennung artikelname titre nom désignation libellé intitulé "
    "nombre título denominación nome designação denominação titolo denominazione naam namn navn benämning nazwa "
    "tytuł název jméno názov название наименование имя заголовок назва ad adı isim başlık 名称 品名 标题 名 名稱 "
    "標題 タイトル 이름 상품명 제품명 품명 명",
    "product": "product products item items article articles produkt produkte artikel ware produit "
    "produits producto productos artículo artículos produto produtos artigo prodotto prodotti articolo articoli "
    "vara towar towaru produktu výrobek zboží товар товара товары продукт продукта номенклатура ürün ürünü 商品 "
    "产品 產品 货品 製品 상품 제품 품목",
    "description": "description desc descr details detail about features summary body overview longtext "
    "specification specifications specs beschreibung produktbeschreibung artikelbeschreibung langtext "
    "kurzbeschreibung descriptif détails résumé descripción detalle detalles descrição detalhes descrizione "
    "dettagli omschrijving beschrijving beskrivning beskrivelse opis popis описание опис açıklama açıklaması 描述 "
    "说明 详情 介绍 简介 說明 詳情 介紹 説明 詳細 紹介 概要 설명 상세",
    "category": "category categories cat type kind department dept aisle class group family segment "
    "division section subcategory gender season colour color material style collection usage occasion shape "
    "pattern fabric currency mid top condition availability source status origin country kategorie warengruppe "
    "produktgruppe artikelgruppe gruppe abteilung rubrik typ farbe geschlecht saison währung zustand herkunft "
    "verfügbarkeit produkttyp catégorie catégories famille rayon couleur matière gamme groupe devise categoría "
    "categorías familia grupo sección departamento tipo género temporada línea moneda categoria família seção cor "
    "gênero moeda estado famiglia reparto gruppo colore genere stagione valuta categorie groep soort kleur "
    "afdeling rubriek kategori grupp färg farve kategoria kategorii grupa dział rodzaj kolor waluta skupina barva "
    "druh měna категория категории группа раздел тип вид цвет пол сезон валюта категорія kategorisi grup renk tür "
    "cinsiyet 类别 分类 类目 品类 种类 颜色 类型 币种 類別 分類 種類 顏色 類型 カテゴリ カテゴリー 部門 ジャンル "
    "色 カラー 카테고리 분류 종류 색상",
    "brand": "brand brands manufacturers manufacturer maker vendor designer supplier producer publisher "
    "author artist marke hersteller lieferant verlag autor marque fabricant fournisseur éditeur auteur marca "
    "fabricante proveedor editorial fornecedor editora marchio produttore fornitore editore autore merk fabrikant "
    "leverancier uitgever märke varumärke tillverkare mærke merke marka marki producent dostawca wydawca značka "
    "výrobce бренд бренда марка производитель поставщик издатель автор виробник markası üretici 品牌 厂商 制造商 "
    "供应商 生产商 廠商 牌子 ブランド メーカー 製造元 発売元 著者 브랜드 제조사",
    "price": "零售价 市场价 销售价 розничная price cost msrp rrp amount retail preis einzelpreis "
    "verkaufspreis stückpreis vk uvp prix tarif montant coût ttc precio coste costo importe pvp preço custo valor "
    "prezzo importo prijs verkoopprijs bedrag pris cena koszt kwota ceny цена цены стоимость ціна fiyat fiyatı "
    "tutar 价格 单价 售价 价 价钱 原价 金额 價格 單價 售價 金額 価格 単価 値段 定価 税込 税抜 販売価格 가격 단가 "
    "판매가 금액",
    "date": "date time timestamp created updated day released launched ts datum zeit erstellt fecha data "
    "hora дата время tarih tarihi 日期 时间 時間 日付 日時 発売日 登録日 날짜 일자",
    "image": "image images img photo photos picture pictures thumbnail thumb pic bild bilder foto fotos "
    "visuel imagen imágenes imagem imagens immagine immagini afbeelding afbeeldingen zdjęcie zdjęcia obraz "
    "obrazek obrázek изображение фото картинка зображення resim görsel 图片 图像 主图 圖片 画像 写真 이미지 사진",
    "text": "tags keywords ingredients notes size dimensions comment comments review größe masse zutaten "
    "schlagworte taille ingrédients talla tamaño ingredientes tamanho taglia misura ingredienti maat afmetingen "
    "ingrediënten storlek rozmiar składniki wymiary velikost размер состав beden 尺寸 规格 尺码 标签 規格 サイズ "
    "寸法 タグ 原材料 사이즈",
    "number": "stock qty quantity inventory weight height width length depth bestand lagerbestand menge "
    "anzahl gewicht höhe breite länge tiefe quantité qté poids hauteur largeur longueur existencias cantidad peso "
    "alto ancho estoque quantidade altura largura giacenza quantità altezza larghezza scorta voorraad aantal "
    "hoogte breedte lagersaldo antal vikt ilość waga wysokość szerokość množství váha количество остаток вес "
    "высота ширина кількість stok adet miktar ağırlık 库存 数量 重量 庫存 數量 在庫 在庫数 재고 수량",
    "ignore": "url link href index unnamed lien enlace ссылка bağlantı 链接 網址 リンク",
    "parent": "parent eltern vater übergeordnet родитель 父 親",
}

# What a column of purchases holds.
PURCHASES: Mapping[str, str] = {
    "item": "宝贝 商家编码 product products item items itemname productname stock stockcode sku article "
    "articles asin isbn movie track song book upc ean plu goods lineitem gtin film barcode produkt produkte "
    "artikel artikelnummer artikelnr ware produit produits référence réf producto productos artículo artículos "
    "referencia produto produtos artigo referência prodotto prodotti articolo articoli vara towar towaru produktu "
    "indeks zboží výrobek товар товара артикул артикула продукт продукта номенклатура штрихкод ürün ürünü 商品 "
    "产品 產品 货品 货号 貨號 品名 物料 製品 品番 상품 제품 품목",
    "basket": "документ basket baskets order orders invoice invoiceno transaction transactions receipt "
    "ticket session cart bill purchase checkout visit trip bon txn trans bestellung bestell bestellnummer "
    "bestellnr auftrag auftrags rechnung rechnungs beleg kassenbon warenkorb vorgang commande cde facture panier "
    "reçu pedido pedidos orden factura cesta carrito compra recibo transacción encomenda fatura carrinho cupom "
    "ordine ordini fattura scontrino carrello acquisto bestelling bestel factuur kassabon winkelmandje "
    "beställning kvitto faktura ordre zamówienie zamówienia paragon paragonu koszyk faktury objednávka objednávky "
    "účtenka заказ заказа заказы чек чека накладная корзина счет счёт покупка замовлення sipariş fiş 订单 单号 "
    "交易 小票 流水 訂單 單號 注文 受注 伝票 レシート 取引 オーダー 주문 영수증 거래",
    "customer": "注文者 注文者氏名 контрагент контрагента customer customers user users household member "
    "client shopper buyer account card visitor person cust hshd email kunde kunden kundin kundennr debitor "
    "käufer clients acheteur cliente clientes comprador usuario socio utilizador usuário acquirente utente klant "
    "klanten koper gebruiker kund klient klienta kupujący nabywca zákazník zákazníka клиент клиента покупатель "
    "покупателя пользователь пользователя клієнт müşteri 客户 会员 用户 买家 顾客 客戶 會員 用戶 買家 顧客 会員 "
    "ユーザー 購入者 お客様 得意先 고객 회원 구매자 사용자",
    "quantity": "quantity qty units count pieces menge anzahl stück stückzahl stk quantité qté cantidad "
    "cant unidades uds quantidade qtd qtde quantità qta pezzi aantal stuks antal ilość sztuk szt liczba množství "
    "počet ks количество кол шт кількість adet miktar 数量 件数 个数 數量 個数 点数 수량 개수",
    "price": "pvp pu 零售价 成交价 verkoopprijs verkaufspreis vk prezzi price value amount sales revenue "
    "total subtotal cost spend preis einzelpreis stückpreis gesamtpreis betrag umsatz summe prix montant tarif "
    "precio importe preço valor prezzo importo totale prijs bedrag totaal pris belopp summa cena ceny kwota "
    "wartość suma částka цена цены сумма стоимость ціна fiyat fiyatı tutar 价格 单价 金额 总价 售价 價格 單價 "
    "金額 售價 価格 単価 合計 小計 가격 단가 금액",
    "time": "time timestamp date datetime ts day created purchased at datum zeit zeitpunkt uhrzeit "
    "bestelldatum heure fecha hora data ora tijd tijdstip tid czas čas дата время tarih tarihi 日期 时间 時間 "
    "日付 日時 時刻 購入日 注文日 날짜 일자 일시 시간",
    "status": "status bestellstatus zustand statut état estado stato stav статус состояние durum durumu "
    "状态 狀態 ステータス 状況 상태",
    "event": "event events action behavior behaviour ereignis aktion événement evento actie zdarzenie "
    "událost событие действие olay 行为 事件 行為 イベント 行動 이벤트",
    "rating": "rating ratings stars score bewertung sterne évaluation valoración puntuación valutazione "
    "avaliação beoordeling ocena hodnocení betyg оценка рейтинг puan 评分 評分 評価 평점",
}

# Words for a number or code, by which a thing is told from its name; and words for things that are no products.
CODES = "index uid " + CATALOGUE["id"]
OTHER_THINGS = (
    "customer user order basket store parent tax member client kunde kunden commande pedido ordine klant "
    "zamówienia заказа клиента 订单 客户 注文 顧客 supplier vendor lieferant fournisseur proveedor"
)
# Places and the like, which are neither the customer nor the basket although they come back with every order.
PLACES = (
    "zip postal postcode plz postleitzahl ort stadt land city country region province phone telephone street "
    "address ville pays adresse cp ciudad país provincia dirección cidade morada città indirizzo paese plaats "
    "stad miasto kraj адрес город страна şehir ülke 地址 城市 国家 省 郵便 住所 都道府県 国 shipping billing payment "
    "source channel currency vendor discount tax taxes store filiale magasin tienda negozio winkel магазин 门店 "
    "店舗"
)
# Of a customer or an order, but neither.
ATTRIBUTES = (
    "type segment group gender age level tier since typ gruppe alter geschlecht type sexe âge tipo género edad genere "
    "тип возраст пол 类型 性别 性別 年齢 note notes comment weekday"
)
# Values of a column that says how an order ended, and of one that says what a visitor did.
STATES = (
    "paid unpaid refunded partially_refunded voided cancelled canceled pending completed complete shipped delivered "
    "returned failed processing on-hold open closed bezahlt storniert offen versendet abgeschlossen retourniert payé "
    "annulé remboursé livrée expédiée pagado cancelado reembolsado enviado entregado pago reembolsado pagato annullato "
    "rimborsato spedito betaald geannuleerd terugbetaald verzonden opłacone anulowane zwrot оплачен отменен возврат "
    "доставлен 已付款 已取消 已退款 已完成 完了 キャンセル 返品 発送済み"
)
EVENTS = (
    "view views pageview page_view product_view detail click add_to_cart addtocart cart remove_from_cart purchase "
    "purchased transaction buy bought wishlist favorite search impression pv fav checkout order"
)
# The money of a whole line, not of one piece.
LINE_TOTALS = (
    "value amount total sales revenue spend umsatz summe gesamtpreis betrag montant importe totale totaal bedrag "
    "belopp suma kwota wartość сумма стоимость tutar 总价 金额 金額 合計 小計 금액"
)
_CJK = "぀-ヿ㐀-鿿豈-﫿가-힯"
_RUN = re.compile(rf"[{_CJK}ー]+|[^{_CJK}ー]+")
_SPELT = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_MODIFIERS = "unit list sale gross line brutto netto display original variant"  # known in front of another word only
_LINKS = ("", "s", "n", "en", "er", "e", "es")  # between the parts of a compound: Auftrag-s-nummer
_SHORT = 3  # letters of the shortest word that is looked for in compounds
# Where the first word is the thing itself (prix de référence), as in the Romance and Slavic languages.
_HEAD_FIRST = (
    "description descriptif détails prix tarif montant coût precio importe preço valor custo prezzo importo costo cena "
    "koszt цена стоимость date fecha data дата время image photo visuel imagen foto imagem immagine zdjęcie фото "
    "изображение descripción descrição descrizione opis popis описание quantité cantidad quantidade quantità ilość "
    "количество catégorie famille categoría familia categoria famiglia kategoria категория группа marque marca marka "
    "бренд taille talla tamanho taglia rozmiar размер"
)


def fold(text: str) -> str:
    """Text without case, accents and full-width letters: Référence and REFERENCE are one.

    >>> fold("Größe"), fold("Ｎº")
    ('grosse', 'no')
    """
    wide = unicodedata.normalize("NFKC", text.replace("№", "no ").replace("°", "o ")).casefold()
    marked = unicodedata.normalize("NFD", wide)
    return unicodedata.normalize("NFC", "".join(c for c in marked if not "̀" <= c <= "ͯ")).translate(_SPELT)


def table(words: Mapping[str, str]) -> dict[str, str]:
    """word -> what it says."""
    return {fold(word): role for role, line in words.items() for word in line.split()}


def word_set(line: str) -> frozenset[str]:
    """The words of a line, folded."""
    return frozenset(fold(word) for word in line.split())


IDS, HEAD_FIRST = word_set(CODES), word_set(_HEAD_FIRST)
_KNOWN = frozenset(
    {*table(CATALOGUE), *table(PURCHASES), *word_set(OTHER_THINGS), *word_set(PLACES), *word_set(_MODIFIERS)}
)
_THINGS = word_set("product item article customer user order basket visitor transaction movie member store session")
_LONGEST = max(len(w) for w in _KNOWN)


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a column's name, without case and accents: baseColour, BASE_COLOUR and "base colour (2)" are
    ("base", "colour"), N° commande is ("no", "commande"), 商品编号 is ("商品", "编号").

    >>> words_of("Kundennummer"), words_of("orderDate")
    (('kunden', 'nummer'), ('order', 'date'))
    """
    split = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    words = [w for w in re.split(r"[\W_\d]+", fold(split)) if w]
    return tuple(part for word in words for run in _RUN.findall(word) for part in _parts(run))


def _parts(word: str) -> Iterable[str]:
    """The known words of a compound, or of a name written without spaces; the word itself when there are none."""
    if word in _KNOWN:
        return (word,)
    if re.match(f"[{_CJK}]", word):
        return _without_spaces(word)
    if word[:-2] in _THINGS and word.endswith("id"):
        return (word[:-2], "id")
    for end in range(len(word) - 2, _SHORT - 1, -1):
        last = word[end:]
        if last not in _KNOWN or (len(last) < _SHORT and last not in ("no", "nr")):
            continue
        for link in _LINKS:
            first = word[:end].removesuffix(link) if link else word[:end]
            if (link == "" or word[:end].endswith(link)) and len(first) > _SHORT and first in _KNOWN:
                return (first, last)
    return (word,)


def _without_spaces(word: str) -> list[str]:
    """The longest known words from the left; signs between them are left out."""
    found, at = [], 0
    while at < len(word):
        part = next((word[at : at + n] for n in range(_LONGEST, 0, -1) if word[at : at + n] in _KNOWN), "")
        found += [part] if part else []
        at += len(part) or 1
    return found or [word]
