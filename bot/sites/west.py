"""Marketplaces of America and Europe."""

from __future__ import annotations

from collections.abc import Mapping

from bot.sites.shapes import (
    CATALOGUE,
    CATEGORY,
    FORWARD,
    POST,
    SEARCH,
    SHOP,
    VIDEO,
    Site,
    compiled,
    first_segment,
    hosts_of,
    param,
    path,
    refusals,
    seller_param,
)

_EBAY = Site(
    key="ebay",
    hosts=hosts_of("ebay", "com co.uk de fr it es at be ch ie nl pl ca com.au com.hk com.my com.sg ph in"),
    listing=compiled(
        path(r"/itm/(?:[^/?#]+/)??(?P<listing>[0-9]{9,19})"),
        param("item|itemid", r"[0-9]{9,19}"),
        r"^[^?#]+\?(?:[^#]*&)?item=v1(?:\||%7C)(?P<listing>[0-9]{9,19})(?=\||%7C)",
        param("iid", r"[0-9]{9,19}", at=r"/p/[^?#]*"),
    ),
    canonical="https://www.{domain}/itm/{listing}".format_map,
    seller=compiled(seller_param("_ssn", r"[A-Za-z0-9._*-]{2,64}")),
    refused=refusals(
        (r"rover\.", FORWARD),
        (first_segment("sch|dsc"), SEARCH),
        (first_segment("b|deals"), CATEGORY),
        (first_segment("str|usr|fdbk"), SHOP),
        (r"stores\.", SHOP),
        (first_segment("p"), CATALOGUE),
    ),
    short=("ebay.us", "ebay.to"),
)

_ASIN = r"(?:B(?=[A-Z]*[0-9])[0-9A-Z]{9}|[0-9]{9}[0-9X])"

_AMAZON = Site(
    key="amazon",
    hosts=hosts_of(
        "amazon",
        "com ca com.mx com.br co.uk de fr it es nl se pl com.be ie com.tr ae sa eg in co.jp sg com.au co.za cn",
    ),
    listing=compiled(
        path(
            r"/(?:dp(?:/product)?|gp/product(?:/glance)?|gp/aw/d|gp/offer-listing|exec/obidos/ASIN"
            rf"|exec/obidos/tg/detail/-|o/ASIN|product)/(?P<listing>{_ASIN})"
        ),
        param("asin", _ASIN, at=r"(?!/s(?:[/?]|$))[^?#]*"),
    ),
    canonical="https://www.{domain}/dp/{listing}".format_map,
    seller=compiled(seller_param("smid", r"A[0-9A-Z]{9,20}"), seller_param("m|seller", r"A[0-9A-Z]{9,20}")),
    refused=refusals(
        (first_segment(r"sspa|gp/slredirect|gp/r\.html"), FORWARD),
        (first_segment("s|gp/search"), SEARCH),
        (first_segment("b|gp/bestsellers|bestsellers|gp/browse"), CATEGORY),
        (first_segment("stores|shops|sp|gp/aag|storefront"), SHOP),
    ),
    short=("amzn.to", "amzn.eu", "amzn.asia", "amzn.in", "a.co"),
    normal=str.upper,
)

_MELI_HOMES = {
    "MLA": "articulo.mercadolibre.com.ar",
    "MLB": "produto.mercadolivre.com.br",
    "MLM": "articulo.mercadolibre.com.mx",
    "MLC": "articulo.mercadolibre.cl",
    "MLU": "articulo.mercadolibre.com.uy",
    "MLV": "articulo.mercadolibre.com.ve",
    "MCO": "articulo.mercadolibre.com.co",
    "MPE": "articulo.mercadolibre.com.pe",
    "MEC": "articulo.mercadolibre.com.ec",
    "MPA": "articulo.mercadolibre.com.pa",
    "MRD": "articulo.mercadolibre.com.do",
    "MBO": "articulo.mercadolibre.com.bo",
    "MCR": "articulo.mercadolibre.co.cr",
    "MGT": "articulo.mercadolibre.com.gt",
    "MHN": "articulo.mercadolibre.com.hn",
    "MNI": "articulo.mercadolibre.com.ni",
    "MPY": "articulo.mercadolibre.com.py",
    "MSV": "articulo.mercadolibre.com.sv",
}
"""The country an id belongs to, whatever host it was seen on."""

