"""Marketplaces of Asia, wherever they sell."""

from __future__ import annotations

from bot.sites.shapes import (
    CATEGORY,
    FORWARD,
    SEARCH,
    SHOP,
    Site,
    compiled,
    first_segment,
    hosts_of,
    param,
    path,
    refusals,
    seller_param,
)

_ALIBABA = Site(
    key="alibaba",
    hosts=("alibaba.com",),
    listing=compiled(
        path(r"/(?:product|p)-detail/[^/?#]*[_-](?P<listing>[0-9]{6,20})\.html"),
        path(r"/product/(?P<listing>[0-9]{6,20})(?:-[0-9]+)?/[^/?#]*\.html"),
    ),
    canonical="https://www.alibaba.com/product-detail/_{listing}.html".format_map,
    seller=compiled(r"^(?P<seller>[a-z0-9-]+)\.(?:m\.)?en\.alibaba\.com/"),
    refused=refusals(
        (r"(?:s|offer)\.alibaba\.com/", FORWARD),
        (first_segment("trade/search|products|search"), SEARCH),
        (first_segment("showroom|catalog|catalogs|category"), CATEGORY),
        (r"[a-z0-9-]+\.(?:m\.)?en\.alibaba\.com/", SHOP),
        (first_segment("suppliers?|company"), SHOP),
    ),
)

_ALIEXPRESS = Site(
    key="aliexpress",
    hosts=hosts_of("aliexpress", "com us ru"),
    listing=compiled(
        path(r"/item/(?:[^/?#]+/)?(?P<listing>[0-9]{8,20})\.html"),
        path(r"/i/(?P<listing>[0-9]{8,20})\.html"),
        path(r"/store/product/[^/?#]+/(?P<seller>[0-9]+)_(?P<listing>[0-9]{8,20})\.html"),
    ),
    canonical="https://www.{domain}/item/{listing}.html".format_map,
    seller=compiled(seller_param("storeId|storeNum", r"[0-9]{3,20}")),
    refused=refusals(
        (r"(?:s\.click|a|star)\.aliexpress\.", FORWARD),
        (first_segment("w|wholesale|search|premium|popular"), SEARCH),
        (first_segment("category|gcp|ssr|p"), CATEGORY),
        (first_segment("store"), SHOP),
    ),
)

_TAOBAO = Site(
    key="taobao",
    hosts=("taobao.com",),
    listing=compiled(
        param("id", r"[0-9]{6,20}", at=r"/(?:[^?#]*/)?(?:item|detail)\.html?"),
        path(r"/item/(?P<listing>[0-9]{6,20})\.html?"),
        path(r"/i(?P<listing>[0-9]{6,20})\.htm"),
    ),
    canonical="https://item.taobao.com/item.htm?id={listing}".format_map,
    seller=compiled(seller_param("user_id|seller_id|sellerId|user_number_id", r"[0-9]{3,20}")),
    refused=refusals(
        (r"s\.(?:m\.)?taobao\.com/|[^/]+/search(?:[./?]|$)", SEARCH),
        (r"(?:shop[0-9]+|store)\.(?:world\.|m\.)?taobao\.com/|[^/]+/shop/", SHOP),
    ),
    short=("m.tb.cn", "e.tb.cn", "tb.cn", "s.click.taobao.com", "uland.taobao.com"),
)

_TMALL = Site(
    key="tmall",
    hosts=hosts_of("tmall", "com hk"),
    listing=compiled(
        param("id", r"[0-9]{6,20}", at=r"/(?:[^?#]*/)?(?:item|detail)\.html?"),
        path(r"/item/(?P<listing>[0-9]{6,20})\.html?"),
    ),
    canonical="https://detail.{domain}/item.htm?id={listing}".format_map,
    seller=compiled(seller_param("user_id|seller_id|sellerId|user_number_id", r"[0-9]{3,20}")),
    refused=refusals(
        (r"(?:list|s)\.(?:m\.)?tmall\.|[^/]+/search", SEARCH),
        (r"[^/]+/(?:shop|category)", SHOP),
        (r"(?!www\.|m\.|detail\.)[a-z0-9-]+\.(?:m\.)?tmall\.[a-z]+/(?:[?#]|$)", SHOP),
    ),
)

_1688 = Site(
    key="1688",
    hosts=("1688.com",),
    listing=compiled(
        path(r"/offer/(?P<listing>[0-9]{6,20})\.html"),
        param("offerId", r"[0-9]{6,20}"),
    ),
    canonical="https://detail.1688.com/offer/{listing}.html".format_map,
    seller=compiled(seller_param("memberId|sellerMemberId", r"[A-Za-z0-9_-]{3,64}")),
    refused=refusals(
        (r"s\.(?:m\.)?1688\.com/|[^/]+/(?:selloffer|offer_search|search)", SEARCH),
        (r"(?!www\.|m\.|detail\.)[a-z0-9-]+\.(?:m\.)?1688\.com/|[^/]+/winport", SHOP),
    ),
    short=("qr.1688.com",),
)

_SHOPEE_ENDINGS = "sg com.my co.id co.th vn ph tw com.br com.mx com.co cl"

_SHOPEE = Site(
    key="shopee",
    hosts=hosts_of("shopee", _SHOPEE_ENDINGS),
    listing=compiled(
        path(r"/(?:[^/?#]*-)?i\.(?P<seller>[0-9]{1,15})\.(?P<listing>[0-9]{1,18})"),
        path(r"/product/(?P<seller>[0-9]{1,15})/(?P<listing>[0-9]{1,18})"),
    ),
    canonical="https://{domain}/product/{seller}/{listing}".format_map,
    refused=refusals(
        (first_segment("search"), SEARCH),
        (r"[^/]+/[^?#]*-cat\.", CATEGORY),
        (first_segment("mall|m"), CATEGORY),
        (first_segment("shop"), SHOP),
        (r"[^/]+/[a-z0-9._]+/?(?:[?#]|$)", SHOP),
    ),
    short=("shp.ee", *(f"s.{host}" for host in hosts_of("shopee", _SHOPEE_ENDINGS))),
)

