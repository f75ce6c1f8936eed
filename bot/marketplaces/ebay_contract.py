"""What of eBay's VeRO API may change with its version: paths, field names, words and limits. Nothing else knows them.

Version 1 was documented in full and ended on 2026-09-30. Of version 2 the address, the resources and the method
`reportVeroViolations` are documented; verb and path of that method are inferred, and its body is taken to be that of
version 1. `python -m bot doctor --contract FILE` holds all this against the OpenAPI document of version 2, and what
differs can be set right in the desk file (`paths`, `names`, `batch_size`) without a new release.

Source: developer.ebay.com, `api-docs/commerce/vero` (version 1, methods and types) and
`develop/api/spec/vero_api_v2.json` (version 2, servers and resources).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from bot.marketplaces.openapi import Call, Field, Kind, Point, compare
from bot.model import Status

HOST, SANDBOX_HOST = "https://api.ebay.com", "https://api.sandbox.ebay.com"
TOKEN_PATH = "/identity/v1/oauth2/token"  # noqa: S105 - a path
SCOPE = "https://api.ebay.com/oauth/api_scope/commerce.vero"
SITE_HEADER = "X-EBAY-C-MARKETPLACE-ID"
BATCH = 150
BRAND_LIMIT, MESSAGE_LIMIT, PATENT_LIMIT, ITEM_LIMIT = 50, 1000, 15, 19
WINDOW = timedelta(days=90)
"""The longest stretch of time that reported items can be listed of; error 235009 beyond."""

IMPORT, PATENT, OTHERS = "9037", "9048", frozenset({"9052", "7052"})
"""The reason codes that the documentation names: each needs a field of its own (countries, patent, detailedMessage)."""
UNKNOWN_ITEM = 235006

ITEM_STATUSES: Mapping[str, Status] = {
    "NONE": Status.IN_REVIEW,
    "RECEIVED": Status.SUBMITTED,
    "SUBMITTED": Status.IN_REVIEW,
    # Documented as “the user has reported an inactive item” (REST) and as “ended by eBay” (Trading API): not live.
    "REMOVED": Status.GONE,
    "CLARIFICATION_REQUIRED": Status.NEEDS_INPUT,
    "SUBMISSION_FAILED": Status.REJECTED,
}
# Of a report; PROCESSED says nothing of its items.
REPORT_STATUSES: Mapping[str, Status] = {
    "RECEIVED": Status.SUBMITTED,
    "IN_PROCESS": Status.IN_REVIEW,
    "PROCESSED": Status.IN_REVIEW,
}
# Source: developer.ebay.com, MarketplaceIdEnum. India is in it, “no longer a functioning eBay marketplace”.
SITES: Mapping[str, str] = {
    "com": "EBAY_US",
    "co.uk": "EBAY_GB",
    "de": "EBAY_DE",
    "fr": "EBAY_FR",
    "it": "EBAY_IT",
    "es": "EBAY_ES",
    "at": "EBAY_AT",
    "be": "EBAY_BE",
    "ch": "EBAY_CH",
    "ie": "EBAY_IE",
    "nl": "EBAY_NL",
    "pl": "EBAY_PL",
    "ca": "EBAY_CA",
    "com.au": "EBAY_AU",
    "com.hk": "EBAY_HK",
    "com.my": "EBAY_MY",
    "com.sg": "EBAY_SG",
    "ph": "EBAY_PH",
}
_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
EU = tuple(_EU.split())
"""Member states, ISO 3166. Source: european-union.europa.eu, country profiles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """What they call each field."""

    # sent
    reported: str = "reportItems"
    item: str = "itemId"
    reason: str = "veroReasonCodeId"
    brand: str = "brand"
    message: str = "messageToSeller"
    details: str = "detailedMessage"
    patent: str = "patent"
    countries: str = "countries"
    copy: str = "copyEmailToRightsOwner"
    with_items: str = "includeItemDetails"
    of_item: str = "itemId"
    filter: str = "filter"
    submitted: str = "reportSubmittedDate"
    # told
    report: str = "veroReportId"
    report_status: str = "veroReportStatus"
    items: str = "reportedItemDetails"
    told_item: str = "itemId"
    status: str = "status"
    why: str = "reasonForFailure"
    codes: str = "veroReasonCodes"
    site: str = "marketplaceId"
    site_codes: str = "reasonCodeDetails"
    code: str = "veroReasonCodeId"
    brief: str = "briefText"


