"""Following every chain of custody as a store is read through, so that no notice has to be asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from bot import custody
from bot.custody import Checked, Fault
from bot.model import Archived, Change, Content, Event, Notice


@dataclass(kw_only=True)
class Chains:
    """Give it all that `Store.everything` gives, in that order, then `end`. Changes of the register stay in memory."""

    followed: int = 0
    lines: int = 0
    faults: list[Fault] = field(default_factory=list)
    _notice: Notice | None = None
    _events: list[Event] = field(default_factory=list)
    _changes: defaultdict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))

    def add(self, content: Content) -> None:
        match content:
            case Notice():
                self._turn()
                self._notice = content
            case Event():
                if self._of() not in ("", content.notice_id):
                    self._turn()
                self._events.append(content)
            case Archived():
                self._told(custody.of_notice(content.notice, content.events))
            case Change():
                self._changes[content.of].append(content)

    def end(self) -> None:
        """Follow what is left."""
        self._turn()
        for of, changes in self._changes.items():
            self._told(custody.check(of, changes))
        self._changes.clear()

    def _of(self) -> str:
        """Whose lines are being gathered."""
        if self._notice is not None:
            return self._notice.id
        return self._events[0].notice_id if self._events else ""

    def _turn(self) -> None:
        """All lines of this one have come."""
        if of := self._of():
            lost = Fault(of=of, number=0, words="the notice itself is not there")
            self._told(
                custody.of_notice(self._notice, self._events) if self._notice else custody.check(of, self._events)
            )
            self.faults += [] if self._notice else [lost]
        self._notice = None
        self._events.clear()

    def _told(self, found: Checked) -> None:
        self.followed += 1
        self.lines += found.lines
        self.faults += found.faults
