"""The admin x everybody: who may list, open and add each kind of row, and who reaches each button.

Models and addresses come from the admin site and the resolver, so that a new one without an entry fails.
"""

from itertools import product

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.urls import reverse

from accounts.models import Reveal, Unit, UnitSuccession
from applications.models import (
    BatchAct,
    CommitmentBreach,
    Cover,
    DeferralBan,
    Phrase,
    PowerOfAttorney,
    SavedView,
    UnitBatch,
)
from certificates.models import Batch
from notifications.models import Delivery, MessageTemplate, Reminder
from tests import cast
from tests.access import world
from tests.access.test_matrix import EVERYTHING, client_of, found
from tests.access.world import ROLES
from tests.policies.library import make_benefit, make_version
from workstations.models import Workstation

pytestmark = pytest.mark.django_db

ADMINISTRATOR = {"administrator"}
CASES = {"clerk", "other_clerk", "examiner", "leader", "certificate_clerk"}
CLERKS = {"clerk", "other_clerk"}
OFFICE = CASES | {"official"}
IN_CHARGE = CASES - {"other_clerk"}  # of the case in the scene, by region and window
SEAL = {"certificate_clerk", "leader", "administrator"}
STAFF = {*OFFICE, "expert", "editor", "administrator"}
EXAMINERS = {"examiner", "leader"}
LIBRARY = {"editor", "administrator"}
DECIDING = {"examiner", "leader"}
WATCHING = DECIDING | {"official"}
BRAND_EDITORS = {"examiner", "leader"}  # of the regions that their posts cover
BRANDS = CLERKS | BRAND_EDITORS | {"official", "administrator"}
AROUND = ("ambassador", "studio", "trainingclass", "opening", "team", "plan")