_MELI_ID = r"(?P<listing>(?P<prefix>ML[A-Z]|M(?:CO|PE|EC|PA|RD|BO|CR|GT|HN|NI|PY|SV))-?(?P<number>[0-9]{6,14}))"

_MELI_CATALOGUE = r"^[^/?#]+/(?:[^?#]*/)?(?:p|up)/[A-Z]{3,4}[0-9]+(?:/[^?#]*)?(?=[?#]).*?"


def _meli_address(values: Mapping[str, str]) -> str:
    prefix = values["prefix"]
    home = _MELI_HOMES.get(prefix, f"articulo.{values['domain']}")
    return f"https://{home}/{prefix}-{values['number']}-_JM"


def _undashed(text: str) -> str:
    return text.replace("-", "").upper()


_MERCADOLIBRE = Site(
    key="mercadolibre",
    hosts=(
        *hosts_of("mercadolibre", "com.ar com.mx cl com.uy com.ve com.co com.pe com.ec com.pa com.do com.bo co.cr"),
        *hosts_of("mercadolibre", "com.gt com.hn com.ni com.py com.sv com"),
        *hosts_of("mercadolivre", "com.br com"),
    ),
    listing=compiled(
        rf"^[^/?#]+/+{_MELI_ID}(?=[-/?#]|$)",
        rf"{_MELI_CATALOGUE}[?&#]wid={_MELI_ID}(?=[&#]|$)",
        rf"{_MELI_CATALOGUE}[?&#]item_id={_MELI_ID}(?=[&#]|$)",
        rf"{_MELI_CATALOGUE}[?&#]pdp_filters=(?:[^&#]*(?:\||%7C))?item_id(?::|%3A){_MELI_ID}(?=[&#|%]|$)",
    ),
    canonical=_meli_address,
    seller=compiled(seller_param("seller_id", r"[0-9]{3,14}")),
    refused=refusals(
        (r"click[0-9]*\.|[^/]+/(?:sec|social)/", FORWARD),
        (r"lista(?:do)?\.|[^/]+/jm/search", SEARCH),
        (r"(?:perfil|tienda|eshops?|loja)\.|[^/]+/(?:perfil|pagina|tienda|loja)/", SHOP),
        (r"[^/]+/(?:[^?#]*/)?(?:p|up)/[A-Z]{3,4}[0-9]", CATALOGUE),
        (r"[^/]+/(?:c|categorias|ofertas)(?:[/?#]|$)", CATEGORY),
    ),
    short=("meli.la", "meli.bz"),
    normal=_undashed,
)

_ETSY = Site(
    key="etsy",
    hosts=("etsy.com",),
    listing=compiled(r"^[^/?#]+/(?:[a-z]{2}(?:-[a-z]{2})?/)?listing/(?P<listing>[0-9]{5,15})(?=[/?#]|$)"),
    canonical="https://www.etsy.com/listing/{listing}".format_map,
    seller=compiled(
        r"^(?!(?:www|m|i)\.)(?P<seller>[a-z0-9]+)\.etsy\.com/", seller_param("shop_name", r"[A-Za-z0-9]{4,20}")
    ),
    refused=refusals(
        (first_segment("search"), SEARCH),
        (first_segment("c|market|featured"), CATEGORY),
        (first_segment("shop|people"), SHOP),
        (r"(?!(?:www|m|i)\.)[a-z0-9]+\.etsy\.com/", SHOP),
    ),
    short=("etsy.me",),
)

_LAST = r"/?(?=[?#]|$)"

_WALMART_REFUSED = refusals(
    (first_segment("search"), SEARCH),
    (first_segment("browse|cp|c|shop"), CATEGORY),
    (first_segment("seller|brand|global/seller"), SHOP),
)

_WALMART_SELLER = compiled(seller_param("selectedSellerId|sellerId", r"[0-9A-Fa-f]{1,40}"))

_WALMART = Site(
    key="walmart",
    hosts=hosts_of("walmart", "com com.mx"),
    listing=compiled(rf"^[^/?#]+/(?:[^?#]*/)?ip/(?:[^/?#]+/)?(?P<listing>[0-9]{{5,16}}){_LAST}"),
    canonical="https://www.{domain}/ip/{listing}".format_map,
    seller=_WALMART_SELLER,
    refused=_WALMART_REFUSED,
    short=("walmrt.us",),
)

