"""The verbs of the office. Read `applications/states.py` first: each verb here is a line of that table."""

from applications.services.acceptance import (
    accept,
    accept_with_deferral,
    deem_accepted,
    reject_acceptance,
    reject_uncorrected,
)
from applications.services.approvals import answer_approval, ask_approval, take_back_request
from applications.services.batch import begin_batch, do_batch_case
from applications.services.claims import arrange_cover, assign, claim, end_cover, release
from applications.services.commitment import (
    check_commitment,
    lapse_rectification,
    order_rectification,
    warn_unchecked,
)
from applications.services.correction import lapse_correction, request_correction, supply_correction
from applications.services.counter import after_looking, check_all_materials, take_in_deferred
from applications.services.decision import conclude, grant, grant_on_commitment, refuse, return_to_examiner
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
    sweep_draft_warnings,
    warn_of_deletion,
)
from applications.services.ending import archive, sweep_archive, terminate, transfer, withdraw
from applications.services.extension import extend, extend_deferral, most_days_more
from applications.services.further import ask_more, supply_more
from applications.services.intake import fix_on_spot, receive, receive_at_window, take_on
from applications.services.precheck import pass_precheck, resubmit_precheck, return_precheck
from applications.services.recompute import recompute_cases, recompute_clocks
from applications.services.recusal import recuse
from applications.services.revocation import (
    correct_clerical,
    deregister,
    excuse_breach,
    flag_lost_materials,
    reopen,
    revoke,
)
from applications.services.special import end_special, estimate_special, overrun_special, start_special
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
    "check_commitment",
    "check_material",
    "choose_window",
    "claim",
    "conclude",
    "confirm_submission",
    "correct_clerical",
    "deem_accepted",
    "delete_expired_drafts",
    "deliver",
    "deregister",
    "discard_draft",
    "do_batch_case",
    "end_cover",
    "end_special",
    "estimate_special",
    "excuse_breach",
    "extend",
    "extend_deferral",
    "fix_on_spot",
    "flag_lost_materials",
    "forget_view",
    "grant",
    "grant_on_commitment",
    "lapse_correction",
    "lapse_deferral",
    "lapse_rectification",
    "look_again",
    "mark_issued",
    "most_days_more",
    "note_look",
    "order_rectification",
    "overrun_special",
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
    "reopen",
    "request_correction",
    "resubmit_precheck",
    "return_precheck",
    "return_to_examiner",
    "revoke",
    "save_answers",
    "save_view",
    "start",
    "start_special",
    "submit",
    "supply_correction",
    "supply_deferred",
    "supply_more",
    "sweep_archive",
    "sweep_draft_warnings",
    "take_back_request",
    "take_in_deferred",
    "take_on",
    "terminate",
    "transfer",
    "warn_of_deletion",
    "warn_unchecked",
    "withdraw",
]