# model: (who sees rows, who adds rows).
MODELS = {
    # experts, rounds, draws
    "reviews.discipline": (EXAMINERS | {"official"} | ADMINISTRATOR, ADMINISTRATOR),
    "reviews.expert": (EXAMINERS | {"official"} | ADMINISTRATOR, EXAMINERS),
    "reviews.reviewround": (EXAMINERS | {"official"}, EXAMINERS),
    "reviews.expertcall": (EXAMINERS, EXAMINERS),
    "reviews.expertapplication": (EXAMINERS, set()),
    # dossiers, sheets
    "reviews.dossier": (EXAMINERS, set()),
    # publicity
    "reviews.publicity": (WATCHING, DECIDING),
    "reviews.objection": (DECIDING, set()),
    # brands and figures
    "laborbrands.brand": (BRANDS, set()),
    "laborbrands.brandstat": (BRANDS, set()),
    "laborbrands.recognition": (BRANDS, set()),
    "laborbrands.industry": (BRANDS, ADMINISTRATOR),
    "laborbrands.countyprofile": (BRANDS, ADMINISTRATOR),
    "laborbrands.reportedfigure": (BRANDS, ADMINISTRATOR),
    # recognition and subsidies
    "laborbrands.brandapplication": (CASES, set()),
    "laborbrands.condition": (CASES | ADMINISTRATOR, set()),
    "laborbrands.subsidy": ({"examiner", "leader", "official"}, set()),
    "laborbrands.subsidyrule": ({"examiner", "leader", "official", "administrator"}, set()),
    # reports, evaluation, removal
    "laborbrands.annualreport": (WATCHING, set()),
    "laborbrands.evaluationround": (WATCHING, DECIDING),
    "laborbrands.removal": (WATCHING, DECIDING),
    "laborbrands.succession": (WATCHING, {"leader"}),
    # around the brand
    **{f"laborbrands.{name}": (BRANDS, BRAND_EDITORS) for name in AROUND},
    "laborbrands.cooperation": (BRANDS, ADMINISTRATOR),
    "laborbrands.enquiry": (CLERKS | BRAND_EDITORS, set()),
    # talent pool: figures
    "talents.profile": ({"official", "leader", "administrator"}, set()),
    # talent pool: units
    "talents.unitcheck": (EXAMINERS | ADMINISTRATOR, set()),
    "talents.authority": (EXAMINERS | ADMINISTRATOR, set()),
    "talents.unituse": (ADMINISTRATOR, set()),
    # talent pool: vacancies
    "talents.vacancy": (EXAMINERS | {"official"} | ADMINISTRATOR, set()),
    # internships
    "talents.place": (WATCHING, set()),
    "talents.traineeshipbase": (WATCHING, DECIDING),
    "talents.subsidyclaim": (WATCHING, set()),
    "talents.school": (WATCHING, DECIDING),
    # recruitment events
    "talents.recruitevent": (WATCHING, DECIDING),
    "talents.booth": (WATCHING, set()),
    # everything else
    "jobs.job": (ADMINISTRATOR, set()),
    "regions.region": (ADMINISTRATOR, ADMINISTRATOR),
    "regions.calendaryear": (ADMINISTRATOR, ADMINISTRATOR),
    "regions.calendarday": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts.user": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts.staffpost": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts.organization": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "accounts.unitsuccession": (ADMINISTRATOR, ADMINISTRATOR),
    "accounts.unit": (CASES | ADMINISTRATOR, set()),
    "accounts.person": (CASES | ADMINISTRATOR, set()),
    "accounts.reveal": (ADMINISTRATOR, set()),
    "notifications.messagetemplate": (ADMINISTRATOR, set()),
    "notifications.message": (ADMINISTRATOR, set()),
    "notifications.delivery": (ADMINISTRATOR, set()),
    "notifications.reminder": (ADMINISTRATOR, set()),
    "policies.catalogitem": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "policies.serviceitem": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "policies.guideversion": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "policies.policyversion": (LIBRARY, {"editor"}),
    "policies.benefit": (LIBRARY, set()),
    "policies.offer": (LIBRARY, set()),
    "certificates.certificatekind": (SEAL, ADMINISTRATOR),
    "certificates.certificate": (SEAL, set()),
    "certificates.batch": ({"certificate_clerk"}, {"certificate_clerk"}),
    "workstations.window": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "workstations.workstation": (OFFICE | ADMINISTRATOR, ADMINISTRATOR),
    "applications.case": (CASES, set()),
    "applications.deferralban": (ADMINISTRATOR, set()),
    "applications.phrase": (CASES | ADMINISTRATOR, CASES | ADMINISTRATOR),
    "applications.powerofattorney": (CASES | ADMINISTRATOR, set()),
    "applications.unitbatch": (CLERKS, CLERKS),
    "applications.rating": ({"leader", "official"}, set()),  # and heads of windows; see tests/applications/test_ratings
}
DELETERS = {  # everything else is kept
    "regions.calendarday": ADMINISTRATOR,
    "applications.phrase": {"leader", "administrator"},
    **{f"laborbrands.{name}": BRAND_EDITORS for name in ("studio", "trainingclass", "opening")},
    "laborbrands.countyprofile": ADMINISTRATOR,
}
# Rows that a role lists in general but not this one: another county's, by region and window.
HIDDEN = {
    ("applications.case", "other_clerk"),
    ("applications.unitbatch", "other_clerk"),
    ("laborbrands.brandapplication", "other_clerk"),
} | {("applications.powerofattorney", role) for role in CASES - {"clerk"}}
HIDDEN |= {("talents.profile", role) for role in ("official", "leader", "administrator")}  # figures, never a person
HIDDEN |= {(f"laborbrands.{name}", "other_clerk") for name in (*AROUND, "brand", "brandstat", "recognition", "enquiry")}


