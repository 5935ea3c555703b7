"""Words by which rows of other kinds are known, in the languages that shops write in."""

from __future__ import annotations

import re

_SURE_SUMS = (
    r"grand[ -]?totals?|sub[ -]?totals?|sum total|overall total|report total|total general|total général|total geral|"
    r"sous[ -]?total|totale complessivo|totale generale|subtotale|gesamtsumme|zwischensumme|endsumme|gesamtergebnis|"
    r"teilergebnis|gesamtbetrag|subtotaal|eindtotaal|totaalbedrag|razem|ogółem|suma częściowa|suma końcowa|итого|"
    r"всего|общий итог|промежуточный итог|celkem|mezisoučet|ara toplam|genel toplam|slutsumma|delsumma|合计|总计|小计|"
    r"共计|總計|合計|小計|総計|합계|총계|소계"
)
_SUMS = (
    r"totals?|sum|summe|gesamt|insgesamt|somme|suma|soma|somma|totale|totaal|totalt|summa|toplam|итог|сумма|součet|"
    r"łącznie|ensemble|i alt|yhteensä|计|計"
)
_MEANS = r"averages?|mean|durchschnitt|mittelwert|moyenne|promedio|media|média|gemiddelde|średnia|среднее|平均値?"
_SUMS = f"{_SUMS}|{_MEANS}"
MEAN = re.compile(rf"\W*(?:{_MEANS})\b.{{0,20}}\Z", re.IGNORECASE)
# “Total”, “Total Kitchen”, “Kitchen total:”, “Total (30)”. A sum that no product is called is enough by itself.
SURE_SUM = re.compile(rf"\W*(?:(?:{_SURE_SUMS})\b.*|.*\b(?:{_SURE_SUMS}))\W*\Z", re.IGNORECASE | re.DOTALL)
SUM = re.compile(rf"\W*(?:(?:{_SURE_SUMS}|{_SUMS})\b.*|.*\b(?:{_SURE_SUMS}|{_SUMS}))\W*\Z", re.IGNORECASE | re.DOTALL)

SUM_WORD = f"(?i)(?:{_SURE_SUMS}|{_SUMS})"  # somewhere in a text: quick, for many texts at once

REMARK = re.compile(
    r"\W*(?:"
    r"\d[\d.,' ]*\s*(?:rows?|records?|lines?|items?|products?|results?|entries|zeilen|datensätze|einträge|lignes|"
    r"enregistrements|filas|registros|righe|linhas|rijen|wierszy|rekordów|строк\w*|записей|行|条|條|件)\b.*"
    r"|(?:total|number of|anzahl|nombre|número|numero|aantal|liczba|количество)\s*(?:of |der |de |di |das )?"
    r"(?:rows|records|lines|entries|datensätze|zeilen|lignes|registros|filas|righe|linhas|rijen|wierszy|строк)\b.*"
    r"|(?:page|seite|página|pagina|strona|страница|sida|side)\s*\d+.*|第\s*\d+\s*[页頁ペ].*"
    r"|(?:(?:report|file|list|data)\s+)?(?:generated|exported|created|printed|downloaded|prepared|retrieved|updated|"
    r"erstellt|exportiert|generiert|gedruckt|généré|exporté|créé|imprimé|généré|édité|generado|exportado|creado|impreso|"
    r"generato|esportato|creato|stampato|gerado|criado|impresso|gegenereerd|geëxporteerd|gemaakt|afgedrukt|"
    r"wygenerowano|utworzono|wydrukowano|сформирован\w*|создан\w*|выгружен\w*|экспортирован\w*|напечатан\w*)\b.*"
    r"|(?:last updated?|as of|stand|datenstand|source|quelle|fuente|fonte|bron|źródło|источник|note|notes|hinweis|"
    r"anmerkung|remarque|nota|opmerking|uwaga|примечание|注|备注|備考|来源|出典)\s*[:：].*"
    r"|(?:end of (?:file|report|list|data)|ende der liste|ende des berichts|fin du rapport|fin del informe|eof)\W*"
    r"|(?:生成|导出|匯出|出力|作成|打印|制表)\w{0,4}\s*[:：].*|(?:©|copyright\b|confidential\b|vertraulich\b).*"
    r"|.*\brows? affected\b.*"
    r")\Z",
    re.IGNORECASE | re.DOTALL,
)
RULE = re.compile(r"[-=_*+|.\s]{2,}\Z")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.replace("\n", " ").split(","))