NAMES = frozenset(one.name for one in fields(Names))
PATHS: Mapping[str, Mapping[str, str]] = {
    "v1": {
        "file": "/vero_report",
        "report": "/vero_report/{vero_report_id}",
        "items": "/vero_report_items",
        "reasons": "/vero_reason_code",
    },
    "v2": {
        "file": "/report_vero_violations",
        "report": "/vero_report/{vero_report_id}",
        "items": "/vero_report_items",
        "reasons": "/vero_reason_code",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Contract:
    """One version of the API, as this desk speaks it."""

    version: str
    paths: Mapping[str, str]
    names: Names
    batch_size: int = BATCH
    grant: str = "refresh_token"

    @property
    def base_path(self) -> str:
        return f"/commerce/vero/{self.version}"


NEWEST = Contract(version="v2", paths=PATHS["v2"], names=Names())
# OpenAPI's word for the flow that a grant comes from: a refresh token is given with an authorization code.
_FLOWS = {"refresh_token": "authorizationCode", "client_credentials": "clientCredentials"}


def compared(document: Any, contract: Contract, scope: str = SCOPE) -> list[Point]:
    """What the adapter uses, held against the OpenAPI document that eBay publishes.

    Raises:
        ValueError: not an OpenAPI document, in words.
    """
    flow = _FLOWS[contract.grant]
    return compare(document, calls(contract), base_path=contract.base_path, scope=scope, flow=flow)


def calls(contract: Contract) -> tuple[Call, ...]:
    """Every call of the adapter, with all that it sends and reads: what `doctor --contract` compares."""
    names, paths = contract.names, contract.paths
    row = Field(
        names.items,
        Kind.LIST,
        parts=(
            Field(names.told_item, Kind.TEXT),
            Field(names.status, Kind.TEXT, words=frozenset(ITEM_STATUSES)),
            Field(names.why, Kind.TEXT),
        ),
    )
    report_status = Field(names.report_status, Kind.TEXT, words=frozenset(REPORT_STATUSES))
    report = (Field(names.report, Kind.TEXT), report_status)
    code = Field(names.site_codes, Kind.LIST, parts=(Field(names.code, Kind.TEXT), Field(names.brief, Kind.TEXT)))
    codes = (Field(names.codes, Kind.LIST, parts=(Field(names.site, Kind.TEXT), code)),)
    return (
        Call("POST", paths["file"], sends=(_sent(contract),), reads=report),
        Call("GET", paths["report"], asks=(names.with_items,), reads=(*report, row)),
        Call("GET", paths["items"], asks=(names.of_item, names.filter, "limit", "offset"), reads=(row,)),
        Call("GET", paths["reasons"], asks=(SITE_HEADER,), reads=codes),
    )


def _sent(contract: Contract) -> Field:
    names = contract.names
    return Field(
        names.reported,
        Kind.LIST,
        always=True,
        most=contract.batch_size,
        parts=(
            Field(names.item, Kind.TEXT, always=True),
            Field(names.reason, Kind.TEXT, always=True),
            Field(names.details, Kind.TEXT, most=MESSAGE_LIMIT),
            Field(names.copy, Kind.FLAG, always=True),
            Field(names.brand, Kind.TEXT, most=BRAND_LIMIT),
            Field(names.message, Kind.TEXT, most=MESSAGE_LIMIT),
            Field(names.patent, Kind.TEXT, most=PATENT_LIMIT),
            Field(names.countries, Kind.LIST),
        ),
    )
