"""Small shop files in many languages, for what is to be read in any encoding."""

from __future__ import annotations

# language -> (encodings that its shops use, names of the columns, words of products, categories)
LANGUAGES: dict[str, tuple[tuple[str, ...], str, str, str]] = {
    "German": (
        ("cp1252", "iso8859-15", "mac_roman", "cp850"),
        "Artikelnr,Bezeichnung,Preis,Warengruppe",
        "Kaffeemühle|Schüssel groß|Löffel|Gemüsemesser|Bürste|Türgriff|Stuhl Eiche|Hängelampe|Übertopf|Fußmatte",
        "Küche|Möbel|Garten|Bäder",
    ),
    "French": (
        ("cp1252", "iso8859-15", "mac_roman", "cp850"),
        "référence,désignation,prix,catégorie",
        "Théière émaillée|Cuillère à café|Table chêne|Canapé d'angle|Poêle à crêpes|Verre à vin|Bougie parfumée",
        "Cuisine|Décoration|Salle à manger|Été",
    ),
    "Spanish": (
        ("cp1252", "mac_roman"),
        "código,descripción,precio,categoría",
        "Sartén antiadherente|Colchón niño|Lámpara|Cuchillo jamón|Mesa plegable|Almohada algodón|Piña en lata|Champú",
        "Baño|Jardín|Cocina|Niños",
    ),
    "Portuguese": (
        ("cp1252", "cp850"),
        "código,descrição,preço,secção",
        "Feijão preto|Pão de forma|Açúcar|Maçã gala|Café torrado|Água mineral|Sabão em pó|Limão|Presunto",
        "Mercearia|Higiene|Pães|Bebidas",
    ),
    "Italian": (
        ("cp1252", "mac_roman"),
        "codice,descrizione,prezzo,categoria",
        "Caffè macinato|Tè verde|Più morbido detersivo|Pasta di qualità|Tavolo|Comò rovere|Sedia città",
        "Novità|Casa|Lavanderia",
    ),
    "Swedish": (
        ("cp1252", "mac_roman", "cp850"),
        "artikelnr,benämning,pris,kategori",
        "Kökskniv|Grönkål|Bordslampa mässing|Fåtölj grå|Hängare|Smörkniv|Blåbärssylt|Köttbullar|Ost|Äpple|Öl",
        "Kök|Möbler|Trädgård",
    ),
    "Danish": (
        ("cp1252", "cp850"),
        "varenr,navn,pris,kategori",
        "Rødkål|Smørrebrød|Køkkenkniv|Blåbær|Æbler|Sofa grå|Hængelampe|Pølser|Fløde|Øl",
        "Mad|Køkken|Møbler",
    ),
    "Polish": (
        ("cp1250", "iso8859-2"),
        "kod,nazwa,cena,kategoria",
        "Łyżka stołowa|Kołdra zimowa|Krzesło dębowe|Świecznik|Ręcznik kąpielowy|Garnek|Dzbanek żółty|Miód|Pościel",
        "Kuchnia|Łazienka|Ogród|Oświetlenie",
    ),
    "Czech": (
        ("cp1250", "iso8859-2"),
        "kód,název,cena,kategorie",
        "Hrnec nerez|Dřevěná židle|Nůž na chléb|Příbor|Svíčka vánoční|Skříň|Křeslo šedé|Žehlička|Šálek|Koberec|Ťuhýk",
        "Kuchyně|Nábytek|Osvětlení|Dětské zboží",
    ),
    "Hungarian": (
        ("cp1250", "iso8859-2"),
        "cikkszám,megnevezés,ár,kategória",
        "Kávédaráló|Fűszertartó|Törölköző|Bögre kék|Étkészlet|Gyertyatartó|Szőnyeg|Ágynemű|Asztali lámpa|Hűtőtáska",
        "Konyha|Fürdőszoba|Kert|Bútor",
    ),
    "Russian": (
        ("cp1251", "koi8-r", "cp866"),
        "Артикул,Наименование,Цена,Категория",
        "Чашка синяя|Тарелка глубокая|Нож кухонный|Стул дубовый|Лампа настольная|Полотенце|Ковёр шерстяной",
        "Посуда|Мебель|Текстиль",
    ),
    "Ukrainian": (
        ("cp1251",),
        "артикул,назва,ціна,категорія",
        "Чашка синя|Тарілка глибока|Ніж кухонний|Стілець дубовий|Рушник|Їжа для котів|Цукор|Олія соняшникова",
        "Кухня|Меблі|Їжа",
    ),
    "Greek": (
        ("cp1253", "iso8859-7"),
        "κωδικός,περιγραφή,τιμή,κατηγορία",
        "Ποτήρι κρασιού|Μαχαίρι κουζίνας|Καρέκλα ξύλινη|Πετσέτα μπάνιου|Λάμπα|Ελαιόλαδο|Φλιτζάνι|Τραπέζι κήπου",
        "Κουζίνα|Έπιπλα|Μπάνιο",
    ),
    "Turkish": (
        ("cp1254", "iso8859-9"),
        "ürün kodu,ürün adı,fiyat,kategori",
        "Çay bardağı|Kaşık takımı|Yemek masası|Bıçak seti|Havlu|Işıklı ayna|Tencere düdüklü|Şişe su|Öğütücü",
        "Mutfak|Banyo|Bahçe|Aydınlatma",
    ),
    "Japanese": (
        ("cp932", "euc_jp"),
        "商品ID,商品名,価格,カテゴリ",
        "赤いマグカップ|青い皿|木製の椅子|包丁セット|バスタオル|ガラスの花瓶|緑茶|醤油差し|湯呑み|座布団",
        "食器|家具|キッチン用品",
    ),
    "Simplified Chinese": (
        ("gb18030", "gbk"),
        "商品编号,商品名称,价格,类别",
        "蓝色杯子|红色盘子|不锈钢刀具|实木餐桌|棉质毛巾|玻璃花瓶|绿茶茶叶|酱油|儿童牙刷|洗发水",
        "餐具|家具|日用品",
    ),
    "Traditional Chinese": (
        ("big5",),
        "商品編號,商品名稱,價格,類別",
        "藍色杯子|紅色盤子|不鏽鋼刀具|實木餐桌|棉質毛巾|玻璃花瓶|綠茶茶葉|醬油|兒童牙刷|洗髮精",
        "餐具|家具|日用品",
    ),
    "Korean": (
        ("euc_kr", "cp949"),
        "상품코드,상품명,가격,카테고리",
        "빨간 머그컵|파란 접시|원목 의자|식칼 세트|목욕 수건|유리 꽃병|녹차|간장|어린이 칫솔|샴푸",
        "주방용품|가구|욕실",
    ),
}


def shop(language: str, rows: int) -> str:
    """A catalogue as a shop of this language has it."""
    _, names, words, kinds = LANGUAGES[language]
    products, groups = words.split("|"), kinds.split("|")
    body = (f"A{n:04},{products[n % len(products)]} {n},{n + 9}.50,{groups[n % len(groups)]}\n" for n in range(rows))
    return names + "\n" + "".join(body)
