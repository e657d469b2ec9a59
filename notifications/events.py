"""What messages are about, and the words that their wording may use as {placeholders} (domain book, chapter 10).

Words of a message come as text, as {"zh": ..., "en": ...} or as an ISO date, which is written out with its weekday.
"""

from django.utils.translation import gettext_lazy as _

CASE = ("item", "case_no", "code")

EVENTS = {
    "submitted": (_("Submitted"), (*CASE, "date")),
    "accepted": (_("Accepted"), (*CASE, "date", "days")),
    "accepted_with_deferral": (_("Accepted with incomplete materials"), (*CASE, "date", "days", "count", "materials")),
    "not_accepted": (_("Not accepted"), (*CASE, "reason")),
    "correction_requested": (_("Correction requested"), (*CASE, "date", "count", "materials")),
    "correction_supplied": (_("Corrections supplied"), CASE),
    "correction_reminder": (_("Reminder of a correction"), (*CASE, "date", "count")),
    "correction_lapsed": (_("Correction lapsed"), CASE),
    "acceptance_due": (_("Acceptance is due"), (*CASE, "date")),
    "deferral_reminder": (_("Reminder of a promised material"), (*CASE, "date", "count", "material", "materials")),
    "deferral_lapsed": (_("Promise not kept"), (*CASE, "date", "result", "material", "materials")),
    "deferred_supplied": (_("Promised material supplied"), (*CASE, "material")),
    "material_accepted": (_("Promised material accepted"), (*CASE, "material")),
    "material_defective": (_("Promised material defective"), (*CASE, "date", "material", "reason")),
    "hold_for_supply": (_("Result held until materials arrive"), (*CASE, "date", "count", "materials")),
    "returned": (_("Returned for examination"), (*CASE, "reason")),
    "decided_granted": (_("Granted"), (*CASE, "result")),
    "decided_refused": (_("Refused"), (*CASE, "reason", "result")),
    "certificate_ready": (_("Certificate ready"), (*CASE, "certificate")),
    "delivered": (_("Delivered"), (*CASE, "certificate")),
    "withdrawn": (_("Withdrawn"), CASE),
    "due_date_changed": (_("Due date changed"), (*CASE, "date", "old_date", "reason")),
    "policy_changed": (_("New version of a followed policy"), ("policy", "version", "changes")),
    "policy_repealed": (_("Repeal of a followed policy"), ("policy", "date", "reason")),
    "policy_end_changed": (_("Another end of a followed policy"), ("policy", "end", "reason")),
    "policy_benefits": (_("Benefits of a followed policy confirmed later"), ("policy", "count", "benefits")),
    "search_alert": (_("News of a saved search"), ("search", "count", "policies", "stop")),
    "search_confirm": (_("Confirmation of a saved search"), ("search", "frequency", "days", "link")),
    "policy_ending": (_("A policy is about to end"), ("policy", "date")),
    "policy_link_broken": (_("The source of a policy is gone"), ("policy", "date")),
    "policy_not_published": (_("A scheduled policy was not published"), ("policy", "reason")),
    "offer_found": (_("Benefits found for a person"), ("count", "benefits", "date")),
    "offer_lapsed": (_("Offer of a benefit ended"), ("benefits", "reason")),
    "sms_code": (_("Sign-in code"), ("code",)),
}
