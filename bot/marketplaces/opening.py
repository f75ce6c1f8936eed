"""From the desk file to marketplaces that can be spoken to. A new adapter is one file and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from bot.errors import Misconfigured
from bot.marketplaces import Capabilities, Marketplace
from bot.marketplaces.http import Client, Wire, one_at_a_time
from bot.marketplaces.rest import RestMarketplace
from bot.model import Clock, utc_now
from config.desk_tables import MarketplaceConfig

Factory = Callable[[MarketplaceConfig, Wire], Marketplace]


def open_marketplaces(
    configs: Iterable[MarketplaceConfig], client: Client, clock: Clock = utc_now
) -> dict[str, Marketplace]:
    """The marketplaces by key, each with its own pace and token over the shared client. Nothing is called yet.

    Raises:
        Misconfigured: an adapter is unknown.
    """
    return {config.key: _open(config, client, clock) for config in configs}


def _open(config: MarketplaceConfig, client: Client, clock: Clock) -> Marketplace:
    factory = MARKETPLACES.get(config.adapter)
    if factory is None:
        known = ", ".join(sorted(MARKETPLACES))
        raise Misconfigured(f"[marketplaces.{config.key}] adapter must be one of {known}, not {config.adapter}.")
    wire = Wire(
        name=config.name,
        client=client,
        limiter=one_at_a_time(config.requests_per_second),
        timeout=config.timeout_seconds,
        token=config.token.get_secret_value(),
        clock=clock,
    )
    return factory(config, wire)


def _rest(config: MarketplaceConfig, wire: Wire) -> RestMarketplace:
    return RestMarketplace(
        key=config.key,
        name=config.name,
        base_url=config.base_url,
        capabilities=Capabilities(
            read_back=True,
            withdraw=True,
            violations=config.violations,
            poll_seconds=config.poll_seconds,
            recheck_seconds=config.recheck_seconds,
            requests_per_second=config.requests_per_second,
        ),
        wire=wire,
        push_secret=config.push_secret.get_secret_value() if config.push_secret else "",
    )


MARKETPLACES: Mapping[str, Factory] = {"rest": _rest}
