"""The office at work: queue, case on the desk, and the lists beside them."""

from applications.admin.case import CaseAdmin
from applications.admin.conversation import PhraseAdmin
from applications.admin.intake import PowerOfAttorneyAdmin
from applications.admin.others import DeferralBanAdmin
from applications.admin.ratings import RatingAdmin
from applications.admin.unit_batches import UnitBatchAdmin

__all__ = ["CaseAdmin", "DeferralBanAdmin", "PhraseAdmin", "PowerOfAttorneyAdmin", "RatingAdmin", "UnitBatchAdmin"]
