"""The verbs of the office. Read `applications/states.py` first: each verb here is a line of that table."""

from applications.services.acceptance import (
    accept,
    accept_with_deferral,
    deem_accepted,
    reject_acceptance,
)
from applications.services.approvals import answer_approval, ask_approval
from applications.services.claims import claim, release
from applications.services.correction import lapse_correction, request_correction, supply_correction
from applications.services.counter import check_all_materials, take_in_deferred
from applications.services.decision import conclude, grant, refuse, return_to_examiner
from applications.services.deferral import check_material, lapse_deferral, supply_deferred
from applications.services.delivery import deliver, mark_issued, withdraw
from applications.services.drafts import (
    add_file,
    choose_window,
    delete_expired_drafts,
    discard_draft,
    look_again,
    promise_material,
    remove_file,
    renew_draft,
    save_answers,
    start,
)
from applications.services.recompute import recompute_cases, recompute_clocks
from applications.services.submission import confirm_submission, submit

__all__ = [
    "accept",
    "accept_with_deferral",
    "add_file",
    "answer_approval",
    "ask_approval",
    "check_all_materials",
    "check_material",
    "choose_window",
    "claim",
    "conclude",
    "confirm_submission",
    "deem_accepted",
    "delete_expired_drafts",
    "deliver",
    "discard_draft",
    "grant",
    "lapse_correction",
    "lapse_deferral",
    "look_again",
    "mark_issued",
    "promise_material",
    "recompute_cases",
    "recompute_clocks",
    "refuse",
    "reject_acceptance",
    "release",
    "remove_file",
    "renew_draft",
    "request_correction",
    "return_to_examiner",
    "save_answers",
    "start",
    "submit",
    "supply_correction",
    "supply_deferred",
    "take_in_deferred",
    "withdraw",
]
