"""Exports that shops share, by their public layouts: what they are is said, and their rows are understood."""

from __future__ import annotations

from tests.unit.intake.layout.reading import read, said

SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,"
    "Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,"
    "Image Position,Image Alt Text,Gift Card,SEO Title,Variant Image,Status\n"
)
ORDERS = (
    "Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Subtotal,Shipping,Taxes,Total,Discount Code,"
    "Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem compare at price,Lineitem sku,Billing Name,"
    "Notes,Cancelled at,Payment Method,Refunded Amount,Vendor,Id\n"
)


def test_shopify_products_carry_the_cells_of_their_first_row() -> None:
    rows = "".join(
        f'{p},{p.title()},<p>Made to last.</p>,Orsa,Home,Mug,"gift, home",TRUE,Colour,Blue,{p}-1,300,5,11.00,12.00,,'
        f"https://x.org/{p}.jpg,1,,FALSE,,,active\n{p},,,,,,,,,Green,{p}-2,300,4,11.00,,,https://x.org/{p}2.jpg,2,,,,,\n"
        f"{p},,,,,,,,,,,,,,,,https://x.org/{p}3.jpg,3,A cup,,,,\n"
        for p in ("mug", "cup")
    )
    table = read(SHOPIFY + rows)
    assert said(table, "export") == "This is a Shopify product export: 4 variants of 2 products."
    assert said(table, "pictures").startswith("2 picture rows left out")
    assert table.frame["Title"].tolist() == ["Mug", "Mug", "Cup", "Cup"]
    assert table.frame["Variant Compare At Price"].isna().tolist() == [False, True, False, True]
    assert table.frame["Variant Barcode"].isna().all()
    assert table.rejected["line"].tolist() == [4, 7]
    assert len(read(SHOPIFY + rows, pictures="in", fill="no").frame) == 6


def test_shopify_orders_carry_the_cells_of_their_first_line() -> None:
    rows = (
        "#1001,a@x.org,voided,,,EUR,30.00,5.00,0.00,35.00,,2026-03-01 09:48:00 +0100,1,Mug,10.00,,M1,Anna,,"
        "2026-03-02 10:00:00 +0100,Card,0.00,Orsa,7001\n"
        "#1001,a@x.org,,,,,,,,,,2026-03-01 09:48:00 +0100,2,Cup,10.00,12.00,C1,,,,,,Orsa,\n"
        "#1002,b@x.org,paid,2026-03-03,fulfilled,EUR,10.00,5.00,0.00,15.00,,2026-03-03 09:48:00 +0100,1,Mug,10.00,,M1,"
        "Ben,,,Card,0.00,Orsa,7002\n"
    )
    table = read(ORDERS + rows, "baskets")
    assert said(table, "export") == "This is a Shopify order export: 3 lines in 2 orders."
    assert table.frame["Financial Status"].tolist() == ["voided", "voided", "paid"]
    assert table.frame["Cancelled at"].isna().tolist() == [False, False, True]
    assert table.frame["Lineitem compare at price"].isna().tolist() == [True, False, True]


def test_woocommerce_variations_carry_the_values_of_their_product() -> None:
    rows = "".join(
        f'{n}0,variable,H{n},Hoodie {n},1,Warm and soft,,Clothing,,Colour,"Red, Blue"\n'
        f"{n}1,variation,H{n}-R,Hoodie {n} - Red,1,,4{n},,H{n},Colour,Red\n"
        f'{n}2,"variation, virtual",H{n}-B,Hoodie {n} - Blue,1,,4{n},,id:{n}0,Colour,Blue\n'
        for n in range(1, 6)
    )
    names = "ID,Type,SKU,Name,Published,Short description,Regular price,Categories,Parent,"
    names += "Attribute 1 name,Attribute 1 value(s)\n"
    table = read(names + rows + "99,simple,C1,Cap,1,Nice,12,Accessories,,,\n")
    assert said(table, "export") == "This is a WooCommerce product export."
    assert said(table, "kinds").endswith("10 variants of 5 products, 1 product without variants.")
    frame = table.frame
    assert frame.iloc[1][["SKU", "Categories", "Parent", "Attribute 1 value(s)"]].tolist() == [
        "H1-B",
        "Clothing",
        "H1",
        "Blue",
    ]
    assert table.report.filled == 5


