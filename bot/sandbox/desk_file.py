"""The desk file the sandbox starts with."""

MELI_CLIENT = "1234567890123456"


def more_marketplaces(mercado_libre: str) -> str:
    """More of the desk file, for looking around: Mercado Libre at an address, and a portal that people file in;
    with rights that hold where they sell.

    It names the secrets `MELI_SECRET` and `MELI_REFRESH`.
    """
    return f"""
[marketplaces.mercadolibre]
adapter = "mercadolibre"
name = "Mercado Libre"
base_url = "{mercado_libre}"
client_id = "{MELI_CLIENT}"
client_secret_env = "MELI_SECRET"
refresh_token_env = "MELI_REFRESH"
requests_per_second = 20
poll_seconds = 1
recheck_seconds = 5

[marketplaces.taobao]
adapter = "portal"
name = "Taobao"
portal_url = "https://ipp.alibabagroup.com"
lot_size = 300
fields = [
    {{ label = "Platform", text = "Taobao" }},
    {{ label = "IPR registration number", from = "right.registration_no" }},
    {{ label = "Explanation", from = "statement" }},
]
clocks = {{ decision = "15 days", counter_notice = "3 business days", country = "CN" }}
advice = "The right has to be registered there first."

[rights.NORDLICHT-CN]
kind = "trademark"
title = "NORDLICHT"
registration_no = "61234567"
office = "CNIPA"
jurisdictions = ["CN"]
owner = "Nordlicht Outdoor GmbH"
expires_on = 2034-02-28

[rights.NORDLICHT-BR]
kind = "trademark"
title = "NORDLICHT"
registration_no = "924567890"
office = "INPI"
jurisdictions = ["BR"]
owner = "Nordlicht Outdoor GmbH"
expires_on = 2033-09-30
"""


def desk_file_text(base_url: str) -> str:
    """A desk file for the sandbox: one marketplace at `base_url`, and an invented brand's rights, one expired.

    It names the secrets `ACME_TOKEN` and `ACME_PUSH_SECRET`.
    """
    return f"""\
[marketplaces.acme]
adapter = "rest"
name = "Acme Market"
base_url = "{base_url}"
token_env = "ACME_TOKEN"
hosts = ["acme.example"]
listing_pattern = '/item/(?P<listing>[0-9]+)'
requests_per_second = 20
poll_seconds = 1
recheck_seconds = 5
push_secret_env = "ACME_PUSH_SECRET"
territory = ["DE"]

[offenders]
threshold = 3

[strikes.acme]
limit = 5
counts = ["counterfeit"]
window_days = 365
consequence = "closes the shop"

[rights.NORDLICHT-EU]
kind = "trademark"
title = "NORDLICHT"
registration_no = "018123456"
office = "EUIPO"
jurisdictions = ["EU"]
owner = "Nordlicht Outdoor GmbH"
expires_on = 2035-06-30

[rights.NORDLICHT-PHOTO]
kind = "copyright"
title = "Nordlicht catalogue photographs 2026"
jurisdictions = ["WO"]
owner = "Nordlicht Outdoor GmbH"

[rights.NORDLICHT-OLD]
kind = "trademark"
title = "NORDLICHT CLASSIC"
registration_no = "002765432"
office = "EUIPO"
jurisdictions = ["EU"]
owner = "Nordlicht Outdoor GmbH"
expires_on = 2021-03-31
"""