_WALMART_CA = Site(
    key="walmart",
    hosts=("walmart.ca",),
    # Canadian ids may hold letters.
    listing=compiled(
        rf"^[^/?#]+/(?:[^?#]*/)?ip/(?:[^/?#]+/)?(?P<listing>(?=[A-Z]*[0-9])[0-9A-Z]{{5,16}}){_LAST}",
    ),
    canonical="https://www.walmart.ca/en/ip/{listing}".format_map,
    seller=_WALMART_SELLER,
    refused=_WALMART_REFUSED,
    normal=str.upper,
)

_TIKTOK = Site(
    key="tiktok",
    hosts=("tiktok.com",),
    listing=compiled(path(r"/(?:(?:view|shop)/product|pdp(?:/[^/?#]+)?)/(?P<listing>[0-9]{10,24})")),
    canonical="https://shop.tiktok.com/view/product/{listing}".format_map,
    seller=compiled(seller_param("seller_id|shop_id", r"[0-9]{6,24}")),
    refused=refusals(
        (first_segment("shop/store|store"), SHOP),
        (first_segment("shop/c|c"), CATEGORY),
        (first_segment("shop/s|search"), SEARCH),
        (r"[^/]+/@", VIDEO),
    ),
    short=("vt.tiktok.com", "vm.tiktok.com"),
)

_FACEBOOK = Site(
    key="facebook",
    hosts=("facebook.com", "fb.com"),
    listing=compiled(path(r"/(?:marketplace/(?:[a-z]{2}/)?item|commerce/listing)/(?P<listing>[0-9]{8,20})")),
    canonical="https://www.facebook.com/marketplace/item/{listing}/".format_map,
    refused=refusals(
        (r"lm?\.facebook\.com/", FORWARD),
        (r"[^/]+/share/", FORWARD),
        (r"[^/]+/marketplace/(?:[^/?#]+/)?search", SEARCH),
        (r"[^/]+/(?:marketplace|commerce)/profile", SHOP),
        (r"[^/]+/marketplace", CATEGORY),
        (r"[^/]+/[^?#]", POST),
    ),
    short=("fb.me", "fb.watch"),
)


def _allegro(ending: str, word: str) -> Site:
    """One country of Allegro; each has its own word for an offer."""
    return Site(
        key="allegro",
        hosts=(f"allegro.{ending}",),
        listing=compiled(
            path(rf"/(?:oferta|{word})/(?:[^/?#]*-)?(?P<listing>[0-9]{{8,14}})(?:\.html)?"),
            param("offerId", r"[0-9]{8,14}", at=r"/(?:produkt|produkty|vyrobok|termek)/[^?#]*"),
        ),
        canonical=f"https://allegro.{ending}/{word}/{{listing}}".format_map,
        refused=refusals(
            (r"[^/]+/events/", FORWARD),
            (first_segment("listing"), SEARCH),
            (first_segment("kategoria|kategorie|dzial"), CATEGORY),
            (first_segment("uzytkownik|uzivatel|pouzivatel|felhasznalo|sklep"), SHOP),
            (first_segment("produkt|produkty|vyrobok|termek"), CATALOGUE),
        ),
    )


_BOL = Site(
    key="bol",
    hosts=("bol.com",),
    listing=compiled(path(r"/p/[^/?#]+/(?P<listing>[0-9]{10,19})")),
    canonical="https://www.bol.com/{place}/p/-/{listing}/".format_map,
    # Two countries and two languages share the host.
    places=compiled(r"^[^/?#]+/(?P<place>(?:nl|be)/(?:nl|fr))/"),
    place="nl/nl",
    refused=refusals(
        (r"partner\.", FORWARD),
        (first_segment("s"), SEARCH),
        (first_segment("l|m|c"), CATEGORY),
        (first_segment("v|w|verkoper"), SHOP),
    ),
    normal=str.lower,
)

ALLEGRO = tuple(_allegro(*row) for row in (("pl", "oferta"), ("cz", "nabidka"), ("sk", "ponuka"), ("hu", "ajanlat")))

SITES = (_EBAY, _AMAZON, _MERCADOLIBRE, _ETSY, _WALMART, _WALMART_CA, _TIKTOK, _FACEBOOK, *ALLEGRO, _BOL)
