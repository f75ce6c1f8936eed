"""Tokens that marketplaces renew, kept in the store and sealed with a secret that is only in the environment."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field, replace

from cryptography.fernet import Fernet, InvalidToken
from pydantic import TypeAdapter, ValidationError

from bot.marketplaces.oauth import Tokens
from bot.model import Clock, Grant
from bot.stores import Store

_TOKENS = TypeAdapter(Tokens)


@dataclass(frozen=True)
class StoreVault:
    """A `bot.marketplaces.oauth.Vault`. `secret` opens what it sealed; with another one it starts empty."""

    store: Store
    clock: Clock
    secret: str = field(repr=False)

    async def load(self, name: str) -> Tokens | None:
        kept = await self.store.entry(Grant, name)
        if kept is None:
            return None
        try:
            tokens = _TOKENS.validate_json(self._seal().decrypt(kept.sealed.encode()))
        except (InvalidToken, ValidationError):
            tokens = Tokens()  # sealed with a secret that has been changed since: connect anew
        return replace(tokens, version=kept.version)

    async def save(self, name: str, tokens: Tokens) -> None:
        sealed = self._seal().encrypt(_TOKENS.dump_json(tokens)).decode()
        await self.store.save(
            Grant(name=name, version=tokens.version, sealed=sealed, at=self.clock(), trouble=tokens.trouble)
        )

    def _seal(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"takedown-desk vault:{self.secret}".encode()).digest()))