# What a row may be, by its type column, in lower case and without spaces around.
PRODUCT = _set(
    "product,products,item,parent,master,main,configurable,configurable product,variable,variable product,grouped,"
    "bundle,model,style,produkt,hauptprodukt,hauptartikel,artikel,vaterartikel,produit,produit parent,article,producto,"
    "producto padre,artículo,articulo,prodotto,articolo,produto,produto pai,artigo,hoofdartikel,produkt główny,товар,"
    "продукт,основной товар,商品,产品,主商品,父商品,親商品,親"
)
SINGLE = _set(
    "simple,simple product,virtual,downloadable,external,einzelartikel,einfach,simple virtual,standalone,单品"
)
VARIANT = _set(
    "sku,variant,variants,variation,product_variation,product variation,child,variante,varianten,kindartikel,"
    "variantenartikel,untervariante,déclinaison,declinaison,variación,variacion,hijo,variazione,figlio,variação,filho,"
    "variant product,wariant,вариант,вариация,модификация,торговое предложение,变体,规格,子商品,バリエーション,子"
)
OTHER = _set(
    "rule,image,images,picture,photo,media,video,option,options,option value,modifier,attribute,swatch,download,file,"
    "metafield,category,tax,price rule,regel,bild,optionen,option wert,règle,regle,photo produit,regla,imagen,opción,"
    "regola,immagine,opzione,regra,imagem,opção,afbeelding,optie,reguła,zdjęcie,opcja,правило,изображение,картинка,"
    "опция,图片,选项,规则,画像,オプション,review"
)
ORDER = _set(
    "order,header,h,head,order header,invoice,receipt,bestellung,auftrag,kopf,beleg,rechnung,commande,entête,en-tête,"
    "facture,pedido,cabecera,factura,ordine,testata,fattura,encomenda,cabeçalho,bestelling,order kop,zamówienie,"
    "nagłówek,"
    "заказ,чек,订单,注文"
)
LINE = _set(
    "line,l,d,detail,details,item,items,line item,line_item,lineitem,order line,order item,order_item,product,products,"
    "position,pos,artikel,zeile,bestellposition,ligne,article,produit,línea,linea,producto,artículo,riga,prodotto,linha,"
    "produto,regel,orderregel,pozycja,produkt,позиция,товар,строка,商品,明细,明細"
)
CHARGE = _set(
    "shipping,shipping_line,shipping line,freight,delivery,postage,tax,taxes,vat,fee,fees,fee_line,coupon,coupon_line,"
    "discount,voucher,payment,transaction,gift wrap,tip,rounding,surcharge,comment,note,versand,versandkosten,porto,"
    "steuer,mwst,gebühr,rabatt,gutschein,zahlung,livraison,frais de port,remise,taxe,paiement,envío,envio,impuesto,"
    "descuento,pago,spedizione,sconto,tassa,imposta,pagamento,frete,desconto,imposto,verzending,verzendkosten,korting,"
    "belasting,betaling,dostawa,wysyłka,podatek,rabat,płatność,доставка,скидка,налог,оплата,运费,折扣,税,送料,割引"
)

