"""Exports that shops really have, with all their columns: which column is what.

A column is written as its name, then what its cells look like (CELLS); "*" where more than one answer is right.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedcore.intake.columns.roles import guess_roles
from embedcore.intake.purchases.shapes import guess_shape

_RANDOM = np.random.default_rng(5)
_ORDER = np.sort(_RANDOM.integers(0, 80, 240))
_ITEM = _RANDOM.integers(0, 30, 240)
_WHO = _RANDOM.integers(0, 25, 80)[_ORDER]
_PIECES = _RANDOM.choice([1, 1, 1, 2, 3], 240)
_PRICE = (_ITEM * 1.7 + 3).round(2)
_NAMES = [
    f"{a} {b} {m}"
    for m in ("oak", "steel", "glass")
    for a in ("Red", "Blue", "Green", "Old")
    for b in ("mug", "lamp", "chair", "table", "bowl", "plate")
]
LINES: dict[str, list[str] | list[None]] = {
    "order": [f"{1000 + x}" for x in _ORDER],
    "uuid": [f"{x * 7919:08x}-ab" for x in _ORDER],
    "line": [str(90000 + i) for i in range(240)],
    "date": [f"2025-{1 + x % 12:02}-{1 + x % 28:02}" for x in _ORDER],
    "datetime": [f"2025-{1 + x % 12:02}-{1 + x % 28:02} 1{x % 10}:3{x % 6}:00" for x in _ORDER],
    "dmy": [f"{1 + x % 28:02}.{1 + x % 12:02}.2025" for x in _ORDER],
    "hm": [f"1{x % 10}:3{x % 6}" for x in _ORDER],
    "hour": [str(x % 24) for x in _ORDER],
    "cust": [f"{5000 + c}" for c in _WHO],
    "custname": [f"Anna {chr(65 + c)}." for c in _WHO],
    "mail": [f"u{c}@ex.com" for c in _WHO],
    "age": [f"{20 + c % 4 * 10}-{29 + c % 4 * 10}" for c in _WHO],
    "city": [("Paris", "Lyon", "Rome", "Bonn")[c % 4] for c in _WHO],
    "zip": [f"{10000 + c * 37}" for c in _WHO],
    "sku": [f"SK-{100 + i}" for i in _ITEM],
    "num": [f"{70000 + i}" for i in _ITEM],
    "name": [_NAMES[i] for i in _ITEM],
    "ean": [f"40{i:011}" for i in _ITEM],
    "cat": [("Kitchen", "Living")[i % 2] for i in _ITEM],
    "sub": [str(100 + i % 7) for i in _ITEM],
    "flag": [str(x % 2) for x in _ITEM],
    "q": [str(x) for x in _PIECES],
    "pos": [str(i) for i in pd.Series(_ORDER).groupby(_ORDER).cumcount() + 1],
    "size": [str((x == _ORDER).sum()) for x in _ORDER],
    "price": [f"{p:.2f}" for p in _PRICE],
    "pricec": [f"{p:.2f}".replace(".", ",") for p in _PRICE],
    "total": [f"{p * x:.2f}" for p, x in zip(_PRICE, _PIECES, strict=True)],
    "otot": [f"{20 + x * 3.1:.2f}" for x in _ORDER],
    "pay": [("card", "cash")[x % 2] for x in _ORDER],
    "store": [str(x % 3) for x in _ORDER],
    "status": [("completed", "refunded", "completed")[x % 3] for x in _ORDER],
    "const": ["web"] * 240,
    "unit": ["pcs"] * 240,
    "zero": ["0.00"] * 240,
    "empty": [None] * 240,
}
PARTS = ("basket", "customer", "item", "quantity", "price", "time", "status")
# Its columns, and the parts in the order of PARTS.
ORDERS: dict[str, tuple[str, str]] = {
    "woo": (
        "Order Number=order,Order Status=status,Order Date=datetime,First Name (Billing)=custname,"
        "Email (Billing)=mail,City (Billing)=city,Postcode (Billing)=zip,Payment Method Title=pay,"
        "Order Subtotal Amount=otot,Order Total Amount=otot,SKU=sku,Item #=pos,Item Name=name,"
        "Quantity=q,Item Cost=price",
        "Order Number|Email (Billing)|SKU|Quantity|Item Cost|Order Date|Order Status",
    ),
    "amazon": (
        "amazon-order-id=uuid,merchant-order-id=empty,purchase-date=datetime,"
        "last-updated-date=datetime,order-status=status,sales-channel=const,product-name=name,sku=sku,"
        "asin=num,item-status=status,quantity=q,currency=const,item-price=total,item-tax=zero,"
        "ship-city=city,ship-postal-code=zip",
        "amazon-order-id||sku|quantity|item-price|purchase-date|order-status",
    ),
    "etsy": (
        "Sale Date=date,Item Name=name,Buyer=custname,Quantity=q,Price=price,Coupon Code=empty,"
        "Order Shipping=zero,Date Shipped=date,Ship City=city,Transaction ID=line,Listing ID=num,"
        "Order ID=order,SKU=sku",
        "Order ID|Buyer|SKU|Quantity|Price|Sale Date|",
    ),
    "ebay": (
        "Sales Record Number=line,Order Number=uuid,Buyer Username=custname,Buyer Email=mail,"
        "Ship To City=city,Item Number=num,Item Title=name,Custom Label=sku,Quantity=q,Sold For=price,"
        "Total Price=total,Sale Date=date",
        "Order Number|Buyer Username|Item Number|Quantity|*|Sale Date|",
    ),
    "square": (
        "Date=date,Time=hm,Category=cat,Item=name,Qty=q,Price Point Name=const,SKU=sku,"
        "Gross Sales=total,Discounts=zero,Net Sales=total,Tax=zero,Transaction ID=uuid,"
        "Payment ID=uuid,Device Name=const,Customer ID=cust,Customer Name=custname",
        "Transaction ID|Customer ID|SKU|Qty|*|Date|",
    ),
    "jtl": (
        "Auftragsnummer=order,Auftragsdatum=dmy,Kundennr=cust,Kundengruppe=pay,Artikelnummer=sku,"
        "Artikelname=name,Menge=q,VK netto=pricec,VK brutto=pricec,Zahlungsart=pay,Lieferland=city,"
        "Status=status",
        "Auftragsnummer|Kundennr|Artikelnummer|Menge|*|Auftragsdatum|Status",
    ),
    "presta": (
        "id_order=order,reference=uuid,id_customer=cust,product_id=num,product_name=name,"
        "product_quantity=q,unit_price_tax_incl=price,date_add=datetime",
        "id_order|id_customer|product_id|product_quantity|unit_price_tax_incl|date_add|",
    ),
    "hm": (
        "t_dat=date,customer_id=cust,article_id=num,price=price,sales_channel_id=flag",
        "|customer_id|article_id||price|t_dat|",
    ),
    "dunn": (
        "SHOP_DATE=date,SHOP_HOUR=hour,QUANTITY=q,SPEND=total,PROD_CODE=sku,PROD_CODE_10=sub,"
        "CUST_CODE=cust,CUST_PRICE_SENSITIVITY=pay,BASKET_ID=order,BASKET_SIZE=size,BASKET_TYPE=pay,"
        "STORE_CODE=store",
        "BASKET_ID|CUST_CODE|PROD_CODE|QUANTITY|SPEND|SHOP_DATE|",
    ),
    "tafeng": (
        "TRANSACTION_DT=date,CUSTOMER_ID=cust,AGE_GROUP=age,PIN_CODE=zip,PRODUCT_SUBCLASS=sub,"
        "PRODUCT_ID=num,AMOUNT=q,ASIN=q,SALES_PRICE=total",
        "|CUSTOMER_ID|PRODUCT_ID|*|SALES_PRICE|TRANSACTION_DT|",
    ),
    "olist": (
        "order_id=uuid,order_item_id=pos,product_id=sku,seller_id=store,shipping_limit_date=datetime,"
        "price=price,freight_value=zero",
        "order_id||product_id|*|price|shipping_limit_date|",
    ),
    "yoo": (
        "column 1=order,column 2=datetime,column 3=num,column 4=price,column 5=q",
        "column 1||column 3|column 5|column 4|column 2|",
    ),
    "taobao": (
        "订单编号=order,买家会员名=custname,买家实际支付金额=otot,订单状态=status,收货地址=city,宝贝标题=name,商家编码=sku,宝贝数量=q,"
        "宝贝单价=price,订单创建时间=datetime",
        "订单编号|买家会员名|商家编码|宝贝数量|宝贝单价|订单创建时间|订单状态",
    ),
    "rakuten": (
        "注文番号=uuid,注文日時=datetime,注文者氏名=custname,郵便番号=zip,商品名=name,商品番号=sku,個数=q,単価=price,小計=total,"
        "ステータス=status",
        "注文番号|注文者氏名|商品番号|個数|単価|注文日時|ステータス",
    ),
    "1c": (
        "Документ=order,Дата=dmy,Контрагент=custname,Номенклатура=name,Артикул=sku,Ед.=unit,"
        "Количество=q,Цена=pricec,Сумма=total",
        "Документ|Контрагент|Артикул|Количество|Цена|Дата|",
    ),
    "pl": (
        "Nr zamówienia=order,Data=dmy,Klient=custname,Miasto=city,Symbol=sku,Nazwa=name,Ilość=q,"
        "Cena brutto=pricec,Wartość brutto=total",
        "Nr zamówienia|Klient|Symbol|Ilość|Cena brutto|Data|",
    ),
    "es": (
        "Ticket=order,Fecha=dmy,Hora=hm,Artículo=sku,Descripción=name,Unidades=q,PVP=pricec,Importe=total",
        "Ticket||Artículo|Unidades|*|Fecha|",
    ),
    "it": (
        "Scontrino=order,Data=dmy,Cod. Cliente=cust,Cod. Art.=sku,Descrizione=name,Q.tà=q,Prezzo=pricec,Importo=total",
        "Scontrino|Cod. Cliente|Cod. Art.|Q.tà|Prezzo|Data|",
    ),
    "nl": (
        "Bonnr=order,Datum=dmy,Kassa=store,Artikel=sku,Omschrijving=name,Aantal=q,Bedrag=total",
        "Bonnr||Artikel|Aantal|Bedrag|Datum|",
    ),
    "dePOS": (
        "Bon-Nr.=order,Datum=dmy,Uhrzeit=hm,Filiale=store,Kasse=store,EAN=ean,Artikelbezeichnung=name,"
        "Anzahl=q,Einzelpreis=pricec,Gesamtpreis=total",
        "Bon-Nr.||EAN|Anzahl|Einzelpreis|Datum|",
    ),
    "fr2": (
        "Numéro de facture=order,Date=dmy,Nom du client=custname,Code client=cust,Ville=city,"
        "Code produit=sku,Libellé=name,Qté=q,PU HT=pricec,Montant HT=total",
        "Numéro de facture|Code client|Code produit|Qté|*|Date|",
    ),
    "pt": (
        "Número do pedido=order,Data da compra=dmy,CPF do cliente=cust,Cidade=city,SKU=sku,"
        "Nome do produto=name,Quantidade=q,Valor unitário=pricec,Valor total=total,Situação=status",
        "Número do pedido|CPF do cliente|SKU|Quantidade|Valor unitário|Data da compra|Situação",
    ),
    "en3": (
        "Invoice=order,StockCode=sku,Description=name,Quantity=q,InvoiceDate=datetime,Price=price,"
        "Customer ID=cust,Country=city",
        "Invoice|Customer ID|StockCode|Quantity|Price|InvoiceDate|",
    ),
    "crm": (
        "Member card=cust,Trip=order,Product description=name,Product=num,Units=q,Line total=total,Store=store",
        "Trip|Member card|Product|Units|Line total||",
    ),
    "zh2": (
        "流水号=order,日期=date,会员卡号=cust,商品条码=ean,商品名称=name,数量=q,零售价=price,金额=total,门店=store",
        "流水号|会员卡号|商品条码|数量|*|日期|",
    ),
    "ja2": (
        "伝票番号=order,売上日=date,得意先コード=cust,得意先名=custname,商品コード=sku,商品名=name,数量=q,単価=price,金額=total",
        "伝票番号|得意先コード|商品コード|数量|単価|売上日|",
    ),
    "tr": (
        "Fatura No=order,Tarih=dmy,Müşteri=custname,Ürün Kodu=sku,Ürün Adı=name,Miktar=q,"
        "Birim Fiyat=pricec,Tutar=total",
        "Fatura No|Müşteri|Ürün Kodu|Miktar|Birim Fiyat|Tarih|",
    ),
}


_N = range(72)
CELLS: dict[str, list[str] | list[str | None] | list[None]] = {
    "sku": [f"SK-{100 + i}" for i in _N],
    "num": [f"{70000 + i}" for i in _N],
    "row": [str(1 + i) for i in _N],
    "ean": [f"40{i * 31:011}" for i in _N],
    "mpn": [f"X{i * 37}Z" for i in _N],
    "poor": [f"Q{i}" if i % 3 else None for i in _N],
    "parent": [f"P{i // 3}" for i in _N],
    "name": _NAMES,
    "short": [f"{x} for you" for x in _NAMES],
    "long": [f"{x} made by hand in our studio; wash it by hand and keep it dry, please, for years" for x in _NAMES],
    "cat": [("Kitchen", "Living", "Bed")[i % 3] for i in _N],
    "path": [f"Home > {('Kitchen', 'Living', 'Bed')[i % 3]}" for i in _N],
    "brand": [("Acme", "Bolt", "Core", "Dune")[i % 4] for i in _N],
    "color": [("red", "blue", "green")[i % 3] for i in _N],
    "size": [("S", "M", "L")[i % 3] for i in _N],
    "status": [("active", "inactive")[i % 9 == 0] for i in _N],
    "flag": [("yes", "no")[i % 2] for i in _N],
    "unit": [("pcs", "box")[i % 5 == 0] for i in _N],
    "tags": [",".join(sorted({("gift", "new", "sale", "eco")[i % 4], ("home", "wood", "gift")[i % 3]})) for i in _N],
    "price": [f"{i * 1.7 + 3:.2f}" for i in _N],
    "price2": [f"{i * 1.9 + 3:.2f}" for i in _N],
    "pricec": [f"{i * 1.7 + 3:.2f} €".replace(".", ",") for i in _N],
    "yuan": [f"{12 + i}元" for i in _N],
    "stock": [str(i * 7 % 23) for i in _N],
    "weight": [f"{i % 9 * 100 + 50} g" for i in _N],
    "kg": [f"{i % 9 / 10 + 0.1:.1f}" for i in _N],
    "rating": [f"{3 + i % 20 / 10:.1f}" for i in _N],
    "date": [f"2025-{1 + i % 12:02}-{1 + i % 28:02}" for i in _N],
    "img": [f"https://x.example/{i}.jpg" for i in _N],
    "url": [f"https://x.example/p/{i}" for i in _N],
    "const": ["1"] * 72,
    "empty": [None] * 72,
}
# Each column with its role.
CATALOGUES = {
    "amazon": (
        "item-name=name:title,item-description=long:description,listing-id=num:*,seller-sku=sku:id,"
        "price=price:price,quantity=stock:number,open-date=date:date,image-url=img:image,"
        "item-is-marketplace=const:ignore,asin1=mpn:*,status=status:category"
    ),
    "ebay": (
        "Item number=num:id,Title=name:title,Variation details=empty:ignore,"
        "Custom label (SKU)=poor:ignore,Available quantity=stock:number,Currency=const:ignore,"
        "Start price=price:price,Current price=price2:price,eBay category 1 name=cat:category,"
        "Condition=status:category"
    ),
    "presta": (
        "Product ID=row:id,Image=img:image,Name=name:title,Reference=sku:*,Category=cat:category,"
        "Price (tax excl.)=price:price,Price (tax incl.)=price2:price,Quantity=stock:number,"
        "Status=status:category"
    ),
    "woo": (
        "ID=num:*,Type=status:category,SKU=sku:*,Name=name:title,Published=const:ignore,"
        "Short description=short:description,Description=long:description,In stock?=flag:category,"
        "Stock=stock:number,Weight (kg)=kg:number,Regular price=price:price,Sale price=price2:price,"
        "Categories=path:category,Tags=tags:tags,Images=img:image,Brands=brand:brand"
    ),
    "ja": (
        "JANコード=ean:*,品番=sku:id,品名=name:title,規格=size:category,単価=price:price,在庫=stock:number,"
        "メーカー名=brand:brand,商品説明文=long:description,画像URL=img:image,部門名=cat:category"
    ),
    "de": (
        "Art.-Nr.=sku:id,EAN=ean:ignore,Artikelname=name:title,Kurzbeschreibung=short:description,"
        "Hersteller=brand:brand,HAN=mpn:*,VK brutto=pricec:price,UVP=price2:price,"
        "Warengruppe=cat:category,Lagerbestand=stock:number,Gewicht (kg)=kg:number,"
        "Farbe=color:category,Größe=size:category,Bild 1=img:image,Angelegt am=date:date"
    ),
    "zh": (
        "商品编码=sku:id,货号=mpn:*,条码=ean:ignore,商品标题=name:title,一级类目=cat:category,品牌=brand:brand,"
        "市场价=yuan:price,销售价=price:price,库存=stock:number,主图链接=img:image,颜色=color:category,"
        "尺码=size:category,上架时间=date:date,重量=weight:*"
    ),
    "ru": (
        "Код=num:*,Артикул=sku:*,Номенклатура=name:title,Единица измерения=unit:category,"
        "Группа=cat:category,Цена розничная=pricec:price,Остаток на складе=stock:number,"
        "Штрихкод=ean:ignore,Бренд=brand:brand,Цвет=color:category,Описание товара=long:description"
    ),
    "es": (
        "Referencia=sku:id,Nombre=name:title,Descripción corta=short:description,Familia=cat:category,"
        "Marca=brand:brand,PVP=pricec:price,Stock=stock:number,Código de barras=ean:ignore,"
        "Color=color:category,Talla=size:category,Fecha de alta=date:date"
    ),
    "pt": (
        "Código=sku:id,Título=name:title,Descrição=long:description,Categoria=cat:category,"
        "Marca=brand:brand,Preço de venda=pricec:price,Estoque=stock:number,EAN=ean:ignore,"
        "Peso (kg)=kg:number,Cor=color:category"
    ),
    "it": (
        "Codice=sku:id,Descrizione=name:title,Categoria=cat:category,Marca=brand:brand,"
        "Prezzo di listino=pricec:price,Giacenza=stock:number,Codice a barre=ean:ignore,"
        "Colore=color:category,Taglia=size:category"
    ),
    "fr": (
        "Réf.=sku:id,Libellé=name:title,Rayon=cat:category,Fournisseur=brand:brand,"
        "Prix d'achat HT=price:price,Prix de vente TTC=pricec:price,Stock=stock:number,"
        "Code EAN=ean:ignore,Couleur=color:category,Taille=size:category,Date de création=date:date"
    ),
    "nl": (
        "Artikelcode=sku:id,Omschrijving=name:title,Groep=cat:category,Merk=brand:brand,"
        "Verkoopprijs=pricec:price,Voorraad=stock:number,EAN-code=ean:ignore,Kleur=color:category,"
        "Maat=size:category"
    ),
    "pl": (
        "Symbol=sku:id,Nazwa=name:title,Grupa=cat:category,Producent=brand:brand,"
        "Cena sprzedaży=pricec:price,Stan magazynowy=stock:number,Kod kreskowy=ean:ignore,"
        "Kolor=color:category,Rozmiar=size:category"
    ),
    "tr": (
        "Stok Kodu=sku:id,Ürün Adı=name:title,Kategori=cat:category,Marka=brand:brand,"
        "Satış Fiyatı=pricec:price,Barkod=ean:ignore,Renk=color:category,Beden=size:category"
    ),
    "variants": (
        "Item group id=parent:parent,id=sku:id,title=name:title,color=color:category,"
        "size=size:category,gtin=ean:ignore,price=price:price,link=url:ignore,image link=img:image"
    ),
    "model": ("Model=parent:*,Variant SKU=sku:id,Name=name:title,Size=size:category,Price=price:price"),
    "nothing": ("a=row:id,b=name:title,c=cat:category,d=price:*,e=img:image,f=date:date"),
    "movies": ("movieId=row:id,title=name:title,genres=tags:tags,rating=rating:*"),
    "nohead": ("column 1=sku:id,column 2=name:title,column 3=cat:category,column 4=yuan:*,column 5=long:description"),
    "long": ("Codice=sku:id,Descrizione breve=name:title,Descrizione estesa=long:description,Prezzo=price:price"),
}


@pytest.mark.parametrize("export", ORDERS)
def test_the_columns_of_orders_are_found_among_all_the_others(export: str) -> None:
    line, want = ORDERS[export]
    columns = [column.rsplit("=", 1) for column in line.split(",")]
    shape = guess_shape(pd.DataFrame({name: pd.Series(LINES[kind], dtype="str") for name, kind in columns}))
    found = [getattr(shape, part) or "" for part in PARTS]
    right = [f if w == "*" else w for f, w in zip(found, want.split("|"), strict=True)]
    assert (shape.shape, dict(zip(PARTS, found, strict=True))) == ("long", dict(zip(PARTS, right, strict=True)))


@pytest.mark.parametrize("export", CATALOGUES)
def test_the_columns_of_a_catalogue_are_found_among_all_the_others(export: str) -> None:
    columns = [column.rsplit("=", 1) for column in CATALOGUES[export].split(",")]
    kinds = [(name, *kind.split(":")) for name, kind in columns]
    frame = pd.DataFrame({name: pd.Series(CELLS[kind], dtype="str") for name, kind, _ in kinds})
    found = {g.column: g.role for g in guess_roles(frame)}
    assert found == {name: found[name] if role == "*" else role for name, _, role in kinds}
    assert list(found.values()).count("id") == 1