@pytest.fixture
def scene():
    scene = world.build()
    people, place, now = scene.people, scene.world, scene.now
    Reveal.objects.create(person=people.owner.person, by=people.clerk, reason="核对", at=now)
    MessageTemplate.objects.create(event="submitted", title_zh="已提交", title_en="Submitted", body_zh="", body_en="")
    Delivery.objects.get_or_create(message=scene.message, channel="EMAIL", defaults={"text": "x"})
    Reminder.objects.create(subject="x", event="submitted", recipient=people.owner, due_at=now)
    Workstation.objects.create(
        code="s1",
        name_zh="工作站",
        name_en="Station",
        level="COUNTY",
        region=place.county,
        host=place.office,
        address_zh="路",
        address_en="Road",
        phone="12333",
    )
    scene.batch = Batch.objects.create(
        kind=place.guide.certificate_kind,
        organization=place.office,
        title="批次",
        document_no="1",
        approved_on=cast.day("2026-09-18"),
        created_by=people.certificate_clerk,
        created_at=now,
    )
    scene.policy_draft = make_version(state="DRAFT", author=people.editor)
    make_benefit(scene.policy_draft, confirmed="")
    scene.view = SavedView.objects.create(owner=people.clerk, name="x", query="queue=accept")
    scene.acts = BatchAct.objects.create(verb="accept", begun_by=people.clerk, begun_at=now)
    scene.cover = Cover.objects.create(
        absent=people.clerk,
        substitute=people.leader,
        starts_on=cast.day("2026-09-18"),
        ends_on=cast.day("2026-09-20"),
        arranged_by=people.leader,
        arranged_at=now,
    )
    ended = Unit.objects.create(name="x", uscc="x", region=place.county, work_region=place.county)
    heir, day = Unit.objects.exclude(pk=ended.pk).first(), cast.day("2026-09-18")
    UnitSuccession.objects.create(
        old=ended, new=heir, starts_on=day, basis="x", recorded_by=people.clerk, recorded_at=now
    )
    Phrase.objects.create(organization=place.office, title_zh="x", title_en="x", text_zh="x", text_en="x")
    paper = {"file": "attorney/x.pdf", "name": "x.pdf", "kind": "pdf", "sha256": "0" * 64}
    scene.attorney = PowerOfAttorney.objects.create(
        grantor=people.owner,
        agent_name="x",
        starts_on=day,
        ends_on=cast.day("2026-12-31"),
        recorded_by=people.clerk,
        recorded_at=now,
        scan_state="NOT_SCANNED",
        **paper | {"file": ContentFile(cast.PDF, name="x.pdf")},
    )
    scene.unit_batch = UnitBatch.objects.create(
        unit=scene.unit,
        item=place.item,
        guide=place.guide,
        window=place.window,
        handler=people.handler,
        attorney_until=cast.day("2026-12-31"),
        created_by=people.clerk,
        created_at=now,
        **{f"attorney_{name}": value for name, value in paper.items()},
    )
    breach = CommitmentBreach.objects.create(case=scene.done, applicant=people.owner, recorded_at=now)
    DeferralBan.objects.create(
        applicant=people.owner, breach=breach, starts_on=cast.day("2026-09-18"), ends_on=cast.day("2027-03-18")
    )
    return scene


ACTIONS = ("changelist", "add", "change", "delete", "history")
REFUSED = {302, 403, 404}  # led to sign in or back to the list, refused, not found: never the page


def model_of(label: str):
    return next(model for model in admin.site._registry if model._meta.label_lower == label)


def row_of(scene, label: str):
    known = {"applications.case": scene.case, "policies.guideversion": scene.world.guide}
    return known.get(label) or model_of(label)._default_manager.first()


def test_every_model_of_the_admin_has_an_entry():
    assert {model._meta.label_lower for model in admin.site._registry} == set(MODELS)


def test_who_may_do_what_with_rows(scene):
    wrong = []
    for role in ROLES:
        client = client_of(scene, role)
        for action, (label, (viewers, adders)) in product(ACTIONS, MODELS.items()):
            row = row_of(scene, label)
            args = [] if action in ("changelist", "add") else [row.pk]
            answer = found(client, reverse(f"admin:{label.replace('.', '_')}_{action}", args=args))
            allowed = {"add": adders, "delete": DELETERS.get(label, set())}.get(action, viewers)
            may = role in allowed and not (args and (label, role) in HIDDEN)
            if (answer == 200) != may or answer not in REFUSED | {200}:
                wrong.append(f"{role} {action} {label}: {answer}")
    assert not wrong, "\n".join(wrong)


def only(allowed: set[str], answer: int = 200):
    """Let these roles find the answer; other staff are refused, everybody else is led to sign in or refused."""
    return {role: {answer} if role in allowed else {403, 404} if role in STAFF else REFUSED for role in ROLES}


