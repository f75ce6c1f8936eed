"""The table of the `ebay` adapter in the desk file, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, model_validator

from bot.marketplaces import ebay_contract as vero
from bot.marketplaces.ebay_contract import Contract, Names
from bot.marketplaces.ebay_reasons import Chosen
from bot.model import Violation
from config.desk_tables import Address, MarketplaceTable, Word


def _reasons(value: Any) -> Chosen:
    if not isinstance(value, dict):
        raise ValueError('must be a table such as { counterfeit = "1234" }')
    found: dict[tuple[str, Violation], str] = {}
    for name, code in value.items():
        per_site = code.items() if isinstance(code, dict) else [(name, code)]
        site = name if isinstance(code, dict) else ""
        if site and site not in vero.SITES.values():
            raise ValueError(f"holds {site}, which is no eBay site; known: {', '.join(sorted(vero.SITES.values()))}")
        for violation, one in per_site:
            if violation not in tuple(Violation) or not isinstance(one, str) or not re.fullmatch(r"[0-9]{1,10}", one):
                raise ValueError(f'must give codes such as "1234" to some of {", ".join(Violation)}')
            found[site, Violation(violation)] = one
    return found


def _paths(value: Any) -> Mapping[str, str]:
    known = vero.PATHS["v2"]
    if not isinstance(value, dict) or not all(
        name in known and isinstance(path, str) and re.fullmatch(r"(/[A-Za-z0-9_{}-]+)+", path)
        for name, path in value.items()
    ):
        raise ValueError(f"must give paths that begin with / to some of {', '.join(known)}")
    if "{" not in value.get("report", "{"):
        raise ValueError("must have the place of the report's id in `report`, such as /vero_report/{id}")
    return dict(value)


def _names(value: Any) -> Names:
    if not isinstance(value, dict) or not all(
        name in vero.NAMES and isinstance(theirs, str) and re.fullmatch(r"[A-Za-z0-9_]{1,60}", theirs)
        for name, theirs in value.items()
    ):
        raise ValueError(f"must give their field names to some of {', '.join(sorted(vero.NAMES))}")
    return Names(**value)


class EbayTable(MarketplaceTable):
    """`adapter = "ebay"`. The addresses of eBay are built in when the table is named `ebay`.

    `copy_to_owner` is on, as at eBay: brand teams expect the copy of the Notice of Claimed Infringement in their
    mailbox, it is their proof of what the seller was told. `paths`, `names`, `batch_size` and `api_version` set right
    what `doctor --contract` finds; `base_url` is the whole base, with version.

    After a lost reply eBay is asked what was reported of the listing since the notice was filed. It does not say for
    which ground: one report is taken for this notice's, even if it is that of another notice of this desk for the same
    listing; several are left to a person, who looks in the VeRO portal.
    """

    client_id: Word
    client_secret_env: Word
    client_secret: SecretStr
    grant: Literal["refresh_token", "client_credentials"] = "refresh_token"
    refresh_token_env: Word | None = None
    refresh_token: SecretStr | None = None
    scope: Word = vero.SCOPE
    sandbox: bool = Field(default=False, strict=True)
    base_url: Address | None = None
    token_url: Address | None = None
    api_version: Literal["v2", "v1"] = "v2"
    paths: Annotated[Mapping[str, str], BeforeValidator(_paths)] = Field(default={})
    names: Annotated[Names, BeforeValidator(_names)] = Names()
    batch_size: int = Field(default=vero.BATCH, ge=1, le=1000, strict=True)
    reasons: Annotated[Chosen, BeforeValidator(_reasons)] = Field(default={})
    brand: Annotated[Word, Field(max_length=vero.BRAND_LIMIT)] | None = None
    copy_to_owner: bool = Field(default=True, strict=True)
    message_to_seller: Annotated[Word, Field(max_length=vero.MESSAGE_LIMIT)] | None = None
    poll_seconds: float = Field(default=900, gt=0, le=86_400, strict=True)

    @model_validator(mode="after")
    def _granted(self) -> Self:
        if (self.grant == "refresh_token") != (self.refresh_token is not None):
            raise ValueError('needs refresh_token_env, or grant = "client_credentials" and no refresh_token_env')
        return self

    @property
    def contract(self) -> Contract:
        return Contract(
            version=self.api_version,
            paths={**vero.PATHS[self.api_version], **self.paths},
            names=self.names,
            batch_size=self.batch_size,
            grant=self.grant,
        )
