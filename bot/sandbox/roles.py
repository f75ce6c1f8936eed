"""Who is what in the pretend workspace, and what needs a second person: put into the register before the desk opens."""

from __future__ import annotations

from datetime import datetime

from bot.model import SYSTEM, FilingPolicy, Role, RoleGrant, Violation
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


APPROVERS_ROOM = "C0LEGAL"


async def set_rules(store: Store, now: datetime) -> None:
    """What is about photographs or patents, or more than ten at once, waits for an approver in #legal."""
    rules = FilingPolicy(
        version=1,
        by=SYSTEM,
        at=now,
        violations=(Violation.COPYRIGHT_IMAGE, Violation.PATENT),
        batch_over=10,
        approvers_channel=APPROVERS_ROOM,
    )
    await store.save(rules)
