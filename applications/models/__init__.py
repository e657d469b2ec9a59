"""The case and everything that belongs to one; start with `case.py`."""

from applications.models.batches import UnitBatch, UnitBatchFile, UnitBatchRow
from applications.models.case import (
    STAFF_ROLES_ON_CASES,
    Case,
    CaseEvent,
    CaseNumberCounter,
    CaseQuerySet,
    ChainAnchor,
    Clock,
    ClockInterval,
    new_public_id,
    own_scope,
    staff_scope,
)
from applications.models.conversation import CaseMessage, CaseNote, MessageFile, Phrase, Viewing
from applications.models.decisions import ApprovalRequest, Decision, Paper, PaperCounter, Recusal
from applications.models.deferral import CommitmentBreach, DeferralBan, DeferralCommitment, DeferredMaterial
from applications.models.desk import BatchAct, BatchCase, Cover, SavedView
from applications.models.materials import (
    Correction,
    CorrectionPoint,
    FurtherRequest,
    Material,
    MaterialFile,
    PowerOfAttorney,
    WalletItem,
)
from applications.models.privacy import DataExport
from applications.models.procedures import (
    CommitmentCheck,
    DeferralExtension,
    Extension,
    Pledge,
    Revocation,
    SpecialProcedure,
)
from applications.models.ratings import Rating, RatingToken, Rectification

__all__ = [
    "STAFF_ROLES_ON_CASES",
    "ApprovalRequest",
    "BatchAct",
    "BatchCase",
    "Case",
    "CaseEvent",
    "CaseMessage",
    "CaseNote",
    "CaseNumberCounter",
    "CaseQuerySet",
    "ChainAnchor",
    "Clock",
    "ClockInterval",
    "CommitmentBreach",
    "CommitmentCheck",
    "Correction",
    "CorrectionPoint",
    "Cover",
    "DataExport",
    "Decision",
    "DeferralBan",
    "DeferralCommitment",
    "DeferralExtension",
    "DeferredMaterial",
    "Extension",
    "FurtherRequest",
    "Material",
    "MaterialFile",
    "MessageFile",
    "Paper",
    "PaperCounter",
    "Phrase",
    "Pledge",
    "PowerOfAttorney",
    "Rating",
    "RatingToken",
    "Rectification",
    "Recusal",
    "Revocation",
    "SavedView",
    "SpecialProcedure",
    "UnitBatch",
    "UnitBatchFile",
    "UnitBatchRow",
    "Viewing",
    "WalletItem",
    "new_public_id",
    "own_scope",
    "staff_scope",
]
