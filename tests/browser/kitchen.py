"""One of everything: blocks and forms for the tests of the page."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, **more: Any) -> Json:
    return {"text": plain(text), "value": text.lower(), **more}


def button(action_id: str, text: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain(text), **more}


def question(block_id: str, label: str, element: Json, *, optional: bool = True, **more: Any) -> Json:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "optional": optional,
        "element": {"action_id": "v", **element},
        **more,
    }


CONFIRM = {
    "title": plain("Withdraw TD-1?"),
    "text": mrkdwn("This takes *TD-1* back."),
    "confirm": plain("Withdraw"),
    "deny": plain("Keep it"),
    "style": "danger",
}
WORDS = (
    "*bold* _slanted_ ~gone~ `a <b>` 5 &lt; 6 &amp;lt; <https://acme.example/a|a label> <@U0BO> <#C0BRAND> "
    ":white_check_mark: :no_such_emoji: <!date^1700000000^{date_long}|14 November 2023 UTC>\n```as *typed*```"
)
TEXTS: list[Json] = [
    {"type": "header", "text": plain("TD-1 at Acme Market :package:")},
    {
        "type": "section",
        "text": mrkdwn(WORDS),
        "accessory": {"type": "overflow", "action_id": "more", "options": [option("Details"), option("Export")]},
    },
    {"type": "section", "fields": [mrkdwn("*Status*\nIn review"), mrkdwn("*Right*\nNORDLICHT-EU")]},
    {"type": "divider"},
    {"type": "context", "elements": [mrkdwn("Filed by <@U0ANN>")]},
    {"type": "image", "image_url": "https://acme.example/a.png", "alt_text": "A lamp that is not ours"},
    {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [
                    {"type": "text", "text": "Strong <i>", "style": {"bold": True}},
                    {"type": "user", "user_id": "U0BO"},
                    {"type": "channel", "channel_id": "C0BRAND"},
                    {"type": "emoji", "name": "tada"},
                    {"type": "link", "url": "https://acme.example/b", "text": "rich link"},
                    {"type": "date", "timestamp": 1700000000, "format": "{date_long}", "fallback": "then"},
                ],
            },
            {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one point"}]}],
            },
            {"type": "rich_text_quote", "elements": [{"type": "text", "text": "as they said"}]},
            {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "as it was"}]},
        ],
    },
    {
        "type": "actions",
        "block_id": "controls",
        "elements": [
            button("withdraw", "Withdraw TD-1", style="danger", confirm=CONFIRM),
            {
                "type": "static_select",
                "action_id": "choose",
                "placeholder": plain("Priority"),
                "options": [option("High")],
            },
            {"type": "datepicker", "action_id": "seen"},
            {"type": "users_select", "action_id": "hand_over", "placeholder": plain("Hand over to")},
        ],
    },
]
MARKDOWN: list[Json] = [{"type": "markdown", "text": "**heavy** words"}]
_ROWS = [
    [{"type": "raw_text", "text": "Marketplace"}, {"type": "raw_text", "text": "Notices"}],
    [{"type": "raw_text", "text": "Acme Market"}, {"type": "raw_text", "text": "12"}],
]
TABLE: list[Json] = [{"type": "table", "rows": _ROWS}]
_WEEKS = {"categories": ["W46", "W47"]}
_SERIES = [{"name": "Filed", "data": [{"label": "W46", "value": 12}, {"label": "W47", "value": 9}]}]


def _chart(title: str, chart: Json) -> Json:
    return {"type": "data_visualization", "title": title, "chart": chart}


CHARTS: list[Json] = [
    _chart("Per week", {"type": "bar", "series": _SERIES, "axis_config": _WEEKS}),
    _chart("Trend", {"type": "line", "series": _SERIES, "axis_config": _WEEKS}),
]
PIE: list[Json] = [
    _chart("By place", {"type": "pie", "segments": [{"label": "Acme", "value": 5}, {"label": "Bazaar", "value": 2}]})
]


_MARKETS = ("Acme Market", "Bazaar", "Shopwell", "Agora")


def _series(name: str, labels: list[str], values: list[int]) -> Json:
    return {
        "name": name,
        "data": [{"label": label, "value": value} for label, value in zip(labels, values, strict=True)],
    }


def _offender(rank: int) -> list[Json]:
    """A row of the table of repeat offenders."""
    name = f"Shenzhen Brilliant Lighting Trading Co. No. {rank}" if rank % 3 == 1 else f"lamp-outlet-{rank}"
    cells = [str(rank), name, ", ".join(_MARKETS[: 1 + rank % 4]), str(40 - 3 * rank), f"{'▲▼='[rank % 3]} {rank}"]
    return [
        {"type": "raw_text", "text": cell} for cell in [*cells, "new" if rank % 4 == 0 else "–", f"{90 - 4 * rank}"]
    ]


_HEADS = ("#", "Seller", "Marketplaces", "Upheld in 90 days", "Trend", "New", "Score")
_DAYS = [f"{day:02} Nov" for day in range(9, 23)]
_SELLERS = [row[1]["text"][:20] for row in map(_offender, range(1, 11))]
_DRAWN = "Filed    ▁▂▅▇▅▂▁ 142\nRemoved  ▁▁▃▅▇▃▂ 117\n" + "\n".join(
    f"seller-{rank:<3} {'█' * (18 - rank)} {40 - 3 * rank}" for rank in range(1, 6)
)
DIGEST: list[Json] = [
    {"type": "header", "text": plain("Repeat offenders in Brand protection · 16 to 22 November 2026")},
    {
        "type": "section",
        "fields": [
            mrkdwn("*Filed*\n142  ▲ 18 since last week"),
            mrkdwn("*Removed*\n117  ▲ 9"),
            mrkdwn("*Rejected*\n12  ▼ 3"),
            mrkdwn("*Waiting*\n31, the oldest for 9 days"),
            mrkdwn("*Time to removal*\nmedian 19 h · 90 % within 3 d 4 h"),
            mrkdwn("*Waits for us*\n4 answers, 2 approvals"),
        ],
    },
    _chart(
        "Filed and removed a day",
        {
            "type": "line",
            "series": [
                _series("Filed", _DAYS, [12, 9, 14, 20, 31, 8, 3, 22, 25, 19, 24, 30, 12, 10]),
                _series("Removed", _DAYS, [8, 9, 10, 12, 22, 15, 2, 11, 20, 18, 21, 25, 11, 9]),
            ],
            "axis_config": {"categories": _DAYS, "x_label": "Day", "y_label": "Notices"},
        },
    ),
    _chart(
        "Upheld notices of the ten worst",
        {
            "type": "bar",
            "series": [_series("Upheld", _SELLERS, [40 - 3 * rank for rank in range(1, 11)])],
            "axis_config": {"categories": _SELLERS, "x_label": "Seller", "y_label": "Upheld"},
        },
    ),
    {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": head} for head in _HEADS], *map(_offender, range(1, 11))],
        "column_settings": [
            {"align": "right"},
            {"is_wrapped": True},
            {"is_wrapped": True},
            {"align": "right"},
            {},
            {},
            {"align": "right"},
        ],
    },
    {
        "type": "rich_text",
        "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": _DRAWN}]}],
    },
    {
        "type": "actions",
        "block_id": "digest",
        "elements": [
            {
                "type": "static_select",
                "action_id": "offender",
                "placeholder": plain("Show offender…"),
                "options": [option(name) for name in _SELLERS],
            },
            button("open_full", "Open in full"),
            button("settings", "Settings"),
        ],
    },
    {"type": "context", "elements": [mrkdwn("Set up by <@U0ADA> · every Monday at 09:00, Berlin time")]},
]
"""Shaped like the desk's weekly digest, at its widest."""
OTHER_CHARTS: list[Json] = [
    _chart(
        "By marketplace",
        {
            "type": "area",
            "series": [
                _series(name, ["W44", "W45", "W46", "W47"], [1000 * at + 9, 12500, 700 * at, 9000])
                for at, name in enumerate(_MARKETS)
            ],
            "axis_config": {"categories": ["W44", "W45", "W46", "W47"], "y_label": "Notices"},
        },
    ),
    _chart(
        "Why",
        {
            "type": "pie",
            "segments": [{"label": why, "value": 30 - 8 * at} for at, why in enumerate(("Copy", "Mark", "Patent"))],
        },
    ),
]


