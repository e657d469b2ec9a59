from talents.models.contact import ContactMessage, ContactRequest
from talents.models.event import Booth, RecruitEvent, Registration, Talk
from talents.models.internship import (
    Agreement,
    Attendance,
    ClaimedMonth,
    Place,
    PlaceApplication,
    Retention,
    School,
    SubsidyClaim,
    TraineeshipBase,
)
from talents.models.profile import BlockedUnit, Consent, Look, Profile, Proof
from talents.models.search import PoolChange, PoolEntry, PoolText, SavedSearch, Shortlist, ShortlistEntry
from talents.models.units import Authority, UnitCheck, UnitToken, UnitUse
from talents.models.vacancy import Vacancy, VacancyEvent

__all__ = [
    "Agreement",
    "Attendance",
    "Authority",
    "BlockedUnit",
    "Booth",
    "ClaimedMonth",
    "Consent",
    "ContactMessage",
    "ContactRequest",
    "Look",
    "Place",
    "PlaceApplication",
    "PoolChange",
    "PoolEntry",
    "PoolText",
    "Profile",
    "Proof",
    "RecruitEvent",
    "Registration",
    "Retention",
    "SavedSearch",
    "School",
    "Shortlist",
    "ShortlistEntry",
    "SubsidyClaim",
    "Talk",
    "TraineeshipBase",
    "UnitCheck",
    "UnitToken",
    "UnitUse",
    "Vacancy",
    "VacancyEvent",
]
