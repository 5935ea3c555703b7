"""Columns of products and of purchases are found in the languages of shops, by names and by values."""

from __future__ import annotations

import pandas as pd
import pytest

from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.columns.vocabulary import words_of
from embedcore.intake.purchases.shapes import guess_shape

ROLES = ("id", "title", "description", "category", "brand", "price", "number", "date", "image")
CATALOGUES = {
    "English": "SKU;Product name;Description;Category;Brand;Price;Stock;Created;Image",
    "German": "Artikelnummer;Bezeichnung;Beschreibung;Warengruppe;Hersteller;Verkaufspreis;Lagerbestand;Erstellt;Bild",
    "French": "Référence;Désignation;Descriptif;Famille;Marque;Prix de vente TTC;Quantité;Date de création;Photo",
    "Spanish": "Código;Nombre del producto;Descripción;Categoría;Marca;Precio;Existencias;Fecha de alta;Imagen",
    "Italian": "Codice articolo;Nome;Descrizione;Categoria;Produttore;Prezzo;Giacenza;Data;Immagine",
    "Portuguese": "Código do produto;Nome;Descrição;Categoria;Fabricante;Preço;Estoque;Data de cadastro;Imagem",
    "Dutch": "Artikelnummer;Productnaam;Omschrijving;Categorie;Merk;Prijs;Voorraad;Datum;Afbeelding",
    "Polish": "Indeks;Nazwa towaru;Opis;Kategoria;Producent;Cena brutto;Ilość;Data dodania;Zdjęcie",
    "Russian": "Артикул;Наименование;Описание;Категория;Производитель;Цена;Остаток;Дата;Изображение",
    "Chinese": "商品编号;商品名称;商品描述;类目;品牌;价格;库存;上架日期;主图",
    "Japanese": "商品番号;商品名;商品説明;カテゴリー;メーカー;販売価格;在庫数;登録日;画像",
    "Swedish": "Artikelnr;Benämning;Beskrivning;Kategori;Varumärke;Pris;Lagersaldo;Datum;Bild",
    "Turkish": "Ürün Kodu;Ürün Adı;Açıklama;Kategori;Marka;Fiyat;Stok Adedi;Tarih;Resim",
    "Czech": "Kód;Název;Popis;Kategorie;Výrobce;Cena;Množství;Datum;Obrázek",
    "Korean": "상품코드;상품명;상세설명;카테고리;브랜드;판매가;재고수량;등록일자;이미지",
}
PARTS = ("basket", "time", "customer", "item", "quantity", "price", "status")
ORDERS = {
    "English": "Order number;Order date;Customer ID;Product code;Quantity;Unit price;Order status",
    "German": "Bestellnummer;Bestelldatum;Kundennummer;Artikelnummer;Menge;Einzelpreis;Bestellstatus",
    "French": "N° commande;Date de commande;Client;Référence article;Quantité;Prix unitaire HT;Statut",
    "Spanish": "Número de pedido;Fecha del pedido;Cliente;Código de artículo;Cantidad;Precio;Estado",
    "Italian": "Numero ordine;Data ordine;Codice cliente;Codice articolo;Quantità;Prezzo unitario;Stato",
    "Portuguese": "Nº pedido;Data do pedido;Cliente;Código do produto;Qtd;Preço unitário;Estado",
    "Dutch": "Bestelnummer;Besteldatum;Klantnummer;Artikelnummer;Aantal;Prijs;Status",
    "Polish": "Numer zamówienia;Data zamówienia;Klient;Indeks towaru;Ilość;Cena;Status",
    "Russian": "Номер заказа;Дата заказа;Клиент;Артикул;Кол-во;Цена;Статус",
    "Chinese": "订单编号;下单时间;客户编号;商品编号;数量;单价;订单状态",
    "Japanese": "注文番号;注文日;顧客番号;商品番号;数量;単価;注文ステータス",
    "Swedish": "Ordernummer;Orderdatum;Kundnummer;Artikelnummer;Antal;Pris;Status",
    "Turkish": "Sipariş No;Sipariş Tarihi;Müşteri No;Ürün Kodu;Adet;Fiyat;Durum",
    "Czech": "Číslo objednávky;Datum objednávky;Číslo zákazníka;Kód zboží;Množství;Cena;Stav",
    "Korean": "주문번호;주문일자;고객번호;상품코드;수량;단가;주문상태",
}


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def products(names: list[str]) -> pd.DataFrame:
    """60 products under nine names, in the order of ROLES."""
    n = range(60)
    cells = [
        [f"A{i:04}" for i in n],
        [f"Tasse {i} bleue" for i in n],
        [f"Belle tasse numéro {i} pour la maison et pour offrir" for i in n],
        [("Cuisine", "Salon", "Bureau")[i % 3] for i in n],
        [("Maison", "Casa")[i % 2] for i in n],
        [f"{i + 3},50" for i in n],
        [str(i * 7 % 23) for i in n],
        [f"2025-01-{1 + i % 28:02}" for i in n],
        [f"img/{i}.jpg" for i in n],
    ]
    return pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in zip(names, cells, strict=True)})


