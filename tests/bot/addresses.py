"""Addresses as they are seen in browsers and pasted into chats, with what each names or why it names nothing."""

from __future__ import annotations

Row = tuple[str, str, str, str]
"""Marketplace, listing id, canonical address, seller (empty when the address does not tell)."""


def _rows(key: str, *rows: tuple[str, str, str] | tuple[str, str, str, str]) -> list[tuple[str, Row]]:
    """`(address, listing id, canonical, seller)`, all of one marketplace."""
    return [(row[0], (key, row[1], row[2], row[3] if len(row) == 4 else "")) for row in rows]


_BAG = "%E3%83%90%E3%83%83%E3%82%B0"

NAMED: list[tuple[str, Row]] = [
    *_rows(
        "ebay",
        ("https://www.ebay.com/itm/285412345678", "285412345678", "https://www.ebay.com/itm/285412345678"),
        (
            "https://www.ebay.co.uk/itm/Nordlicht-Bag-2024/285412345678?hash=item426:g:x&amdata=enc%3A1&var=5",
            "285412345678",
            "https://www.ebay.co.uk/itm/285412345678",
        ),
        ("https://m.ebay.co.uk/itm/285412345678#vi", "285412345678", "https://www.ebay.co.uk/itm/285412345678"),
        (
            "https://www.ebay.com.au/itm/285412345678?_ssn=bag.shop_77&_trksid=p1",
            "285412345678",
            "https://www.ebay.com.au/itm/285412345678",
            "bag.shop_77",
        ),
        ("https://www.ebay.com/ulk/itm/285412345678", "285412345678", "https://www.ebay.com/itm/285412345678"),
        (
            "http://cgi.ebay.de/ws/eBayISAPI.dll?ViewItem&item=285412345678",
            "285412345678",
            "https://www.ebay.de/itm/285412345678",
        ),
        ("https://www.ebay.com/p/1234567?iid=285412345678", "285412345678", "https://www.ebay.com/itm/285412345678"),
        ("https://befr.ebay.be/itm/285412345678", "285412345678", "https://www.ebay.be/itm/285412345678"),
    ),
    *_rows(
        "amazon",
        ("https://www.amazon.com/dp/B08N5WRWNW", "B08N5WRWNW", "https://www.amazon.com/dp/B08N5WRWNW"),
        (
            f"https://www.amazon.co.jp/{_BAG}/dp/B08N5WRWNW/ref=sr_1_1?keywords=bag&qid=1&sr=8-1",
            "B08N5WRWNW",
            "https://www.amazon.co.jp/dp/B08N5WRWNW",
        ),
        ("https://www.amazon.co.jp/バッグ/dp/b08n5wrwnw", "B08N5WRWNW", "https://www.amazon.co.jp/dp/B08N5WRWNW"),
        (
            "https://www.amazon.de/gp/product/B08N5WRWNW?smid=A3JWKAKR8XB7XF&psc=1",
            "B08N5WRWNW",
            "https://www.amazon.de/dp/B08N5WRWNW",
            "A3JWKAKR8XB7XF",
        ),
        (
            "https://www.amazon.com.br/gp/aw/d/B08N5WRWNW?m=A1ZZFT5FULY4LN",
            "B08N5WRWNW",
            "https://www.amazon.com.br/dp/B08N5WRWNW",
            "A1ZZFT5FULY4LN",
        ),
        ("https://amazon.co.uk/exec/obidos/ASIN/0306406152", "0306406152", "https://www.amazon.co.uk/dp/0306406152"),
        ("https://www.amazon.in/gp/offer-listing/B08N5WRWNW", "B08N5WRWNW", "https://www.amazon.in/dp/B08N5WRWNW"),
        ("https://www.amazon.fr/x?asin=B08N5WRWNW&x=1", "B08N5WRWNW", "https://www.amazon.fr/dp/B08N5WRWNW"),
    ),
    *_rows(
        "alibaba",
        (
            "https://www.alibaba.com/product-detail/Nice-Bag_1600123456789.html?spm=a2700.1",
            "1600123456789",
            "https://www.alibaba.com/product-detail/_1600123456789.html",
        ),
        (
            "https://german.alibaba.com/product-detail/Nice-Bag-2024_60712345678.html",
            "60712345678",
            "https://www.alibaba.com/product-detail/_60712345678.html",
        ),
        (
            "https://nordbags.en.alibaba.com/product/60712345678-800123456/Nice_Bag.html",
            "60712345678",
            "https://www.alibaba.com/product-detail/_60712345678.html",
            "nordbags",
        ),
        (
            "https://m.alibaba.com/product/1600123456789/Nice-Bag.html",
            "1600123456789",
            "https://www.alibaba.com/product-detail/_1600123456789.html",
        ),
    ),
    *_rows(
        "aliexpress",
        (
            "https://www.aliexpress.com/item/1005001234567890.html?spm=a2g0o&algo_pvid=1#nav-review",
            "1005001234567890",
            "https://www.aliexpress.com/item/1005001234567890.html",
        ),
        (
            "https://es.aliexpress.com/item/Some-Name/32812345678.html",
            "32812345678",
            "https://www.aliexpress.com/item/32812345678.html",
        ),
        (
            "https://m.aliexpress.com/i/1005001234567890.html?storeId=912345",
            "1005001234567890",
            "https://www.aliexpress.com/item/1005001234567890.html",
            "912345",
        ),
        (
            "https://www.aliexpress.us/item/3256801234567890.html",
            "3256801234567890",
            "https://www.aliexpress.us/item/3256801234567890.html",
        ),
        (
            "https://aliexpress.ru/item/1005001234567890.html?sku_id=1",
            "1005001234567890",
            "https://www.aliexpress.ru/item/1005001234567890.html",
        ),
        (
            "https://www.aliexpress.com/store/product/Nice-Bag/912345_32812345678.html",
            "32812345678",
            "https://www.aliexpress.com/item/32812345678.html",
            "912345",
        ),
    ),
    *_rows(
        "taobao",
        (
            "https://item.taobao.com/item.htm?id=612345678901&spm=a1z10.1&scene=taobao_shop",
            "612345678901",
            "https://item.taobao.com/item.htm?id=612345678901",
        ),
        (
            "https://item.taobao.com/item.htm?ft=t&id=612345678901#detail",
            "612345678901",
            "https://item.taobao.com/item.htm?id=612345678901",
        ),
        (
            "https://h5.m.taobao.com/awp/core/detail.htm?id=612345678901&user_id=2200123456",
            "612345678901",
            "https://item.taobao.com/item.htm?id=612345678901",
            "2200123456",
        ),
        (
            "https://world.taobao.com/item/612345678901.htm",
            "612345678901",
            "https://item.taobao.com/item.htm?id=612345678901",
        ),
        (
            "https://m.intl.taobao.com/detail/detail.html?id=612345678901",
            "612345678901",
            "https://item.taobao.com/item.htm?id=612345678901",
        ),
    ),
    *_rows(
        "tmall",
        (
            "https://detail.tmall.com/item.htm?spm=a230r.1&id=612345678901&ns=1&abbucket=3",
            "612345678901",
            "https://detail.tmall.com/item.htm?id=612345678901",
        ),
        (
            "https://detail.m.tmall.com/item.htm?id=612345678901&user_id=725677994",
            "612345678901",
            "https://detail.tmall.com/item.htm?id=612345678901",
            "725677994",
        ),
        (
            "https://detail.tmall.hk/hk/item.htm?id=612345678901",
            "612345678901",
            "https://detail.tmall.hk/item.htm?id=612345678901",
        ),
        (
            "https://world.tmall.com/item/612345678901.htm",
            "612345678901",
            "https://detail.tmall.com/item.htm?id=612345678901",
        ),
    ),
    *_rows(
        "1688",
        (
            "https://detail.1688.com/offer/612345678901.html",
            "612345678901",
            "https://detail.1688.com/offer/612345678901.html",
        ),
        (
            "https://m.1688.com/offer/612345678901.html?spm=a26g8",
            "612345678901",
            "https://detail.1688.com/offer/612345678901.html",
        ),
        (
            "https://detail.1688.com/offer/612345678901.html?sk=consign&memberId=b2b-2200123",
            "612345678901",
            "https://detail.1688.com/offer/612345678901.html",
            "b2b-2200123",
        ),
        (
            "https://detail.m.1688.com/page/index.html?offerId=612345678901&__t=1",
            "612345678901",
            "https://detail.1688.com/offer/612345678901.html",
        ),
    ),
    *_rows(
        "mercadolibre",
        (
            "https://articulo.mercadolibre.com.ar/MLA-1126353524-bolso-nordlicht-_JM#position=3&type=item",
            "MLA1126353524",
            "https://articulo.mercadolibre.com.ar/MLA-1126353524-_JM",
        ),
        (
            "https://produto.mercadolivre.com.br/MLB-1234567890-bolsa-_JM?searchVariation=1",
            "MLB1234567890",
            "https://produto.mercadolivre.com.br/MLB-1234567890-_JM",
        ),
        (
            "https://www.mercadolivre.com.br/MLB1234567890",
            "MLB1234567890",
            "https://produto.mercadolivre.com.br/MLB-1234567890-_JM",
        ),
        (
            "https://articulo.mercadolibre.com.co/MCO-612345678-foo-_JM",
            "MCO612345678",
            "https://articulo.mercadolibre.com.co/MCO-612345678-_JM",
        ),
        (
            "https://articulo.mercadolibre.com.pe/mpe-612345678-foo-_JM",
            "MPE612345678",
            "https://articulo.mercadolibre.com.pe/MPE-612345678-_JM",
        ),
        (
            "https://www.mercadolibre.com.mx/bolsa/p/MLM38275322#polycard_client=search&wid=MLM2345678901&sid=search",
            "MLM2345678901",
            "https://articulo.mercadolibre.com.mx/MLM-2345678901-_JM",
        ),
        (
            "https://www.mercadolivre.com.br/bolsa/p/MLB38275322?item_id=MLB3344556677&seller_id=8123456",
            "MLB3344556677",
            "https://produto.mercadolivre.com.br/MLB-3344556677-_JM",
            "8123456",
        ),
        (
            "https://www.mercadolivre.com.br/bolsa/up/MLBU123456789?pdp_filters=item_id%3AMLB3344556677",
            "MLB3344556677",
            "https://produto.mercadolivre.com.br/MLB-3344556677-_JM",
        ),
        (
            "https://articulo.mercadolibre.cl/MLC-512345678-x-_JM",
            "MLC512345678",
            "https://articulo.mercadolibre.cl/MLC-512345678-_JM",
        ),
    ),
    *_rows(
        "etsy",
        (
            "https://www.etsy.com/listing/123456789/nordlicht-bag?click_key=1&ref=search",
            "123456789",
            "https://www.etsy.com/listing/123456789",
        ),
        ("https://www.etsy.com/uk/listing/123456789", "123456789", "https://www.etsy.com/listing/123456789"),
        ("https://www.etsy.com/de-en/listing/123456789/tasche", "123456789", "https://www.etsy.com/listing/123456789"),
        (
            "https://nordbags.etsy.com/listing/123456789",
            "123456789",
            "https://www.etsy.com/listing/123456789",
            "nordbags",
        ),
    ),
    *_rows(
        "walmart",
        ("https://www.walmart.com/ip/Nordlicht-Bag/588046255", "588046255", "https://www.walmart.com/ip/588046255"),
        (
            "https://www.walmart.com/ip/588046255?athbdg=L1600&selectedSellerId=101012345",
            "588046255",
            "https://www.walmart.com/ip/588046255",
            "101012345",
        ),
        ("https://www.walmart.com/ip/2024-Bag/588046255/", "588046255", "https://www.walmart.com/ip/588046255"),
        (
            "https://www.walmart.ca/en/ip/bag/6000195435215",
            "6000195435215",
            "https://www.walmart.ca/en/ip/6000195435215",
        ),
        ("https://www.walmart.ca/fr/ip/sac/7k2nbcq6dtag", "7K2NBCQ6DTAG", "https://www.walmart.ca/en/ip/7K2NBCQ6DTAG"),
        (
            "https://www.walmart.com.mx/ip/bolsa/00075012345678",
            "00075012345678",
            "https://www.walmart.com.mx/ip/00075012345678",
        ),
    ),
    *_rows(
        "shopee",
        (
            "https://shopee.co.id/Tas-Murah-i.12345.6789012?sp_atk=a&xptdk=b",
            "6789012",
            "https://shopee.co.id/product/12345/6789012",
            "12345",
        ),
        ("https://shopee.sg/product/12345/6789012", "6789012", "https://shopee.sg/product/12345/6789012", "12345"),
        (
            "https://shopee.tw/%E5%8C%85-i.12345.6789012",
            "6789012",
            "https://shopee.tw/product/12345/6789012",
            "12345",
        ),
        (
            "https://shopee.com.br/universal-link/product/12345/6789012?utm=1",
            "6789012",
            "https://shopee.com.br/product/12345/6789012",
            "12345",
        ),
        ("https://shopee.vn/Túi-đẹp-i.12345.6789012", "6789012", "https://shopee.vn/product/12345/6789012", "12345"),
    ),
    *_rows(
        "lazada",
        (
            "https://www.lazada.com.my/products/nice-bag-i123456-s654321.html?spm=a2o4k&search=1",
            "123456",
            "https://www.lazada.com.my/products/pdp-i123456.html",
        ),
        (
            "https://www.lazada.sg/products/pdp-i123456-s654321.html",
            "123456",
            "https://www.lazada.sg/products/pdp-i123456.html",
        ),
        (
            "https://m.lazada.co.th/products/i123456.html",
            "123456",
            "https://www.lazada.co.th/products/pdp-i123456.html",
        ),
        (
            "https://www.lazada.vn/products/tui-i123456.html#x",
            "123456",
            "https://www.lazada.vn/products/pdp-i123456.html",
        ),
    ),
    *_rows(
        "daraz",
        (
            "https://www.daraz.pk/products/bag-i123456-s654321.html",
            "123456",
            "https://www.daraz.pk/products/pdp-i123456.html",
        ),
        (
            "https://www.daraz.com.bd/products/bag-i123456.html?x=1",
            "123456",
            "https://www.daraz.com.bd/products/pdp-i123456.html",
        ),
        ("https://m.daraz.lk/products/i123456-s1.html", "123456", "https://www.daraz.lk/products/pdp-i123456.html"),
        ("daraz.com.np/products/pdp-i123456.html", "123456", "https://www.daraz.com.np/products/pdp-i123456.html"),
    ),
    *_rows(
        "temu",
        (
            "https://www.temu.com/us/nice-bag-g-601099512345678.html?_oak_mp_inf=x&top_gallery_url=y",
            "601099512345678",
            "https://www.temu.com/g-601099512345678.html",
        ),
        (
            "https://www.temu.com/g-601099512345678.html",
            "601099512345678",
            "https://www.temu.com/g-601099512345678.html",
        ),
        (
            "https://www.temu.com/goods.html?mall_id=634418212345&goods_id=601099512345678",
            "601099512345678",
            "https://www.temu.com/g-601099512345678.html",
            "634418212345",
        ),
        (
            "https://m.temu.com/de/tasche-g-601099512345678.html",
            "601099512345678",
            "https://www.temu.com/g-601099512345678.html",
        ),
    ),
    *_rows(
        "tiktok",
        (
            "https://shop.tiktok.com/view/product/1729543210987654321?region=US&locale=en",
            "1729543210987654321",
            "https://shop.tiktok.com/view/product/1729543210987654321",
        ),
        (
            "https://www.tiktok.com/view/product/1729543210987654321",
            "1729543210987654321",
            "https://shop.tiktok.com/view/product/1729543210987654321",
        ),
        (
            "https://www.tiktok.com/shop/pdp/nice-bag/1729543210987654321?source=x",
            "1729543210987654321",
            "https://shop.tiktok.com/view/product/1729543210987654321",
        ),
        (
            "https://shop.tiktok.com/us/pdp/1729543210987654321",
            "1729543210987654321",
            "https://shop.tiktok.com/view/product/1729543210987654321",
        ),
    ),
    *_rows(
        "facebook",
        (
            "https://www.facebook.com/marketplace/item/123456789012345/",
            "123456789012345",
            "https://www.facebook.com/marketplace/item/123456789012345/",
        ),
        (
            "https://m.facebook.com/marketplace/item/123456789012345?ref=search&referral_code=x",
            "123456789012345",
            "https://www.facebook.com/marketplace/item/123456789012345/",
        ),
        (
            "https://web.facebook.com/marketplace/np/item/123456789012345/",
            "123456789012345",
            "https://www.facebook.com/marketplace/item/123456789012345/",
        ),
        (
            "https://www.facebook.com/commerce/listing/123456789012345",
            "123456789012345",
            "https://www.facebook.com/marketplace/item/123456789012345/",
        ),
    ),
    *_rows(
        "allegro",
        (
            "https://allegro.pl/oferta/torba-nordlicht-13456789012",
            "13456789012",
            "https://allegro.pl/oferta/13456789012",
        ),
        ("https://allegro.pl/oferta/13456789012?bi_s=ads#x", "13456789012", "https://allegro.pl/oferta/13456789012"),
        ("https://www.allegro.pl/oferta/torba-13456789012/", "13456789012", "https://allegro.pl/oferta/13456789012"),
        (
            "https://allegro.pl/produkt/torba-x?offerId=13456789012",
            "13456789012",
            "https://allegro.pl/oferta/13456789012",
        ),
        ("https://allegro.cz/nabidka/taska-13456789012", "13456789012", "https://allegro.cz/nabidka/13456789012"),
        ("https://allegro.sk/ponuka/taska-13456789012", "13456789012", "https://allegro.sk/ponuka/13456789012"),
        ("https://allegro.hu/ajanlat/taska-13456789012", "13456789012", "https://allegro.hu/ajanlat/13456789012"),
    ),
    *_rows(
        "bol",
        (
            "https://www.bol.com/nl/nl/p/tas-nordlicht/9200000012345678/?bltgh=x",
            "9200000012345678",
            "https://www.bol.com/nl/nl/p/-/9200000012345678/",
        ),
        (
            "https://www.bol.com/be/fr/p/sac/9300000012345678",
            "9300000012345678",
            "https://www.bol.com/be/fr/p/-/9300000012345678/",
        ),
        (
            "https://bol.com/nl/p/tas/9200000012345678/",
            "9200000012345678",
            "https://www.bol.com/nl/nl/p/-/9200000012345678/",
        ),
        (
            "https://m.bol.com/be/nl/p/tas/9200000012345678/#r",
            "9200000012345678",
            "https://www.bol.com/be/nl/p/-/9200000012345678/",
        ),
    ),
    *_rows(
        "jd",
        ("https://item.jd.com/100012345678.html#crumb-wrap", "100012345678", "https://item.jd.com/100012345678.html"),
        (
            "https://item.m.jd.com/product/100012345678.html?sid=x",
            "100012345678",
            "https://item.jd.com/100012345678.html",
        ),
        (
            "https://item.m.jd.com/ware/view.action?wareId=100012345678",
            "100012345678",
            "https://item.jd.com/100012345678.html",
        ),
        ("https://npcitem.jd.hk/100012345678.html", "100012345678", "https://item.jd.hk/100012345678.html"),
    ),
    *_rows(
        "pinduoduo",
        (
            "https://mobile.yangkeduo.com/goods.html?goods_id=312345678901&_oak_gallery=x",
            "312345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=312345678901",
        ),
        (
            "https://mobile.yangkeduo.com/goods2.html?refer_page_name=x&goods_id=312345678901",
            "312345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=312345678901",
        ),
        (
            "https://mobile.pinduoduo.com/goods.html?goods_id=312345678901&mall_id=612345",
            "312345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=312345678901",
            "612345",
        ),
        (
            "yangkeduo.com/goods1.html?goods_id=312345678901",
            "312345678901",
            "https://mobile.yangkeduo.com/goods.html?goods_id=312345678901",
        ),
    ),
    *_rows(
        "shein",
        (
            "https://us.shein.com/Nice-Bag-p-12345678-cat-1764.html?src_identifier=x&mallCode=1",
            "12345678",
            "https://us.shein.com/item-p-12345678.html",
        ),
        ("https://m.shein.com/us/Nice-Bag-p-12345678.html", "12345678", "https://us.shein.com/item-p-12345678.html"),
        ("https://m.shein.com/Nice-Bag-p-12345678.html", "12345678", "https://www.shein.com/item-p-12345678.html"),
        (
            "https://www.shein.co.uk/Nice-Bag-p-12345678.html",
            "12345678",
            "https://www.shein.co.uk/item-p-12345678.html",
        ),
        (
            "https://m.shein.com.mx/Bolsa-p-12345678-cat-1.html",
            "12345678",
            "https://www.shein.com.mx/item-p-12345678.html",
        ),
    ),
]