def test_magento_simples_belong_to_the_configurable_that_lists_them() -> None:
    rows = "".join(
        f'H{n}-XS,,Top,simple,Men,Hoodie {n}-XS,5{n},"color=Black,size=XS",\n'
        f'H{n}-S,,Top,simple,Men,Hoodie {n}-S,5{n},"color=Black,size=S",\n'
        f'H{n},,Top,configurable,Men,Hoodie {n},5{n},"material=Cotton, Wool,pattern=Solid",'
        f'"sku=H{n}-XS,size=XS|sku=H{n}-S,size=S"\n'
        for n in range(1, 6)
    )
    names = "sku,store_view_code,attribute_set_code,product_type,categories,name,price,"
    names += "additional_attributes,configurable_variations\n"
    table = read(names + rows + 'BAG1,,Bag,simple,Gear,Bag,30,"color=Red,size=M",\n')
    assert said(table, "kinds").endswith("10 variants of 5 products, 1 product without variants.")
    assert table.frame.iloc[0][["parent", "color", "size", "material"]].tolist() == [
        "H1",
        "Black",
        "XS",
        "Cotton, Wool",
    ]
    assert "additional_attributes" not in table.frame


def test_amazon_children_carry_the_brand_of_their_parent() -> None:
    names = "item_sku\titem_name\tbrand_name\tstandard_price\tparent_child\tparent_sku\trelationship_type\tsize_name\n"
    rows = "".join(
        f"P{n}\tShirt {n}\tAcme\t\tparent\t\t\t\n"
        f"P{n}-S\tShirt {n} S\t\t1{n}.00\tchild\tP{n}\tVariation\tS\n"
        f"P{n}-M\tShirt {n} M\t\t1{n}.00\tchild\tP{n}\tVariation\tM\n"
        for n in range(1, 5)
    )
    table = read(names + rows, name="a.txt")
    assert said(table, "export") == "This is an Amazon product file."
    assert table.frame["brand_name"].tolist() == ["Acme"] * 8


def test_files_with_one_row_for_each_thing_are_only_named() -> None:
    google = "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\titem_group_id\n" + "".join(
        f"{n}\tMug {n}\tNice\thttps://x.org/{n}\thttps://x.org/{n}.jpg\tin stock\t{n}.00 EUR\tG{n // 2}\n"
        for n in range(8)
    )
    assert said(read(google), "export") == "This is a Google Merchant feed: 8 offers of 4 groups."
    retail = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" + "".join(
        f"5363{n // 2},8512{n},MUG,6,12/1/2010 8:26,2.55,17850,France\n" for n in range(6)
    )
    assert said(read(retail, "baskets"), "export") == "This is an Online Retail file: 6 lines in 3 invoices."
    lines = "order_id,product_id,add_to_cart_order,reordered\n1,49302,1,1\n1,11109,2,1\n2,10246,1,0\n"
    assert said(read(lines, "baskets"), "export") == "This is an Instacart file of order lines: 3 lines in 2 orders."
    orders = "order_id,user_id,eval_set,order_number,order_dow\n1,1,prior,1,2\n2,1,prior,2,3\n3,2,train,1,3\n"
    assert "Instacart file of orders" in said(read(orders, "baskets"), "export")
    products = "product_id,product_name,aisle_id,department_id\n1,Cookies,61,19\n2,Salt,104,13\n3,Tea,94,7\n"
    assert "Instacart file of products" in said(read(products), "export")
    ratings = "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n1,1029,3.0,1260759179\n2,10,4.0,835355493\n"
    assert said(read(ratings, "baskets"), "export") == "This is a MovieLens file of ratings: 3 ratings by 2 users."
    films = (
        "movieId,title,genres\n1,Toy Story (1995),Adventure|Comedy\n2,Jumanji (1995),Adventure\n3,Heat (1995),Action\n"
    )
    assert said(read(films), "export") == "This is a MovieLens file of films: 3 films."


def test_magento_rows_for_other_views_are_left_out() -> None:
    rows = "".join(f"M{n},,Top,simple,Shirt {n},2{n}\nM{n},de,,,Hemd {n},\n" for n in range(1, 6))
    table = read("sku,store_view_code,attribute_set_code,product_type,name,price\n" + rows)
    assert table.frame["name"].tolist() == [f"Shirt {n}" for n in range(1, 6)]
    assert table.rejected["line"].tolist() == [3, 5, 7, 9, 11]
    assert said(table, "views") == "5 rows for other stores or languages left out."


def test_bigcommerce_options_in_one_cell_are_columns() -> None:
    rows = "".join(
        f"Product,{n},Shelf {n},physical,SH{n},,variant,3{n}\n"
        f"Variant,{n}1,,,SH{n}-S,Type=Rectangle|Name=Size|Value=Small,,\n"
        f"Variant,{n}2,,,SH{n}-L,Type=Rectangle|Name=Size|Value=Large,,\nImage,{n}3,,,,,,\n"
        for n in range(1, 6)
    )
    table = read("Item,ID,Name,Type,SKU,Options,Inventory Tracking,Price\n" + rows)
    assert table.frame.iloc[1][["Name", "Size", "parent", "Price"]].tolist() == ["Shelf 1", "Large", "SH1", "31"]
    assert (len(table.frame), table.report.filled, table.report.rejected) == (10, 5, 5)
