"""Exports that many shops share, known by the names of their columns, and said by their name."""

from __future__ import annotations

from dataclasses import dataclass

from embedcore.intake.columns.names import plural
from embedcore.intake.decisions import Decision
from embedcore.intake.layout.rows import Rows


@dataclass(frozen=True)
class Export:
    """title: as in “This is …”. columns: all of these, in lower case; any_of: and one of these, when there are any.
    row: what a row is; group, groups: the column of what rows belong to, and what that is."""

    title: str
    use: str
    columns: frozenset[str]
    any_of: frozenset[str] = frozenset()
    row: str = "product"
    group: str = ""
    groups: str = ""

    @property
    def once(self) -> bool:
        """Whether the first row of a group speaks for all."""
        return "Shopify" in self.title


def _export(title: str, use: str, columns: str, any_of: str = "", row: str = "product", **group: str) -> Export:
    return Export(
        title, use, frozenset(columns.split("|")), frozenset(any_of.split("|") if any_of else ()), row, **group
    )


EXPORTS = (
    _export("a Shopify product export", "catalogue", "handle|title", "variant sku|variant price|option1 value",
            "variant", group="handle", groups="product"),
    _export("a Shopify product export", "catalogue", "url handle|title", "option1 value|variant price|price",
            "variant", group="url handle", groups="product"),
    _export("a Shopify order export", "baskets", "name|lineitem name|lineitem quantity", "", "line",
            group="name", groups="order"),
    _export("a WooCommerce product export", "catalogue", "type|sku|name|regular price", "parent|published|categories"),
    _export("a Magento product export", "catalogue", "sku|product_type",
            "attribute_set_code|store_view_code|_attribute_set|configurable_variations|additional_attributes"),
    _export("a Magento product export", "catalogue", "sku|_type|_attribute_set"),
    _export("a BigCommerce product export", "catalogue", "item type|product name", "product code/sku|product type"),
    _export("a BigCommerce product export", "catalogue", "item|name|sku",
            "channels|inventory tracking|track inventory"),
    _export("a Google Merchant feed", "catalogue", "id|title|link|availability|price", "image link|image_link", "offer",
            group="item_group_id|item group id", groups="group"),
    _export("an Amazon product file", "catalogue", "item_sku|item_name", "parent_child|parent_sku|relationship_type"),
    _export("an Amazon product file", "catalogue", "sku|product name|parentage level|parent sku"),
    _export("an Amazon order report", "baskets", "amazon-order-id|sku", "product-name|asin", "line",
            group="amazon-order-id", groups="order"),
    _export("an Amazon order report", "baskets", "order-id|order-item-id|sku", "product-name|asin", "line",
            group="order-id", groups="order"),
    _export("an Online Retail file", "baskets", "invoiceno|stockcode|quantity|unitprice", "", "line",
            group="invoiceno", groups="invoice"),
    _export("an Online Retail file", "baskets", "invoice|stockcode|quantity|price", "", "line",
            group="invoice", groups="invoice"),
    _export("an Instacart file of order lines", "baskets", "order_id|product_id|add_to_cart_order|reordered", "",
            "line", group="order_id", groups="order"),
    _export("an Instacart file of orders", "baskets", "order_id|user_id|eval_set|order_number", "",
            "order"),
    _export("an Instacart file of products", "catalogue", "product_id|product_name|aisle_id|department_id"),
    _export("a MovieLens file of ratings", "baskets", "userid|movieid|rating|timestamp", "", "rating",
            group="userid", groups="user"),
    _export("a MovieLens file of films", "catalogue", "movieid|title|genres", "", "film"),
)  # fmt: skip


def known(rows: Rows) -> Export | None:
    """The export that a table is, whatever it is used for."""
    names = {n.strip().casefold().lstrip("\ufeff") for n in rows.names}
    return next((e for e in EXPORTS if e.columns <= names and (not e.any_of or e.any_of & names)), None)


def group_of(rows: Rows, export: Export) -> str | None:
    """The column of what the rows belong to."""
    names = export.group.split("|") if export.group else []
    return next((n for n in rows.names if n.strip().casefold() in names), None)


def name_it(rows: Rows, export: Export) -> None:
    """Say which export the table is, and what is in it."""
    counts, group = f": {plural(len(rows), export.row)}", group_of(rows, export)
    if group is not None:
        of = "by" if export.groups == "user" else "in" if export.use == "baskets" else "of"
        counts += f" {of} {plural(rows.frame[group].nunique(), export.groups)}"
    elif any(d.key == "kinds" for d in rows.decisions):
        counts = ""  # said there
    rows.decisions.insert(0, Decision("export", f"This is {export.title}{counts}.", rows=len(rows)))