_SEARCH, _SHOP, _CATALOGUE, _CATEGORY = "a search page", "a shop page", "a catalogue page", "a category page"
_SHORT, _FORWARD, _NONE, _STRANGER = (
    "short link",
    "only forwards",
    "names no listing",
    "not a marketplace this desk knows",
)

REFUSED: list[tuple[str, str]] = [
    ("https://www.ebay.com/sch/i.html?_nkw=bag", _SEARCH),
    ("https://www.ebay.com/sch/i.html?_nkw=/itm/285412345678", _SEARCH),
    ("https://www.ebay.com/b/Bags/169291/bn_738272", _CATEGORY),
    ("https://www.ebay.com/str/nordbags", _SHOP),
    ("https://www.ebay.co.uk/usr/nordbags", _SHOP),
    ("https://www.ebay.com/p/1234567", _CATALOGUE),
    ("https://www.ebay.com/itm/1234", _NONE),
    ("https://www.ebay.com/itm/28541234567890123456", _NONE),
    ("https://ebay.us/m/abc123", _SHORT),
    ("https://rover.ebay.com/rover/1/711?mpre=https%3A%2F%2Fwww.ebay.com%2Fitm%2F285412345678", _FORWARD),
    ("https://www.amazon.com/s?k=bag", _SEARCH),
    ("https://www.amazon.com/stores/page/ABCDEF12-1234", _SHOP),
    ("https://www.amazon.com/sp?seller=A3JWKAKR8XB7XF", _SHOP),
    ("https://www.amazon.com/b?node=1234", _CATEGORY),
    ("https://www.amazon.com/product/categories", _NONE),
    ("https://www.amazon.com/dp/bestseller", _NONE),
    ("https://amzn.to/3abcDEF", _SHORT),
    ("https://a.co/d/abc123", _SHORT),
    ("https://www.amazon.com/sspa/click?url=%2FBag%2Fdp%2FB08N5WRWNW", _FORWARD),
    ("https://amazon.evil/dp/B08N5WRWNW", _STRANGER),
    ("https://nordbags.en.alibaba.com/", _SHOP),
    ("https://www.alibaba.com/trade/search?SearchText=bag", _SEARCH),
    ("https://www.alibaba.com/showroom/bags.html", _CATEGORY),
    ("https://www.alibaba.com/", "the front page"),
    ("https://www.aliexpress.com/store/912345", _SHOP),
    ("https://www.aliexpress.com/w/wholesale-bag.html", _SEARCH),
    ("https://s.click.aliexpress.com/e/_abc", _FORWARD),
    ("https://a.aliexpress.com/_mK1abc", _FORWARD),
    ("https://s.taobao.com/search?q=bag", _SEARCH),
    ("https://shop123456.taobao.com/", _SHOP),
    ("https://m.tb.cn/h.abc?tk=x", _SHORT),
    ("https://item.taobao.com/item.htm?spm=1", _NONE),
    ("https://list.tmall.com/search_product.htm?q=bag", _SEARCH),
    ("https://nordlicht.tmall.com/", _SHOP),
    ("https://detail.tmall.com/item.htm?ids=612345678901", _NONE),
    ("https://s.1688.com/selloffer/offer_search.htm?keywords=bag", _SEARCH),
    ("https://shop1234567.1688.com/", _SHOP),
    ("https://qr.1688.com/s/abc", _SHORT),
    ("https://www.mercadolivre.com.br/bolsa/p/MLB38275322", _CATALOGUE),
    ("https://www.mercadolibre.com.ar/bolso/up/MLAU123456789", _CATALOGUE),
    ("https://lista.mercadolivre.com.br/bolsa", _SEARCH),
    ("https://listado.mercadolibre.com.ar/bolso", _SEARCH),
    ("https://www.mercadolibre.com.ar/perfil/NORDBAGS", _SHOP),
    ("https://www.mercadolivre.com.br/sec/1abCdE", _FORWARD),
    ("https://click1.mercadolivre.com.br/mclics/clicks/external/MLB/count?a=x", _FORWARD),
    ("https://www.etsy.com/shop/NordBags", _SHOP),
    ("https://nordbags.etsy.com/", _SHOP),
    ("https://www.etsy.com/search?q=bag", _SEARCH),
    ("https://www.etsy.com/market/bag", _CATEGORY),
    ("https://www.walmart.com/search?q=bag", _SEARCH),
    ("https://www.walmart.com/seller/101012345", _SHOP),
    ("https://www.walmart.com/browse/bags/5438_1045799", _CATEGORY),
    ("https://shopee.co.id/search?keyword=tas", _SEARCH),
    ("https://shopee.co.id/nordbags", _SHOP),
    ("https://shopee.sg/shop/12345", _SHOP),
    ("https://s.shopee.co.id/abc", _SHORT),
    ("https://shp.ee/abc", _SHORT),
    ("https://www.lazada.sg/catalog/?q=bag", _SEARCH),
    ("https://www.lazada.sg/shop/nordbags", _SHOP),
    ("https://s.lazada.sg/s.abc", _SHORT),
    ("https://www.daraz.pk/catalog/?q=bag", _SEARCH),
    ("https://www.daraz.pk/shop/nordbags", _SHOP),
    ("https://www.temu.com/search_result.html?search_key=bag", _SEARCH),
    ("https://www.temu.com/nordbags-m-634418212345.html", _SHOP),
    ("https://temu.to/m/abc", _SHORT),
    ("https://www.tiktok.com/@nordbags/video/7123456789012345678", "a video"),
    ("https://www.tiktok.com/shop/store/nordbags/7495123456789012345", _SHOP),
    ("https://vt.tiktok.com/ZSabc/", _SHORT),
    ("https://www.facebook.com/marketplace/london/search?query=bag", _SEARCH),
    ("https://www.facebook.com/marketplace/profile/100012345678901", _SHOP),
    ("https://www.facebook.com/groups/1/posts/2", "a post"),
    ("https://l.facebook.com/l.php?u=https%3A%2F%2Fx.example", _FORWARD),
    ("https://allegro.pl/listing?string=torba", _SEARCH),
    ("https://allegro.pl/uzytkownik/nordbags", _SHOP),
    ("https://allegro.pl/produkt/torba-x", _CATALOGUE),
    ("https://www.bol.com/nl/nl/s/?searchtext=tas", _SEARCH),
    ("https://www.bol.com/nl/nl/l/tassen/1/", _CATEGORY),
    ("https://partner.bol.com/click/click?url=https%3A%2F%2Fwww.bol.com", _FORWARD),
    ("https://search.jd.com/Search?keyword=bag", _SEARCH),
    ("https://mall.jd.com/index-1000001234.html", _SHOP),
    ("https://u.jd.com/abc", _SHORT),
    ("https://mobile.yangkeduo.com/search_result.html?search_key=bag", _SEARCH),
    ("https://mobile.yangkeduo.com/mall_page.html?mall_id=612345", _SHOP),
    ("https://p.pinduoduo.com/abc", _SHORT),
    ("https://us.shein.com/pdsearch/bag", _SEARCH),
    ("https://us.shein.com/Women-Bags-c-1764.html", _CATEGORY),
    ("https://onelink.shein.com/0/abc", _SHORT),
    ("https://ebay.com.evil.example/itm/285412345678", _STRANGER),
]
