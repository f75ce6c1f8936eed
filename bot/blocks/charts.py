"""Charts: Slack's own, and the same drawn in characters where Slack will not have them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from bot.blocks import Json, cut
from bot.blocks.tables import one_line

POINTS = 20
"""Points of a series. Source: docs.slack.dev, data visualization block."""
_LABEL_LIMIT = 20
_TITLE_LIMIT = 50
_FEW = 8
"""Up to so many stretches of time stand side by side as bars; more are a line."""
_CELLS = 10
"""Characters of a drawn bar: with number and label it fits a line on a phone, about 36 columns."""
_NAME_COLUMNS = 20


class Charts(Enum):
    """How charts are shown: Slack's block, characters, or (with nothing else drawn either) not at all."""

    NATIVE = auto()
    DRAWN = auto()
    NONE = auto()


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Numbers along labels. Labels and the names of series are unique; each series has one value a label."""

    title: str
    labels: tuple[str, ...]
    series: tuple[tuple[str, tuple[int, ...]], ...]
    kind: Literal["time", "ranking"] = "time"

    @property
    def empty(self) -> bool:
        """Nothing would be seen."""
        return not any(value for _, values in self.series for value in values)


def ranking(title: str, name: str, ranked: Sequence[tuple[str, int]]) -> Chart:
    """A chart of the first few of a list; the rank keeps the labels apart."""
    shown = ranked[:10]
    labels = tuple(f"{rank}. {one_line(label)}" for rank, (label, _) in enumerate(shown, 1))
    return Chart(title=title, labels=labels, series=((name, tuple(value for _, value in shown)),), kind="ranking")


def drawn(chart: Chart, charts: Charts) -> list[Json]:
    """The chart as a block; none where there is nothing to see."""
    if chart.empty or charts is Charts.NONE:
        return []
    return [_native(chart) if charts is Charts.NATIVE else _in_characters(chart)]


def _native(chart: Chart) -> Json:
    labels = [cut(label, _LABEL_LIMIT) for label in chart.labels[-POINTS:]]
    series = [
        {
            "name": cut(name, _LABEL_LIMIT),
            "data": [{"label": label, "value": value} for label, value in zip(labels, values[-POINTS:], strict=True)],
        }
        for name, values in chart.series
    ]
    kind = "line" if chart.kind == "time" and len(labels) > _FEW else "bar"
    shown = {"type": kind, "series": series, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": cut(chart.title, _TITLE_LIMIT), "chart": shown}


def _in_characters(chart: Chart) -> Json:
    """Bars in a column of one width whatever the font, because filled and empty cells are drawn alike."""
    lines = _ranked_lines(chart) if chart.kind == "ranking" else _timed_lines(chart)
    code = {"type": "text", "text": "\n".join((cut(chart.title, _TITLE_LIMIT), *lines))}
    return {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [code]}]}


def _ranked_lines(chart: Chart) -> Iterator[str]:
    """Number and bar first: people's names come last, since no two fonts agree how wide they are."""
    values = chart.series[0][1]
    for label, value in zip(chart.labels, values, strict=True):
        yield f"{value:>{_digits(chart)}} {_bar(value, chart)} {_narrow(label)}"


def _timed_lines(chart: Chart) -> Iterator[str]:
    longest = max(map(len, chart.labels))
    names = max(len(name) for name, _ in chart.series)
    for at, label in enumerate(chart.labels):
        for number, (name, values) in enumerate(chart.series):
            said = label if number == 0 else ""
            figure = f"{values[at]:>{_digits(chart)}}"
            yield f"{said:<{longest}} {name.casefold():<{names}} {figure} {_bar(values[at], chart)}"


def _bar(value: int, chart: Chart) -> str:
    most = max(one for _, values in chart.series for one in values)
    # What there is of something is seen, however little.
    filled = max(1, round(_CELLS * value / most)) if value > 0 else 0
    return "█" * filled + "░" * (_CELLS - filled)


def _narrow(label: str) -> str:
    """At most so many columns, of which Chinese, Japanese and Korean letters take two."""
    taken = 0
    for at, letter in enumerate(label):
        taken += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken > _NAME_COLUMNS:
            return f"{label[: max(0, at - 1)]}…"
    return label


def _digits(chart: Chart) -> int:
    return max(len(str(value)) for _, values in chart.series for value in values)