def orders(names: list[str]) -> pd.DataFrame:
    """60 orders of three lines by nine customers under seven names, in the order of PARTS."""
    n = range(180)
    cells = [
        [str(1000 + i // 3) for i in n],
        [f"2025-01-{1 + i // 3 % 28:02}" for i in n],
        [f"K{i // 3 % 9}" for i in n],
        [f"A{i * 7 % 31:04}" for i in n],
        [("1", "1", "2", "1", "3")[i % 5] for i in n],
        [f"{i * 7 % 31 + 2},50" for i in n],
        [("ok", "ok", "x")[i // 3 % 3] for i in n],
    ]
    return pd.DataFrame({c: pd.Series(v, dtype="str") for c, v in zip(names, cells, strict=True)})


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_is_understood_in_each_language(language: str) -> None:
    names = CATALOGUES[language].split(";")
    found = [g.role for g in guess_roles(products(names))]
    assert dict(zip(names, found, strict=True)) == dict(zip(names, ROLES, strict=True))


@pytest.mark.parametrize("language", ORDERS)
def test_orders_are_understood_in_each_language(language: str) -> None:
    names = ORDERS[language].split(";")
    shape = guess_shape(orders(names))
    assert {part: getattr(shape, part) for part in PARTS} == dict(zip(PARTS, names, strict=True))


def test_the_columns_of_orders_may_stand_in_any_order_and_without_a_status() -> None:
    for language, line in ORDERS.items():
        names = line.split(";")
        shape = guess_shape(orders(names)[names[5::-1]])
        assert [getattr(shape, part) for part in PARTS[:6]] == names[:6], language


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("N° commande", ("no", "commande")),
        ("Größe", ("grosse",)),
        ("ＮＡＭＥ", ("name",)),
        ("商品编号", ("商品", "编号")),
        ("下单时间", ("时间",)),
        ("Kundennummer", ("kunden", "nummer")),
        ("invoicedate", ("invoice", "date")),
        ("Référence", ("reference",)),
        ("Re\u0301fe\u0301rence", ("reference",)),
        ("İndirim", ("indirim",)),
        ("background", ("background",)),
        ("paid", ("paid",)),
    ],
)
def test_words_are_found_with_accents_in_compounds_and_without_spaces(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_a_word_of_a_place_or_a_kind_of_customer_is_no_customer() -> None:
    frame = orders(ORDERS["English"].split(";")).rename(columns={"Customer ID": "Customer country"})
    frame["Customer type"] = ["new", "old"] * 90
    assert guess_shape(frame).customer is None


def test_without_names_values_tell_basket_product_quantity_and_price() -> None:
    frame = orders(list("abcdefg"))[list("abdef")]
    shape = guess_shape(frame)
    assert (shape.basket, shape.time, shape.item, shape.quantity, shape.price) == ("a", "b", "d", "e", "f")


def test_mail_addresses_are_customers_and_a_name_in_blocks_is_the_order() -> None:
    frame = orders(["Name", "Created at", "Contact", "Lineitem sku", "Lineitem quantity", "Lineitem price", "Status"])
    frame["Contact"] = "buyer" + frame["Contact"] + "@example.com"
    frame.insert(2, "Subtotal", [f"{20 + i // 3 % 20}.00" if i % 3 == 0 else None for i in range(180)])
    shape = guess_shape(frame)
    assert (shape.basket, shape.customer, shape.item) == ("Name", "Contact", "Lineitem sku")


@pytest.mark.parametrize("money", ["Total", "Betrag", "Whole"])
def test_money_is_never_the_basket_however_it_is_called(money: str) -> None:
    frame = orders(["Ref", "Day", "Who", "Product", "Pieces", "Price", "State"])[["Ref", "Product"]]
    frame.insert(0, money, [f"{20 + i // 3}.50" for i in range(180)])
    assert guess_shape(frame).basket == "Ref"


def test_a_number_of_each_line_is_no_basket_where_the_customer_is_known() -> None:
    frame = orders(ORDERS["English"].split(";")).drop(columns="Order number")
    frame.insert(0, "Transaction ID", [str(n) for n in range(180)])
    shape = guess_shape(frame)
    assert (shape.basket, shape.customer) == (None, "Customer ID")


def test_a_product_code_that_many_lines_lack_gives_way_to_the_name() -> None:
    frame = orders(ORDERS["English"].split(";")).rename(columns={"Product code": "Product name"})
    frame.insert(3, "SKU", [f"S{i % 7}" if i % 3 else None for i in range(180)])
    assert guess_shape(frame).item == "Product name"
    frame["SKU"] = [f"S{i % 7}" for i in range(180)]
    assert guess_shape(frame).item == "SKU"


def test_ratings_without_names_are_ratings_of_a_person() -> None:
    n = range(300)
    frame = pd.DataFrame({f"column {k}": pd.Series(v, dtype="str") for k, v in enumerate([
        [str(1 + i // 6) for i in n],
        [str(1 + i * 37 % 83) for i in n],
        [str((5, 4, 3, 4, 2, 5, 4, 1)[i * 7 % 8]) for i in n],
    ], 1)})  # fmt: skip
    shape = guess_shape(frame)
    assert (shape.customer, shape.item, shape.rating, shape.quantity) == ("column 1", "column 2", "column 3", None)


def test_sizes_of_letters_and_numbers_are_no_numbers_however_many_numbers_there_are() -> None:
    sizes = [("S", "M", "L")[n % 3] if n % 4 else str(30 + n // 4) for n in range(200)]
    frame = pd.DataFrame(
        {"sku": [f"k{n}" for n in range(200)], "Size": sizes, "Length": ["none", *map(str, range(199))]}
    )
    roles = {g.column: g.role for g in guess_roles(frame)}
    assert roles["Size"] in ("category", "text")
    assert roles["Length"] == "number"
