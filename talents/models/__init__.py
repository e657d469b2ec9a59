from talents.models.contact import ContactMessage, ContactRequest
from talents.models.profile import BlockedUnit, Consent, Look, Profile, Proof
from talents.models.search import PoolChange, PoolEntry, PoolText, SavedSearch, Shortlist, ShortlistEntry
from talents.models.units import Authority, UnitCheck, UnitToken, UnitUse
from talents.models.vacancy import Vacancy, VacancyEvent

__all__ = [
    "Authority",
    "BlockedUnit",
    "Consent",
    "ContactMessage",
    "ContactRequest",
    "Look",
    "PoolChange",
    "PoolEntry",
    "PoolText",
    "Profile",
    "Proof",
    "SavedSearch",
    "Shortlist",
    "ShortlistEntry",
    "UnitCheck",
    "UnitToken",
    "UnitUse",
    "Vacancy",
    "VacancyEvent",
]
