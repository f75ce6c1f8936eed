"""Who is what in the pretend workspace, put into the register before the desk opens: nobody starts out as anything."""

from __future__ import annotations

from datetime import datetime

from bot.model import SYSTEM, Role, RoleGrant
from bot.stores import Store

ROLES = {
    "U0ANN": (Role.ANALYST,),
    "U0BO": (Role.APPROVER, Role.ANALYST),
    "U0MIA": (Role.VIEWER,),
}
"""Besides Ada, whom the settings name."""


async def give_roles(store: Store, now: datetime) -> None:
    """Give everybody their role."""
    grants = (RoleGrant(holder=who, version=1, roles=roles, by=SYSTEM, at=now) for who, roles in ROLES.items())
    await store.save(*grants)