ATTRIBUTE_COLUMN = re.compile(
    r"attribut|propert|feature|\bfield|\bkey\b|\bparam|\bspec|characteristic|merkmal|eigenschaft|caract[ée]rist|propri[ée]t|"
    r"propiedad|propriedade|caratterist|kenmerk|eigenschap|cecha|właściwo|парам|свойств|характерист|атрибут|属性|特性|项目|項目",
    re.IGNORECASE,
)
ATTRIBUTES = _set(
    "name,title,product name,color,colour,price,material,brand,size,weight,description,category,manufacturer,sku,ean,"
    "gtin,type,model,style,width,height,depth,length,gender,url,image,farbe,preis,marke,größe,grösse,gewicht,titel,"
    "bezeichnung,beschreibung,kategorie,hersteller,breite,höhe,länge,couleur,prix,matière,marque,taille,poids,nom,titre,"
    "catégorie,nombre,precio,marca,talla,tamaño,peso,título,descripción,categoría,nome,prezzo,colore,materiale,taglia,"
    "titolo,descrizione,preço,cor,tamanho,título,naam,kleur,prijs,merk,maat,materiaal,gewicht,nazwa,kolor,cena,materiał,"
    "marka,rozmiar,waga,название,наименование,цвет,цена,материал,бренд,размер,вес,名称,颜色,价格,材质,品牌,尺寸,重量,"
    "名前,商品名,色,価格,素材,ブランド,サイズ"
)
IMAGE = re.compile(
    r"image|img|photo|picture|\bpic\b|bild|foto|imagen|immagin|imagem|afbeelding|zdjęci|obraz|изображ|картин|фото|图|画像|"
    r"alt text|"
    r"\bmedia\b|gallery|thumbnail",
    re.IGNORECASE,
)
CODE = re.compile(
    r"\b(?:id|ids|sku|ean|upc|gtin|isbn|mpn|barcode|asin|code|number|nr|no|artikelnummer|référence|artikul|артикул|штрихкод)\b"
    r"|条码|编号|货号|バーコード",
    re.IGNORECASE,
)
PARENT = re.compile(
    r"parent|handle|übergeordnet|genitore|nadrzędn|item_?group|group_?id|style_?(?:id|no|code|number)|vater|haupt(?:artikel|produkt)|padre|\bpai\b|родител|父|親",
    re.IGNORECASE,
)
ORDER_NAME = re.compile(
    r"order|invoice|basket|receipt|transaction|ticket|bestell|auftrag|rechnung|beleg|commande|facture|pedido|factura|ordine|"
    r"fattura|encomenda|fatura|zamówien|paragon|faktura|заказ|чек|订单|訂單|注文|伝票",
    re.IGNORECASE,
)
TITLE = re.compile(
    r"title|name|product|item|article|bezeichnung|artikel|produkt|titel|nom|titre|produit|nombre|título|nome|titolo|prodotto|"
    r"produto|naam|nazwa|назван|наимен|товар|名称|名前|商品|品名|产品",
    re.IGNORECASE,
)
PER_ROW = re.compile(
    r"price|preis|prix|precio|prezzo|preço|prijs|cena|цена|价|価格|size|größe|taille|talla|taglia|tamanho|maat|rozmiar|размер|"
    r"qty|quantity|menge|quantit|cantidad|aantal|ilość|кол-?во|количеств|数量|stock|bestand|barcode|^lineitem|^variant",
    re.IGNORECASE,
)
NAME = re.compile(
    "|".join(f"(?:{p.pattern})" for p in (TITLE, CODE, PER_ROW, IMAGE, ORDER_NAME))
    + r"|brand|marke|marque|colou?r|farbe|couleur|categor|kategor|catégor|descri|beschreib|date|datum|"
    r"stück|pieces|品牌|颜色|分类",
    re.IGNORECASE,
)
# What each variant or order line of a known export has of its own, even where only one of them is filled.
OWN = re.compile(
    r"^(?:variant|lineitem|option\d value|image|cost per item|unit price)|\bsku\b|barcode|picture|gift card",
    re.IGNORECASE,
)
