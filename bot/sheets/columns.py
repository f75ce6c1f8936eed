"""Which columns a table may have, and the names people give them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column, found by its key, its title or an alias, in any case.

    `address`: a link behind the cell counts where its text is no address. `example` stands in the template; a row that
    still holds one which has "example" in it is not taken.
    """

    key: str
    title: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    address: bool = False
    example: str = ""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(map(plain_name, (self.key, self.title, *self.aliases)))


def plain_name(head: str) -> str:
    """A column's name as it is compared: without case, width, marks and underscores."""
    return " ".join(re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", head).casefold()))


def known_names(columns: Sequence[Column]) -> frozenset[str]:
    return frozenset[str]().union(*(column.names for column in columns))


BULK_COLUMNS: tuple[Column, ...] = (
    Column(
        key="address",
        title="Address",
        required=True,
        address=True,
        aliases=(
            *("url", "link", "listing", "listing url", "listing link", "listing address", "web address", "item url"),
            *("product url", "product link", "ad url", "infringing url", "infringing link"),
            *("adresse", "webadresse", "angebot", "enlace", "dirección", "anuncio", "网址", "链接", "商品链接"),
        ),
        example="https://marketplace.example/item/123456",
    ),
    Column(
        key="violation",
        title="Violation",
        aliases=(
            *("violation type", "infringement", "infringement type", "reason"),
            *("verstoß", "verletzung", "grund", "infracción", "motivo", "侵权类型", "原因"),
        ),
        example="counterfeit",
    ),
    Column(
        key="right",
        title="Right",
        aliases=(
            "right key",
            "ip right",
            "trade mark",
            "trademark",
            "recht",
            "marke",
            "derecho",
            "marca",
            "权利",
            "商标",
        ),
        example="EXAMPLE-EU",
    ),
    Column(
        key="seller",
        title="Seller",
        aliases=(
            *("seller id", "seller name", "shop", "store", "merchant"),
            *("verkäufer", "händler", "vendedor", "tienda", "卖家", "店铺"),
        ),
        example="example-seller",
    ),
    Column(
        key="statement",
        title="Statement",
        aliases=(
            *("comment", "comments", "description", "details", "explanation"),
            *("begründung", "beschreibung", "declaración", "descripción", "说明"),
        ),
        example="Example: the logo on the third picture is ours; the goods are not.",
    ),
    Column(
        key="message",
        title="Message to seller",
        aliases=(
            "message",
            "note to seller",
            "nachricht",
            "nachricht an den verkäufer",
            "mensaje",
            "留言",
            "给卖家的留言",
        ),
        example="Example: please write to ip@example.com.",
    ),
    Column(key="via", title="Via", aliases=("through", "provider", "agent", "über", "a través de", "渠道")),
)
"""What a bulk filing may say of each listing."""

RIGHT_COLUMNS: tuple[Column, ...] = (
    Column(
        key="key", title="Key", required=True, aliases=("right", "short name", "kürzel", "clave"), example="EXAMPLE-EU"
    ),
    Column(
        key="kind",
        title="Kind",
        required=True,
        aliases=("type", "right type", "ip type", "art", "tipo", "类型"),
        example="trademark",
    ),
    Column(
        key="title",
        title="Title",
        required=True,
        aliases=("name", "mark", "trade mark", "trademark", "work", "bezeichnung", "marke", "título", "marca", "名称"),
        example="EXAMPLE (word mark)",
    ),
    Column(
        key="registration_no",
        title="Registration no.",
        aliases=(
            *(
                "registration number",
                "reg no",
                "reg number",
                "number",
                "registernummer",
                "número de registro",
                "注册号",
            ),
        ),
        example="EXAMPLE-018",
    ),
    Column(
        key="office", title="Office", aliases=("registry", "ip office", "amt", "oficina", "登记机关"), example="EUIPO"
    ),
    Column(
        key="jurisdictions",
        title="Jurisdictions",
        aliases=("jurisdiction", "countries", "country", "territory", "territories", "länder", "países", "国家"),
        example="EU, CH",
    ),
    Column(
        key="nice_classes",
        title="Nice classes",
        aliases=("nice class", "classes", "class", "klassen", "nizza klassen", "clases", "类别"),
        example="9, 25",
    ),
    Column(
        key="owner",
        title="Owner",
        required=True,
        aliases=("proprietor", "right holder", "rights holder", "rightsholder", "inhaber", "titular", "权利人"),
        example="Example Ltd",
    ),
    Column(key="agent", title="Agent", aliases=("representative", "attorney", "vertreter", "agente", "代理人")),
    Column(
        key="power_of_attorney",
        title="Power of attorney (reference)",
        aliases=("power of attorney", "poa", "poa reference", "vollmacht", "poder", "委托书"),
    ),
    Column(
        key="power_of_attorney_expires_on",
        title="Power of attorney expires on",
        aliases=("poa expires on", "poa expires", "poa expiry", "power of attorney expiry", "vollmacht bis"),
    ),
    Column(
        key="expires_on",
        title="Expires on",
        aliases=("expires", "expiry", "expiry date", "expiration date", "gültig bis", "vencimiento", "到期日"),
        example="2031-12-31",
    ),
)
"""What a right may have to say of itself when it is imported."""
