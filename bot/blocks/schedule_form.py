"""The form of a schedule, made with `slackblocks`. Each input's action id is its block id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import time

import slackblocks as sb

from bot.blocks import Json, Name, cut, right_title
from bot.blocks.tables import one_line
from bot.model import CatchUp, OnHoliday, Rhythm, Right, Rule, Schedule

_WINDOWS = (1, 7, 14, 30, 60, 90, 180, 365)
_THRESHOLDS = (1, 100)
_OPTIONS = 100
_OPTION_LIMIT = 75
_VALUE_LIMIT = 150
_CRON_LIMIT = 200
_TZ_LIMIT = 64
_COUNTRY_LIMIT = 60
_RHYTHMS = {
    Rhythm.DAILY: "Every day",
    Rhythm.WORKDAYS: "Every working day (Monday to Friday)",
    Rhythm.WEEKLY: "Every week, on the days below",
    Rhythm.MONTHLY: "Every month, on the day below",
    Rhythm.CRON: "As the cron expression below says",
}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ON_HOLIDAY = {
    OnHoliday.POST: "Post all the same",
    OnHoliday.SKIP: "Leave it out",
    OnHoliday.SHIFT: "Post on the next working day",
}
_CATCH_UP = {
    CatchUp.LATEST: "Post the latest one only",
    CatchUp.ALL: "Post every one of them",
    CatchUp.NONE: "Post none of them",
}
_QUIET = {
    "quiet_when_empty": "Stay quiet when nothing happened",
    "only_on_change": "Post only when the figures changed",
}


def form(
    schedule: Schedule | None,
    *,
    tz: str,
    rights: Iterable[Right],
    marketplaces: Sequence[str],
    name: Name,
    channel: str,
    holidays: Sequence[tuple[str, str]],
    window_days: int = 30,
    threshold: int = 3,
) -> Json:
    """The form, filled from the schedule to be changed, or with what most people want.

    `tz` and `channel` are where the admin is; `holidays` pairs a country's code with its name; `window_days` and
    `threshold` are for a new one. Metadata: the schedule's id and version, none for a new one.
    """
    rule = schedule.rule if schedule else Rule(rhythm=Rhythm.WEEKLY, tz=tz, weekdays=(0,))
    view: Json = sb.ModalView(
        title=cut(f"Change {schedule.id}", 24) if schedule else "New digest",
        blocks=[
            _channel(schedule.channel if schedule else channel),
            *_when(rule),
            *_what(schedule.window_days if schedule else window_days, schedule.threshold if schedule else threshold),
            *_filters(schedule, rights, marketplaces, name),
            *_holidays(rule, dict(holidays)),
            *_habits(schedule),
        ],
        submit="Save",
        close="Cancel",
        callback_id="digests.form",
        private_metadata=f"{schedule.id} {schedule.version}" if schedule else "",
    ).to_dict()
    return view


def _channel(channel: str) -> sb.Block:
    menu = sb.ConversationSelectMenu(
        "channel",
        initial_conversation=channel or None,
        default_to_current_conversation=not channel,
        filter=sb.ConversationFilter(include=["public", "private"]),
        placeholder=_plain("Choose a channel"),
    )
    return _input("channel", "Channel", menu, hint="I have to be a member: /invite me there.")


def _when(rule: Rule) -> list[sb.Block]:
    days = {str(number): day for number, day in enumerate(_WEEKDAYS)}
    chosen = [str(day) for day in rule.weekdays]
    cron = sb.PlainTextInput(
        "cron", initial_value=rule.cron or None, max_length=_CRON_LIMIT, placeholder=_plain("0 9 * * mon-fri")
    )
    every_week, every_month = _several("weekdays", days, chosen), _select("day", _month_days(), _month_day(rule))
    on_the_clock = "On the clock of the zone below. Does not count for a cron expression, which has its own."
    by_cron = "Counts for a cron expression only. Weekdays by name, such as mon-fri."
    zone = sb.PlainTextInput("tz", initial_value=rule.tz or None, max_length=_TZ_LIMIT)
    return [
        _input("rhythm", "How often", _select("rhythm", _words(_RHYTHMS), str(rule.rhythm))),
        _input("at", "At", sb.TimePicker("at", initial_time=_clock(rule.at)), hint=on_the_clock),
        _input("weekdays", "Days, for every week", every_week, optional=True, hint="Counts for every week only."),
        _input("day", "Day, for every month", every_month, optional=True, hint="Counts for every month only."),
        _input("cron", "Cron expression", cron, optional=True, hint=by_cron),
        _input("tz", "Time zone", zone, hint="A city, such as Europe/Berlin."),
    ]


def _what(window: int, least: int) -> list[sb.Block]:
    windows = {str(days): "1 day" if days == 1 else f"{days} days" for days in sorted({*_WINDOWS, window})}
    low, high = _THRESHOLDS
    threshold = sb.NumberInput(
        is_decimal_allowed=False,
        action_id="threshold",
        initial_value=str(least),
        min_value=low,
        max_value=high,
    )
    counts = "Upheld notices in the window that make a seller a repeat offender."
    return [
        _input("window", "Looks back", _select("window", windows, str(window))),
        _input("threshold", "Repeat offender from", threshold, hint=counts),
    ]


def _filters(
    schedule: Schedule | None, rights: Iterable[Right], marketplaces: Sequence[str], name: Name
) -> list[sb.Block]:
    """Menus of what there is to choose from; none where there is nothing, or what is chosen has no room in one."""
    own_rights, own_marketplaces = (schedule.rights, schedule.marketplaces) if schedule else ((), ())
    titles = {right.key: right_title(right) for right in sorted(rights, key=lambda right: right.key)}
    names = {key: name(key) for key in marketplaces}
    asked = [
        ("rights", "Only these rights", _first(own_rights, titles), own_rights),
        ("marketplaces", "Only these marketplaces", _first(own_marketplaces, names), own_marketplaces),
    ]
    return [
        _input(block_id, label, _several(block_id, options, chosen), optional=True, hint="Empty means all.")
        for block_id, label, options, chosen in asked
        if options and set(chosen) <= set(_options(options))
    ]


def _first(chosen: Iterable[str], titles: Mapping[str, str]) -> dict[str, str]:
    """What is chosen before the rest, which may be cut, whether or not the desk still has it."""
    return {**{key: titles.get(key, key) for key in chosen}, **titles}


def _holidays(rule: Rule, countries: Mapping[str, str]) -> list[sb.Block]:
    now = f" {rule.holidays} is {countries[rule.holidays]}." if rule.holidays in countries else ""
    country = sb.PlainTextInput(
        "holidays", initial_value=rule.holidays or None, max_length=_COUNTRY_LIMIT, placeholder=_plain("DE")
    )
    hint = f"A country's code or name. Empty: holidays make no difference.{now}"
    # Who names a country wants its holidays kept.
    on_holiday = str(rule.on_holiday if rule.holidays else OnHoliday.SKIP)
    return [
        _input("holidays", "Public holidays of", country, optional=True, hint=hint),
        _input("on_holiday", "On a holiday", _select("on_holiday", _words(_ON_HOLIDAY), on_holiday)),
    ]


def _habits(schedule: Schedule | None) -> list[sb.Block]:
    options = {value: sb.Option(_plain(words), value) for value, words in _QUIET.items()}
    ticked = [option for value, option in options.items() if schedule and getattr(schedule, value)]
    quiet = sb.CheckboxGroup("quiet", list(options.values()), initial_options=ticked or None)
    catch_up = str(schedule.catch_up if schedule else CatchUp.LATEST)
    return [
        _input("quiet", "When to stay quiet", quiet, optional=True),
        _input("catch_up", "Those missed while I was not running", _select("catch_up", _words(_CATCH_UP), catch_up)),
    ]


def _month_days() -> dict[str, str]:
    return {**{str(day): str(day) for day in range(1, 32)}, "last": "The last day"}


def _month_day(rule: Rule) -> str:
    return "last" if rule.day == -1 else str(rule.day)


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _words(titles: Mapping[Rhythm, str] | Mapping[OnHoliday, str] | Mapping[CatchUp, str]) -> dict[str, str]:
    return {str(value): words for value, words in titles.items()}


def _select(action_id: str, titles: Mapping[str, str], chosen: str) -> sb.StaticSelectMenu:
    options = _options(titles)
    return sb.StaticSelectMenu(action_id, list(options.values()), initial_option=options.get(chosen))


def _several(action_id: str, titles: Mapping[str, str], chosen: Iterable[str]) -> sb.StaticMultiSelectMenu:
    options = _options(titles)
    picked = [options[value] for value in dict.fromkeys(chosen) if value in options]
    return sb.StaticMultiSelectMenu(
        action_id, list(options.values()), initial_options=picked or None, placeholder=_plain("Choose")
    )


def _options(titles: Mapping[str, str]) -> dict[str, sb.Option]:
    known = [(value, words) for value, words in titles.items() if 0 < len(value) <= _VALUE_LIMIT]
    return {value: sb.Option(_plain(one_line(words, _OPTION_LIMIT)), value) for value, words in known[:_OPTIONS]}


def _input(block_id: str, label: str, element: sb.Element, *, optional: bool = False, hint: str = "") -> sb.InputBlock:
    return sb.InputBlock(
        _plain(label), element, block_id=block_id, optional=optional, hint=_plain(hint) if hint else None
    )


def _plain(text: str) -> sb.Text:
    return sb.Text(text, type_=sb.TextType.PLAINTEXT)
