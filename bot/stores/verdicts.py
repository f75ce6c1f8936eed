"""What marketplaces decided, by day: kept as notices change, so that a preview adds up days and reads no notice."""

from __future__ import annotations

from datetime import UTC, date

from bot.model import Brief, Tally, Verdict


class Verdicts:
    """Counts by marketplace, verdict and day (UTC). A day with nothing left on it is forgotten."""

    def __init__(self) -> None:
        self._days: dict[tuple[str, Verdict], dict[date, int]] = {}

    def add(self, brief: Brief) -> None:
        self._count(brief, 1)

    def take(self, brief: Brief) -> None:
        """Undo `add` of the same."""
        self._count(brief, -1)

    def since(self, marketplace: str, day: date) -> Tally:
        """What was decided on that day or later."""

        def counted(verdict: Verdict) -> int:
            return sum(count for on, count in self._days.get((marketplace, verdict), {}).items() if on >= day)

        return Tally(
            upheld=counted(Verdict.UPHELD),
            rejected=counted(Verdict.REJECTED),
            reinstated=counted(Verdict.REINSTATED),
        )

    def _count(self, brief: Brief, by: int) -> None:
        verdict = brief.verdict
        if verdict is None:
            return
        days = self._days.setdefault((brief.marketplace, verdict), {})
        on = brief.judged_at.astimezone(UTC).date()
        days[on] = days.get(on, 0) + by
        if not days[on]:
            del days[on]
