"""The verbs of the office. Read `applications/states.py` first: each verb here is a line of that table."""

from applications.services.acceptance import (
    accept,
    accept_with_deferral,
    deem_accepted,
    reject_acceptance,
    reject_uncorrected,
)
from applications.services.approvals import answer_approval, ask_approval
from applications.services.batch import begin_batch, do_batch_case
from applications.services.claims import arrange_cover, assign, claim, end_cover, release
from applications.services.correction import lapse_correction, request_correction, supply_correction
from applications.services.counter import after_looking, check_all_materials, take_in_deferred
from applications.services.decision import conclude, grant, refuse, return_to_examiner
from applications.services.deferral import check_material, lapse_deferral, supply_deferred
from applications.services.delivery import deliver, mark_issued
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
from applications.services.ending import archive, sweep_archive, terminate, transfer, withdraw
from applications.services.further import ask_more, supply_more
from applications.services.intake import fix_on_spot, receive, receive_at_window
from applications.services.precheck import pass_precheck, resubmit_precheck, return_precheck
from applications.services.recusal import recuse
from applications.services.recompute import recompute_cases, recompute_clocks
from applications.services.submission import confirm_submission, submit
from applications.services.viewing import note_look
from applications.services.workbench import forget_view, save_view

__all__ = [
    "accept",
    "accept_with_deferral",
    "add_file",
    "after_looking",
    "answer_approval",
    "archive",
    "arrange_cover",
    "ask_approval",
    "ask_more",
    "assign",
    "begin_batch",
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
    "do_batch_case",
    "end_cover",
    "fix_on_spot",
    "forget_view",
    "grant",
    "lapse_correction",
    "lapse_deferral",
    "look_again",
    "mark_issued",
    "note_look",
    "pass_precheck",
    "promise_material",
    "receive",
    "receive_at_window",
    "recompute_cases",
    "recompute_clocks",
    "recuse",
    "refuse",
    "reject_acceptance",
    "reject_uncorrected",
    "release",
    "remove_file",
    "renew_draft",
    "request_correction",
    "resubmit_precheck",
    "return_precheck",
    "return_to_examiner",
    "save_answers",
    "save_view",
    "start",
    "submit",
    "supply_correction",
    "supply_deferred",
    "supply_more",
    "sweep_archive",
    "take_in_deferred",
    "terminate",
    "transfer",
    "withdraw",
]