_LAZADA_LISTING = compiled(path(r"/(?:[^/?#]*-)?i(?P<listing>[0-9]{3,18})(?:-s[0-9]+)?\.html"))

_LAZADA_REFUSED = refusals(
    (first_segment("catalog|tag"), SEARCH),
    (first_segment("shop"), SHOP),
    (r"[^/]+/[a-z0-9-]+/?(?:[?#]|$)", CATEGORY),
)

_LAZADA_ENDINGS = "sg com.my co.id co.th vn com.ph"

_LAZADA = Site(
    key="lazada",
    hosts=hosts_of("lazada", _LAZADA_ENDINGS),
    listing=_LAZADA_LISTING,
    canonical="https://www.{domain}/products/pdp-i{listing}.html".format_map,
    refused=_LAZADA_REFUSED,
    short=tuple(f"{name}.{host}" for name in ("s", "c") for host in hosts_of("lazada", _LAZADA_ENDINGS)),
)

_DARAZ_ENDINGS = "pk com.bd lk com.np"

_DARAZ = Site(
    key="daraz",
    hosts=hosts_of("daraz", _DARAZ_ENDINGS),
    listing=_LAZADA_LISTING,
    canonical="https://www.{domain}/products/pdp-i{listing}.html".format_map,
    refused=_LAZADA_REFUSED,
    short=tuple(f"s.{host}" for host in hosts_of("daraz", _DARAZ_ENDINGS)),
)

_TEMU = Site(
    key="temu",
    hosts=("temu.com",),
    listing=compiled(
        path(r"/(?:[^/?#]*-)?g-(?P<listing>[0-9]{6,20})\.html"),
        param("goods_id", r"[0-9]{6,20}"),
    ),
    canonical="https://www.temu.com/g-{listing}.html".format_map,
    seller=compiled(seller_param("mall_id", r"[0-9]{6,20}")),
    refused=refusals(
        (r"[^/]+/(?:[^?#]*/)?search_result", SEARCH),
        (r"[^/]+/[^?#]*-m-[0-9]+\.html|[^/]+/(?:[^?#]*/)?mall", SHOP),
        (r"[^/]+/[^?#]*-[os][0-9]*-[0-9]+\.html|[^/]+/(?:[^?#]*/)?channel", CATEGORY),
    ),
    short=("temu.to", "share.temu.com"),
)

_JD = Site(
    key="jd",
    hosts=hosts_of("jd", "com hk"),
    listing=compiled(
        r"^(?:item|npcitem|in)\.(?:m\.|yiyaojd\.)?jd\.(?:com|hk)/+(?:product/)?(?P<listing>[0-9]{4,18})\.html(?=[/?#]|$)",
        param("wareId|sku", r"[0-9]{4,18}", at=r"/(?:ware|product)/[^?#]*"),
    ),
    canonical="https://item.{domain}/{listing}.html".format_map,
    refused=refusals(
        (r"(?:search|so\.m|re)\.", SEARCH),
        (r"(?:list|channel)\.", CATEGORY),
        (r"(?:mall|shop|shop\.m)\.", SHOP),
    ),
    short=("u.jd.com", "3.cn", "union-click.jd.com"),
)

_PINDUODUO = Site(
    key="pinduoduo",
    hosts=("yangkeduo.com", "pinduoduo.com"),
    listing=compiled(param("goods_id", r"[0-9]{4,20}")),
    canonical="https://mobile.yangkeduo.com/goods.html?goods_id={listing}".format_map,
    seller=compiled(seller_param("mall_id", r"[0-9]{3,20}")),
    refused=refusals(
        (r"[^/]+/(?:[^?#]*/)?search_", SEARCH),
        (r"[^/]+/(?:[^?#]*/)?(?:mall_page|mall)", SHOP),
        (r"[^/]+/(?:[^?#]*/)?(?:catgoods|subject)", CATEGORY),
    ),
    short=("p.pinduoduo.com", "p.yangkeduo.com"),
)

_SHEIN = Site(
    key="shein",
    hosts=hosts_of("shein", "com co.uk com.mx com.hk com.co tw se"),
    listing=compiled(path(r"/[^/?#]*-p-(?P<listing>[0-9]{4,15})(?:-cat-[0-9]+)?(?:\.html)?")),
    canonical="https://{place}.{domain}/item-p-{listing}.html".format_map,
    # A country is a subdomain on a computer and the first part of the path on a phone.
    places=compiled(
        r"^(?P<place>[a-z]{2}|asia|roe|euqs)\.shein\.",
        r"^m\.shein\.[a-z.]+/(?P<place>[a-z]{2})(?:-[a-z]{2})?/",
    ),
    place="www",
    seller=compiled(seller_param("store_code|storeCode", r"[0-9]{4,20}")),
    refused=refusals(
        (first_segment("pdsearch|search"), SEARCH),
        (first_segment("store"), SHOP),
        (r"[^/]+/[^?#]*-(?:c|sc|vc)-[0-9]+", CATEGORY),
        (first_segment("category|promotion"), CATEGORY),
    ),
    short=("onelink.shein.com", "api-shein.shein.com", "shein.top"),
    normal=str.lower,
)

SITES = (
    _ALIBABA,
    _ALIEXPRESS,
    _TAOBAO,
    _TMALL,
    _1688,
    _SHOPEE,
    _LAZADA,
    _DARAZ,
    _TEMU,
    _JD,
    _PINDUODUO,
    _SHEIN,
)