def kitchen(word: str) -> list[list[Json]]:
    """The messages for `texts`, `table`, `charts` or `digest`; for any other word, all of them."""
    parts = {"texts": [TEXTS, MARKDOWN], "table": [TABLE], "charts": [CHARTS, PIE], "digest": [DIGEST, OTHER_CHARTS]}
    return parts.get(word) or [blocks for part in parts.values() for blocks in part]


ROOM = {
    "type": "conversations_select",
    "default_to_current_conversation": True,
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}
FORM: Json = {
    "type": "modal",
    "callback_id": "form",
    "notify_on_close": True,
    "title": plain("File a takedown"),
    "submit": plain("Preview"),
    "close": plain("Cancel"),
    "blocks": [
        {"type": "actions", "block_id": "top", "elements": [button("shift", "Add a line")]},
        question(
            "listings",
            "Addresses",
            {"type": "plain_text_input", "multiline": True},
            optional=False,
            hint=plain("One a line"),
        ),
        question(
            "violation",
            "Violation",
            {"type": "static_select", "options": [option("Counterfeit"), option("Copyright")]},
            optional=False,
        ),
        question("places", "Places", {"type": "multi_static_select", "options": [option("Acme"), option("Bazaar")]}),
        question("faith", "Declaration", {"type": "checkboxes", "options": [option("In good faith")]}, optional=False),
        question("sure", "How sure", {"type": "radio_buttons", "options": [option("Very"), option("Rather")]}),
        question("seen", "Seen on", {"type": "datepicker"}),
        question("colleague", "Colleague", {"type": "users_select"}),
        question("room", "Channel", ROOM),
        question("at", "At what time", {"type": "timepicker", "initial_time": "09:00"}),
        question("shop", "Shop address", {"type": "url_text_input"}),
        question("mail", "Contact", {"type": "email_text_input"}),
        question("count", "How many", {"type": "number_input", "is_decimal_allowed": False}),
        question("proof", "Evidence", {"type": "file_input"}),
    ],
}
SECOND_FORM: Json = {
    "type": "modal",
    "callback_id": "second",
    "title": plain("One thing more"),
    "submit": plain("Done"),
    "blocks": [question("why", "Why", {"type": "plain_text_input"})],
}
HOME: Json = {
    "type": "home",
    "blocks": [
        {"type": "header", "text": plain("Your desk")},
        {"type": "section", "text": mrkdwn("Nothing waits for *you*.")},
        {"type": "actions", "elements": [button("more", "Refresh")]},
    ],
}