# Pages and buttons beside the lists: (what each role finds on GET, address). A button that only takes POST leads back.
BUTTONS = {
    "index": (only(STAFF), None),
    "login": ({}, None),
    "logout": ({}, None),
    "password_change": ({}, None),
    "password_change_done": ({}, None),
    "autocomplete": ({}, None),
    "jsi18n": (only(STAFF), None),
    "view_on_site": ({}, None),
    "app_list": ({}, None),
    "accounts_person_reveal": (only(CASES | ADMINISTRATOR), lambda s: [s.people.owner.person.pk]),
    "accounts_person_confirm": (only(CASES | ADMINISTRATOR, 302), lambda s: [s.people.owner.person.pk]),
    "accounts_person_same": (only(CASES | ADMINISTRATOR), lambda s: [s.people.owner.person.pk]),
    "policies_guideversion_act": (only(ADMINISTRATOR, 302), lambda s: [s.world.guide.pk, "suspend"]),
    "policies_policyversion_facts": (only({"editor"}), lambda s: [s.policy_draft.pk]),
    "policies_policyversion_text": (only({"editor"}), lambda s: [s.policy_draft.pk]),
    "policies_policyversion_clause": (only({"editor"}), lambda s: [s.policy_draft.pk, "a1"]),
    "policies_policyversion_benefits": (only(LIBRARY), lambda s: [s.policy_draft.pk]),
    "policies_policyversion_of_benefit": (
        only({"editor"}, 302),
        lambda s: [s.policy_draft.pk, s.policy_draft.benefits.get().pk, "confirm"],
    ),
    "policies_policyversion_act": (only({"editor"}, 302), lambda s: [s.policy_draft.pk, "submit_for_review"]),
    "policies_benefit_export": (only(LIBRARY), lambda s: ["csv"]),
    "policies_benefit_import": (only({"editor"}), None),
    "certificates_certificate_file": (only(SEAL), lambda s: [s.certificate.pk]),
    **{
        f"certificates_certificate_{act}": (only(SEAL), lambda s: [s.certificate.pk])
        for act in ("reissue", "suspend", "resume", "revoke", "cancel")
    },
    "certificates_batch_columns": (only(STAFF), None),
    "certificates_batch_run": (only({"certificate_clerk"}, 302), lambda s: [s.batch.pk]),
    "talents_unitcheck_act": (only(EXAMINERS | ADMINISTRATOR, 302), lambda s: [s.pool.check.pk, "pass"]),
    "talents_unitcheck_scan": (only(EXAMINERS | ADMINISTRATOR), lambda s: [s.pool.check.pk]),
    "talents_vacancy_act": (only(EXAMINERS | {"official"} | ADMINISTRATOR, 302), lambda s: [s.vacancy.pk, "approve"]),
    "talents_place_act": (only(WATCHING, 302), lambda s: [s.intern_draft.pk, "pass"]),
    "talents_traineeshipbase_act": (only(WATCHING, 302), lambda s: [s.intern_base.pk, "cancel"]),
    "talents_subsidyclaim_act": (only(WATCHING, 302), lambda s: [s.intern_claim.pk, "approve"]),
    "talents_school_act": (only(WATCHING, 302), lambda s: [s.intern_school.pk, "turn"]),
    "talents_recruitevent_act": (only(WATCHING, 302), lambda s: [s.recruit_event.pk, "cancel"]),
    "talents_booth_act": (only(WATCHING, 302), lambda s: [s.booth.pk, "admit"]),
    "talents_authority_act": (only(EXAMINERS | ADMINISTRATOR, 302), lambda s: [s.pool.authority.pk, "end"]),
    "talents_authority_scan": (only(EXAMINERS | ADMINISTRATOR), lambda s: [s.pool.authority.pk]),
    "reviews_expert_status": (only(EXAMINERS), lambda s: [s.seat.expert_id]),
    "reviews_reviewround_act": (
        only(EXAMINERS | {"official"}, 302),
        lambda s: [s.seat.group.round_id, "invite", s.seat.group_id],
    ),
    "reviews_reviewround_record": (only(EXAMINERS | {"official"}), lambda s: [s.seat.draw_id]),
    "reviews_expertcall_act": (only(EXAMINERS, 302), lambda s: [s.applied.call_id, "end"]),
    "reviews_expertapplication_act": (only(EXAMINERS, 302), lambda s: [s.applied.pk, "refuse"]),
    "reviews_publicity_act": (only(WATCHING, 302), lambda s: [s.kept.notice.pk, "post"]),
    "reviews_objection_act": (only(DECIDING, 302), lambda s: [s.kept.objection.pk, "take_up"]),
    "reviews_objection_reveal": (only(DECIDING), lambda s: [s.kept.objection.pk]),
    "reviews_objection_evidence": (only(set()), lambda s: [s.kept.objection.pk]),
    "laborbrands_annualreport_act": (only(WATCHING, 302), lambda s: [s.kept.report.pk, "x"]),
    "laborbrands_evaluationround_act": (only(WATCHING, 302), lambda s: [s.kept.cycle.pk, "evaluate"]),
    "laborbrands_removal_act": (only(WATCHING, 302), lambda s: [s.kept.removal.pk, "decide"]),
    "laborbrands_succession_act": (only(WATCHING, 302), lambda s: [s.kept.succession.pk, "x"]),
    "reviews_dossier_round": (only(EXAMINERS), lambda s: [s.reading.dossier.group.round_id]),
    "reviews_dossier_act": (only(EXAMINERS, 302), lambda s: [s.reading.dossier_id, "approve"]),
    "reviews_dossier_file": (only(EXAMINERS), lambda s: [s.reading.dossier_id, 1]),
    "applications_rating_follow": (only({"leader", "official"}, 302), lambda s: [s.rating.pk, "contact"]),
    "applications_rating_code": (only(IN_CHARGE), lambda s: [s.case.pk, "INTAKE"]),
    "applications_case_file": (only(IN_CHARGE), lambda s: [s.file.public_id]),
    "applications_case_file_page": (only(IN_CHARGE), lambda s: [s.file.public_id, 1]),
    "applications_case_paper": (only(IN_CHARGE), lambda s: [s.paper.public_id]),
    "applications_case_messages": (only(IN_CHARGE), lambda s: [s.case.pk]),
    "applications_case_intake": (only(CLERKS), None),
    "applications_case_intake_papers": (only(set()), lambda s: ["no-such-token"]),
    "applications_powerofattorney_file": (only({"clerk", "administrator"}), lambda s: [s.attorney.pk]),
    "applications_powerofattorney_end": (only({"clerk", "administrator"}, 302), lambda s: [s.attorney.pk]),
    "applications_unitbatch_table": (only(CLERKS), lambda s: [s.world.item.pk]),
    "applications_unitbatch_run": (only({"clerk"}, 302), lambda s: [s.unit_batch.pk]),
    "applications_unitbatch_common": (only({"clerk"}, 302), lambda s: [s.unit_batch.pk]),
    "laborbrands_subsidy_table": (only({"examiner", "leader", "official"}), None),
    "laborbrands_subsidy_step": (
        only({"examiner", "leader", "official"}, 302),
        lambda s: [s.subsidy.pk, "check"],
    ),
    "applications_case_act": (only(IN_CHARGE, 302), lambda s: [s.case.pk, "accept"]),
    "applications_case_claim": (only(IN_CHARGE, 302), lambda s: [s.case.pk]),
    "applications_case_release": (only(IN_CHARGE, 302), lambda s: [s.case.pk]),
    "applications_case_search": (only(CASES), None),
    "applications_case_save_view": (only(CASES, 302), None),
    "applications_case_forget_view": (only(CASES, 302), lambda s: [s.view.pk]),
    "applications_case_begin_batch": (only(CASES, 302), None),
    "applications_case_batch": (only({"clerk"}), lambda s: [s.acts.public_id]),
    "applications_case_workload": (only(CASES), None),
    "applications_case_cover": (only(CASES, 302), None),
    "laborbrands_brand_picture": (only(BRAND_EDITORS), lambda s: [s.florists.pk]),
    "laborbrands_brand_coverage": (only(BRAND_EDITORS), lambda s: [s.florists.pk]),
    "laborbrands_brandstat_verify": (only(BRANDS - {"other_clerk"}), lambda s: [s.florists.stats.get().pk]),
    "laborbrands_ambassador_dismiss": (only(BRAND_EDITORS), lambda s: [s.florists.ambassadors.get().pk]),
    "laborbrands_enquiry_answer": (only({"clerk"} | BRAND_EDITORS), lambda s: [s.florists.enquiries.get().pk]),
    "applications_case_end_cover": (only(CASES, 302), lambda s: [s.cover.pk]),
}


def test_every_button_has_an_entry():
    standard = {f"admin:{label.replace('.', '_')}_{action}" for label in MODELS for action in ACTIONS}
    named = {name for name in EVERYTHING if name.startswith("admin:")} - standard - {"admin:None"}
    assert named == {f"admin:{name}" for name in BUTTONS}


def test_who_reaches_which_button(scene):
    wrong = []
    for role in ROLES:
        client = client_of(scene, role)
        for name, (expected, fill) in BUTTONS.items():
            if expected:
                answer = found(client, reverse(f"admin:{name}", args=fill(scene) if fill else []))
                if answer not in expected[role]:
                    wrong.append(f"{role} {name}: {answer} instead of {expected[role]}")
    assert not wrong, "\n".join(wrong)
