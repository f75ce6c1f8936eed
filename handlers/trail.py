"""Where a view came from: carried in its metadata, below the line that says what the view is about.

It says what to draw anew, and nothing of what anybody may do.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.blocks import Json

METADATA_LIMIT = 3000
"""Characters. Source: docs.slack.dev, views."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trail:
    """`home` is how the Home was that it all began in, as a command; `beneath` the notice whose view lies under this.

    Both are empty where there is none.
    """

    home: str = ""
    beneath: str = ""

    @property
    def below(self) -> Trail:
        """Of the view beneath."""
        return Trail(home=self.home)


def about(view: Json) -> str:
    """What a view is about: its metadata without the trail."""
    return str(view.get("private_metadata") or "").partition("\n")[0]


def trail_of(view: Json) -> Trail:
    """The trail of a Home, which begins it, or of a modal."""
    metadata = str(view.get("private_metadata") or "")
    if view.get("type") == "home":
        return Trail(home=metadata or "home")
    _, home, beneath, *_ = [*metadata.split("\n"), "", "", ""]
    return Trail(home=home, beneath=beneath)


def trailed(view: Json, trail: Trail) -> Json:
    """The view with the trail, where there is one and it fits."""
    own = str(view.get("private_metadata") or "")
    whole = f"{own}\n{trail.home}\n{trail.beneath}"
    if trail == Trail() or "\n" in own or len(whole) > METADATA_LIMIT:
        return view
    return {**view, "private_metadata": whole}
