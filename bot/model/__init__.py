"""The words of the desk as frozen values. Times are aware UTC; a change makes a new value."""

from __future__ import annotations

from bot.model.accuracy import Gauge, GoodFaith, Tally, Verdict
from bot.model.agencies import PROFILES, Agency, Handing, Shown
from bot.model.bulk import Bulk, BulkLine, BulkLines, BulkState, LineVerdict, lines_key
from bot.model.cases import Case, CaseState, Hold, Kept, Purchase, PurchaseState, Retention
from bot.model.circuits import Circuit, Grant
from bot.model.counting import Activity, Counted, Leading, Recent
from bot.model.custody import Erased
from bot.model.deliveries import Card, Counts, Delivery, DeliveryKind, Posted, Seen, Standing
from bot.model.digests import (
    Announcement,
    AnnouncementKind,
    CatchUp,
    Digest,
    Due,
    Figures,
    Mover,
    Occurrence,
    OccurrenceState,
    OnHoliday,
    Point,
    Rhythm,
    Rule,
    Schedule,
    ScheduleState,
    Speed,
    Waiting,
)
from bot.model.dossiers import Exhibit, Material
from bot.model.evidence import Attached, Evidence, Fetched, size_in_words
from bot.model.home import Connection, Health, Home, Queue, Tab, Work
from bot.model.moving import Archived, Intake, Reached
from bot.model.notices import (
    AT_MARKETPLACE,
    COPYRIGHT,
    FINAL,
    MESSAGE_LIMIT,
    NOTE_LIMIT,
    OPEN,
    PAGE,
    REFERENCE_LIMIT,
    RELIES_ON,
    RETRIABLE,
    SELLER_LIMIT,
    STATEMENT_LIMIT,
    TRANSITIONS,
    WHY_LIMIT,
    WITHDRAWABLE,
    Answer,
    Approval,
    Choice,
    ComeBack,
    Deadline,
    Decision,
    Declaration,
    Draft,
    Event,
    Filed,
    Law,
    Listing,
    Notice,
    Override,
    Page,
    Preview,
    Query,
    Right,
    RightKind,
    Seller,
    Sort,
    Status,
    Violation,
    Whose,
    named,
    second_person,
    seller_key,
)
from bot.model.people import SYSTEM, Actor, Clock, Person, Room, utc_now
from bot.model.portals import Box, Clocks, Lists, Pack, Portal, Term, spanned
from bot.model.privacy import Chronicle, Forgotten
from bot.model.referrals import (
    ANSWER_LIMIT,
    INITIALS_LIMIT,
    REFERRAL_STEPS,
    SUMMARY_LIMIT,
    WITH_AGENCY,
    Built,
    Referral,
    ReferralState,
)
from bot.model.register import (
    ALLOWS,
    FILING,
    AuthorisedSeller,
    Change,
    FilingDay,
    FilingPolicy,
    May,
    Pause,
    Registration,
    Role,
    RoleGrant,
    roles_in_words,
)
from bot.model.sellers import (
    Alarm,
    Brief,
    Hub,
    Identifier,
    IdentifierKind,
    Identity,
    Link,
    LinkState,
    LinkStep,
    Offender,
    Policy,
    Reach,
    Score,
    Stance,
    Strikes,
    Struck,
    Suggestion,
    identifier_key,
)

Entry = (
    Schedule
    | Occurrence
    | Announcement
    | Link
    | Identifier
    | Stance
    | Alarm
    | Circuit
    | Grant
    | RoleGrant
    | Registration
    | AuthorisedSeller
    | FilingPolicy
    | FilingDay
    | Pause
    | Change
    | Bulk
    | BulkLines
    | Agency
    | Referral
    | Case
    | Purchase
    | Hold
    | Retention
    | Forgotten
    | Intake
)
"""What the store keeps beside notices: small records found by kind and key, each version saved once."""

Record = Notice | Event | Draft | Card | Delivery | Seen | Entry
Content = Record | Archived | Reached
"""What a store holds, as it is moved to another."""

__all__ = [
    "ALLOWS",
    "ANSWER_LIMIT",
    "AT_MARKETPLACE",
    "COPYRIGHT",
    "FILING",
    "FINAL",
    "INITIALS_LIMIT",
    "MESSAGE_LIMIT",
    "NOTE_LIMIT",
    "OPEN",
    "PAGE",
    "PROFILES",
    "REFERENCE_LIMIT",
    "REFERRAL_STEPS",
    "RELIES_ON",
    "RETRIABLE",
    "SELLER_LIMIT",
    "STATEMENT_LIMIT",
    "SUMMARY_LIMIT",
    "SYSTEM",
    "TRANSITIONS",
    "WHY_LIMIT",
    "WITHDRAWABLE",
    "WITH_AGENCY",
    "Activity",
    "Actor",
    "Agency",
    "Alarm",
    "Announcement",
    "AnnouncementKind",
    "Answer",
    "Approval",
    "Archived",
    "Attached",
    "AuthorisedSeller",
    "Box",
    "Brief",
    "Built",
    "Bulk",
    "BulkLine",
    "BulkLines",
    "BulkState",
    "Card",
    "Case",
    "CaseState",
    "CatchUp",
    "Change",
    "Choice",
    "Chronicle",
    "Circuit",
    "Clock",
    "Clocks",
    "ComeBack",
    "Connection",
    "Content",
    "Counted",
    "Counts",
    "Deadline",
    "Decision",
    "Declaration",
    "Delivery",
    "DeliveryKind",
    "Digest",
    "Draft",
    "Due",
    "Entry",
    "Erased",
    "Event",
    "Evidence",
    "Exhibit",
    "Fetched",
    "Figures",
    "Filed",
    "FilingDay",
    "FilingPolicy",
    "Forgotten",
    "Gauge",
    "GoodFaith",
    "Grant",
    "Handing",
    "Health",
    "Hold",
    "Home",
    "Hub",
    "Identifier",
    "IdentifierKind",
    "Identity",
    "Intake",
    "Kept",
    "Law",
    "Leading",
    "LineVerdict",
    "Link",
    "LinkState",
    "LinkStep",
    "Listing",
    "Lists",
    "Material",
    "May",
    "Mover",
    "Notice",
    "Occurrence",
    "OccurrenceState",
    "Offender",
    "OnHoliday",
    "Override",
    "Pack",
    "Page",
    "Pause",
    "Person",
    "Point",
    "Policy",
    "Portal",
    "Posted",
    "Preview",
    "Purchase",
    "PurchaseState",
    "Query",
    "Queue",
    "Reach",
    "Reached",
    "Recent",
    "Record",
    "Referral",
    "ReferralState",
    "Registration",
    "Retention",
    "Rhythm",
    "Right",
    "RightKind",
    "Role",
    "RoleGrant",
    "Room",
    "Rule",
    "Schedule",
    "ScheduleState",
    "Score",
    "Seen",
    "Seller",
    "Shown",
    "Sort",
    "Speed",
    "Stance",
    "Standing",
    "Status",
    "Strikes",
    "Struck",
    "Suggestion",
    "Tab",
    "Tally",
    "Term",
    "Verdict",
    "Violation",
    "Waiting",
    "Whose",
    "Work",
    "identifier_key",
    "lines_key",
    "named",
    "roles_in_words",
    "second_person",
    "seller_key",
    "size_in_words",
    "spanned",
    "utc_now",
]
