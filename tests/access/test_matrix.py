"""Every address x everybody. The addresses come from the resolver, so that a new one without an entry fails.

An entry says what each role finds on GET: 200, a redirect to sign-in ("in"), 404, 403, 405, or another redirect (302).
"""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from tests.access import world
from tests.access.world import ROLES

pytestmark = pytest.mark.django_db

STAFF = (
    *("clerk", "other_clerk", "examiner", "leader", "certificate_clerk"),
    *("editor", "official", "expert", "administrator"),
)
IN_CHARGE = ("clerk", "examiner", "leader", "certificate_clerk")  # their region and window cover the case


def everybody(answer, **others):
    return {role: others.get(role, answer) for role in ROLES}


PUBLIC = everybody(200)
SIGNED_IN = everybody(200, anonymous="in")
OWN = everybody(404, anonymous="in", owner=200)
CASE_AND_OFFICE = everybody(404, anonymous="in", owner=200, **dict.fromkeys(IN_CHARGE, 200))
UNIT = everybody(404, anonymous="in", handler=200)
EXPERT = everybody(404, anonymous="in", expert=200)
POST_ONLY = everybody(405)
POST_OF_UNIT = everybody(404, anonymous="in", handler=405)


def case_no(s):
    return {"case_no": s.case.case_no}


def of_draft(s):
    return {"code": s.draft.item.code, "draft": s.draft.public_id}


def of_draft_material(s):
    return of_draft(s) | {"material": s.draft.materials.first().pk}


def of_certificate(s):
    return {"token": s.certificate.token}


def of_florists(s):
    return {"code": s.florists.code}


def of_vacancy(s):
    return {"public_id": s.vacancy.public_id}


def of_event(s):
    return {"code": s.recruit_event.code}


# name: (what each role finds, how to fill the address)
ADDRESSES = {
    # expert's desk: invitations
    "expert:home": (EXPERT, None),
    "expert:invitation": (EXPERT, lambda s: {"pk": s.seat.pk}),
    "expert:answer": (POST_ONLY, lambda s: {"pk": s.seat.pk}),
    "expert:commit": (POST_ONLY, lambda s: {"pk": s.seat.pk}),
    # calls for experts
    "experts:list": (PUBLIC, None),
    "experts:detail": (PUBLIC, lambda s: {"number": s.applied.call.number}),
    "experts:apply": (SIGNED_IN, lambda s: {"number": s.applied.call.number}),
    "me:expert_applications": (SIGNED_IN, None),
    "me:withdraw_expert_application": (POST_ONLY, lambda s: {"pk": s.applied.pk}),
    # expert's desk: dossiers and sheets
    "expert:desk": (EXPERT, lambda s: {"pk": s.reading.dossier.group_id}),
    "expert:dossier": (EXPERT, lambda s: {"pk": s.reading.dossier_id}),
    "expert:sheet": (POST_ONLY, lambda s: {"pk": s.reading.dossier_id}),
    "expert:conflict": (EXPERT, lambda s: {"pk": s.reading.dossier_id}),
    "expert:file": (EXPERT, lambda s: {"pk": s.reading.pk}),
    "expert:page": (EXPERT, lambda s: {"pk": s.reading.pk, "number": 1}),
    # publicity
    "publicity:list": (PUBLIC, None),
    "publicity:objection": (PUBLIC, None),
    "publicity:detail": (PUBLIC, lambda s: {"number": s.kept.notice.number}),
    # map and lists of brands
    "brands:map": (PUBLIC, None),
    "brands:list": (PUBLIC, None),
    "brands:hiring": (PUBLIC, None),
    "brands:changes": (PUBLIC, None),
    "brands:around": (PUBLIC, None),
    "brands:screen": (PUBLIC, None),
    "brands:embed": (PUBLIC, None),
    "api_brands:points": (PUBLIC, None),
    "api_brands:brands": (PUBLIC, None),
    "api_brands:brand": (PUBLIC, lambda s: {"code": s.florists.code}),
    # builder's pages: recognition, subsidies
    "org_brands:home": (SIGNED_IN, None),
    "org_brands:subsidy": (UNIT, lambda s: {"pk": s.subsidy.pk}),
    # builder's pages: reports, statements
    "org_brands:report": (UNIT, lambda s: {"code": s.kept.brand.code, "year": 2025}),
    "org_brands:removal": (UNIT, lambda s: {"code": s.kept.brand.code}),
    # brand page and around it
    "brands:detail": (PUBLIC, of_florists),
    "brands:share": (PUBLIC, of_florists),
    "brands:picture": (everybody(404), lambda s: of_florists(s) | {"name": "no-such.webp"}),
    "brands:enquire": (PUBLIC, of_florists),
    "brands:thanks": (PUBLIC, of_florists),
    "org_brands:figures": (UNIT, of_florists),
    # talent pool: person
    "talents:home": (PUBLIC, None),
    "me:pool": (SIGNED_IN, None),
    "me:pool_visibility": (OWN, None),
    "me:pool_block": (POST_ONLY, None),
    "me:pool_confirm": (POST_ONLY, None),
    "me:pool_weekly_note": (POST_ONLY, None),
    "me:pool_leave": (OWN, None),
    "me:pool_section": (OWN, lambda s: {"section": "work"}),
    "me:consents": (SIGNED_IN, None),
    "me:consent_give": (POST_ONLY, None),
    "me:consent_withdraw": (POST_ONLY, lambda s: {"pk": s.consent.pk}),
    "me:contacts": (SIGNED_IN, None),
    "me:contact": (OWN, lambda s: {"public_id": s.asked.public_id}),
    "me:contact_answer": (POST_ONLY, lambda s: {"public_id": s.asked.public_id, "verb": "refuse"}),
    # talent pool: units and contact
    "org:home": (SIGNED_IN, None),
    "org:act_for": (POST_ONLY, None),
    "org:check": (UNIT, lambda s: {"pk": s.unit.pk}),
    "org:authority": (UNIT, lambda s: {"pk": s.unit.pk}),
    "org:talents": (UNIT, None),
    "org:keys": (UNIT, None),
    "org:key_revoke": (POST_ONLY, lambda s: {"pk": s.pool.token.pk}),
    "api_talents:talents": (everybody(401), None),  # with a key of a unit alone
    "org:card": (UNIT, lambda s: {"code": s.pool.profile.code}),
    "org:ask": (UNIT, lambda s: {"code": s.pool.profile.code}),
    "org:compare": (UNIT, None),
    "org:contacts": (UNIT, None),
    "org:contact": (UNIT, lambda s: {"public_id": s.pool.contact.public_id}),
    "org:take_back": (POST_ONLY, lambda s: {"public_id": s.pool.contact.public_id}),
    "org:shortlists": (UNIT, None),
    "org:shortlist_put": (POST_ONLY, None),
    "org:shortlist": (UNIT, lambda s: {"pk": s.pool.entry.shortlist_id}),
    "org:shortlist_drop": (POST_ONLY, lambda s: {"pk": s.pool.entry.shortlist_id}),
    "org:shortlist_entry": (POST_ONLY, lambda s: {"pk": s.pool.entry.shortlist_id, "entry_pk": s.pool.entry.pk}),
    "org:searches": (UNIT, None),
    "org:search": (POST_ONLY, lambda s: {"pk": s.pool.search.pk}),
    # talent pool: vacancies
    "vacancies:list": (PUBLIC, None),
    "vacancies:detail": (PUBLIC, of_vacancy),
    "vacancies:answer": (SIGNED_IN, of_vacancy),
    "api_talents:vacancies": (PUBLIC, None),
    "api_talents:vacancy": (PUBLIC, of_vacancy),
    "org:vacancies": (UNIT, None),
    "org:vacancy_new": (UNIT, None),
    "org:vacancy": (UNIT, of_vacancy),
    "org:vacancy_edit": (UNIT, lambda s: {"public_id": s.vacancy_draft.public_id}),
    "org:vacancy_people": (UNIT, of_vacancy),
    # internships
    "internships:list": (PUBLIC, None),
    "internships:detail": (PUBLIC, lambda s: {"public_id": s.intern_place.public_id}),
    "me:internships": (SIGNED_IN, None),
    "me:internship": (OWN, lambda s: {"public_id": s.agreement.public_id}),
    "me:internship_pdf": (OWN, lambda s: {"public_id": s.agreement.public_id}),
    "me:withdraw_internship": (POST_ONLY, lambda s: {"public_id": s.intern_application.public_id}),
    "org:internships": (UNIT, None),
    "org:new_internship": (UNIT, None),
    "org:intern_base": (UNIT, None),
    "org:intern_agreement": (UNIT, lambda s: {"public_id": s.agreement.public_id}),
    "org:intern_agreement_pdf": (UNIT, lambda s: {"public_id": s.agreement.public_id}),
    "org:internship": (UNIT, lambda s: {"public_id": s.intern_place.public_id}),
    "org:edit_internship": (UNIT, lambda s: {"public_id": s.intern_draft.public_id}),
    # recruitment events
    "events:list": (PUBLIC, None),
    "events:detail": (PUBLIC, of_event),
    "events:booth": (PUBLIC, lambda s: of_event(s) | {"public_id": s.booth.public_id}),
    "me:events": (SIGNED_IN, None),
    "me:event": (OWN, of_event),
    "me:leave_talk": (POST_ONLY, lambda s: {"public_id": s.talk.public_id}),
    "org:events": (UNIT, None),
    "org:event": (UNIT, of_event),
    "org:vacancy_act": (POST_OF_UNIT, lambda s: of_vacancy(s) | {"verb": "pause"}),
    # everything else
    "healthz": (PUBLIC, None),
    "readyz": (PUBLIC, None),
    "home": (PUBLIC, None),
    "search": (PUBLIC, None),
    "help": (PUBLIC, None),
    "accessibility": (PUBLIC, None),
    "privacy": (PUBLIC, None),
    "elder_mode": (POST_ONLY, None),
    "schema": (PUBLIC, None),
    "api_docs": (PUBLIC, None),
    "api:policies": (PUBLIC, None),
    "api:policy": (PUBLIC, lambda s: {"slug": "talents"}),
    "api:version": (PUBLIC, lambda s: {"slug": "talents", "label": "1.0"}),
    "api:benefits": (PUBLIC, None),
    "api:benefit": (PUBLIC, lambda s: {"pk": s.policy.benefits.get().pk}),
    "api:regions": (PUBLIC, None),
    "api:region": (PUBLIC, lambda s: {"code": s.world.county.pk}),
    "api:services": (PUBLIC, None),
    "api:service": (PUBLIC, lambda s: {"code": s.world.item.code}),
    "api:nothing": (everybody(404), lambda s: {"rest": "people/"}),
    "open_data:home": (PUBLIC, None),
    "open_data:file": (PUBLIC, lambda s: {"kind": "policies", "ending": "csv"}),
    "policies:list": (PUBLIC, None),
    "policies:regions": (PUBLIC, None),
    "policies:compare": (PUBLIC, None),
    "policies:detail": (PUBLIC, lambda s: {"slug": "talents"}),
    "policies:version": (PUBLIC, lambda s: {"slug": "talents", "label": "1.0"}),
    "policies:difference": (PUBLIC, lambda s: {"slug": "talents", "first": "1.0", "second": "2.0"}),
    "policies:rss": (PUBLIC, None),
    "policies:atom": (PUBLIC, None),
    "policies:save_search": (PUBLIC, None),
    "policies:asked": (PUBLIC, None),
    "policies:alert": (PUBLIC, lambda s: {"token": s.search.token}),
    "policies:alert_stop": (everybody(302), lambda s: {"token": s.search.token}),
    "policies:follow": (POST_ONLY, lambda s: {"slug": "talents"}),
    "services:list": (PUBLIC, None),
    "services:guide": (PUBLIC, lambda s: {"code": s.world.item.code}),
    "services:check": (PUBLIC, lambda s: {"code": s.world.item.code}),
    "services:form": (PUBLIC, lambda s: {"code": s.world.item.code, "key": "form"}),
    "services:form_sample": (PUBLIC, lambda s: {"code": s.world.item.code, "key": "form"}),
    "services:result_sample": (PUBLIC, lambda s: {"code": s.world.item.code}),
    "policies:match": (PUBLIC, None),
    "windows:list": (PUBLIC, None),
    "windows:detail": (PUBLIC, lambda s: {"code": s.world.window.code}),
    "progress": (PUBLIC, None),
    "receipt": (PUBLIC, None),
    "verify:form": (PUBLIC, None),
    "verify:live": (everybody(404), lambda s: {"code": "no-such-code"}),
    "verify:token": (PUBLIC, of_certificate),
    "demo:clock": (PUBLIC, None),
    "demo:mailbox": (PUBLIC, None),
    "me:home": (SIGNED_IN, None),
    "me:case_list": (SIGNED_IN, None),
    "me:inbox": (SIGNED_IN, None),
    "me:read_all": (POST_ONLY, None),
    "me:following": (SIGNED_IN, None),
    "me:message": (OWN, lambda s: {"pk": s.message.pk}),
    "me:benefits": (SIGNED_IN, None),
    "me:benefits_agree": (POST_ONLY, None),
    "me:benefits_withdraw": (POST_ONLY, None),
    "me:benefits_answer": (POST_ONLY, lambda s: {"pk": s.offer.pk}),
    "me:case": (OWN, case_no),
    "me:supplement": (everybody(404, anonymous="in", owner=302), case_no),
    "me:supply": (POST_ONLY, lambda s: case_no(s) | {"material": s.case.materials.first().pk}),
    "me:collect": (POST_ONLY, case_no),
    "me:withdraw": (OWN, case_no),
    "me:more_time": (everybody(404, anonymous="in", owner=302), case_no),
    "me:remedies": (OWN, case_no),
    "me:rate": (OWN, case_no),
    "me:wallet": (SIGNED_IN, None),
    "me:wallet_remove": (POST_ONLY, lambda s: {"public_id": s.verified.public_id}),
    "me:privacy_log": (SIGNED_IN, None),
    "me:data": (SIGNED_IN, None),
    "me:data_file": (OWN, lambda s: {"public_id": s.export.public_id}),
    "me:close_account": (SIGNED_IN, None),
    "rate": (PUBLIC, lambda s: {"token": s.rating_code.token}),
    "me:messages": (OWN, case_no),
    "me:message_file": (CASE_AND_OFFICE, lambda s: {"public_id": s.message_file.public_id}),
    "me:file": (CASE_AND_OFFICE, lambda s: {"public_id": s.file.public_id}),
    "me:paper": (CASE_AND_OFFICE, lambda s: {"public_id": s.paper.public_id}),
    "me:paper_words": (CASE_AND_OFFICE, lambda s: {"public_id": s.paper.public_id}),
    "apply:start": (SIGNED_IN, lambda s: {"code": s.draft.item.code}),
    "apply:discard": (OWN, of_draft),
    "apply:renew": (POST_ONLY, of_draft),
    "apply:save": (POST_ONLY, of_draft),
    "apply:rows": (OWN, of_draft),
    "apply:upload": (POST_ONLY, of_draft_material),
    "apply:remove": (POST_ONLY, of_draft_material),
    "apply:reuse": (POST_ONLY, of_draft_material),
    "apply:step": (OWN, lambda s: of_draft(s) | {"step": "materials"}),
    "certificates:list": (SIGNED_IN, None),
    "certificates:detail": (OWN, of_certificate),
    "certificates:code": (OWN, of_certificate),
    "certificates:file": (OWN, of_certificate),
    "accounts:profile": (SIGNED_IN, None),
    "accounts:identity": (SIGNED_IN, None),
    "accounts:security": (SIGNED_IN, None),
    "accounts:take_over": (everybody(302, anonymous="in"), None),
    "accounts:unit_list": (SIGNED_IN, None),
    "accounts:register_unit": (SIGNED_IN, None),
    "accounts:unit": (UNIT, lambda s: {"pk": s.unit.pk}),
    "accounts:end_membership": (everybody(405, anonymous="in"), lambda s: {"pk": s.unit.pk, "member_pk": s.member.pk}),
}


# What changes something: nobody but the owner gets through, by POST. The owner's answer is not 404.
OWNERS_ACTS = (
    "me:contact",
    "me:contact_answer",
    "me:withdraw_internship",
    "me:event",
    "me:leave_talk",
    "me:consent_withdraw",
    "me:withdraw",
    "me:rate",
    "me:wallet_remove",
    "me:supply",
    "me:collect",
    "me:message",
    "me:messages",
    "me:benefits_answer",
    "apply:renew",
    "apply:save",
    "apply:upload",
    "apply:remove",
    "apply:reuse",
    "apply:step",
    "apply:discard",
)


def addresses(patterns, prefix: str = "", namespace: str = ""):
    """Yield name -> pattern of everything outside the admin and sign-in."""
    for entry in patterns:
        if hasattr(entry, "url_patterns"):
            inner = namespace + (f"{entry.namespace}:" if entry.namespace else "")
            yield from addresses(entry.url_patterns, prefix + str(entry.pattern), inner)
        else:
            yield f"{namespace}{entry.name}", prefix + str(entry.pattern)


EVERYTHING = dict(addresses(get_resolver().url_patterns))
SIGN_IN = {name for name, pattern in EVERYTHING.items() if re.match(r"(en/)?accounts/", pattern)}


@pytest.fixture
def scene():
    return world.build()


def client_of(scene, role: str) -> Client:
    client = Client()
    user = world.user_of(scene, role)
    if user is not None:
        client.force_login(user)
    return client


def found(client: Client, address: str, method: str = "get"):
    response = getattr(client, method)(address)
    if response.streaming:
        b"".join(response.streaming_content)
    if response.status_code in (301, 302) and urlsplit(response.url).path.startswith("/accounts/login"):
        return "in"
    return response.status_code


def test_every_address_has_an_entry():
    undeclared = {n for n in EVERYTHING if not n.startswith("admin:")} - SIGN_IN - set(ADDRESSES)
    assert undeclared == set()
    assert set(ADDRESSES) <= set(EVERYTHING)


def test_what_everybody_finds(scene):
    wrong = []
    for role in ROLES:
        client = client_of(scene, role)
        for name, (expected, fill) in ADDRESSES.items():
            address = reverse(name, kwargs=fill(scene) if fill else None)
            answer = found(client, address)
            if answer != expected[role]:
                wrong.append(f"{role} {name}: {answer} instead of {expected[role]}")
    assert not wrong, "\n".join(wrong)


def test_acts_on_what_is_somebody_elses_are_not_found(scene):
    wrong = []
    for role in [role for role in ROLES if role != "owner"]:
        client = client_of(scene, role)
        for name in OWNERS_ACTS:
            answer = found(client, reverse(name, kwargs=ADDRESSES[name][1](scene)), "post")
            if answer != ("in" if role == "anonymous" else 404):
                wrong.append(f"{role} {name}: {answer}")
    assert not wrong, "\n".join(wrong)


def test_the_answer_of_an_expert_is_nobody_elses(scene):
    for role in [role for role in ROLES if role != "expert"]:
        client = client_of(scene, role)
        for name in ("expert:answer", "expert:commit"):
            answer = found(client, reverse(name, kwargs={"pk": scene.seat.pk}), "post")
            assert answer == ("in" if role == "anonymous" else 404), f"{role} {name}"
        for name in ("expert:sheet", "expert:conflict"):
            answer = found(client, reverse(name, kwargs={"pk": scene.reading.dossier_id}), "post")
            assert answer == ("in" if role == "anonymous" else 404), f"{role} {name}"


UNITS_ACTS = tuple(
    f"org:{name}"
    for name in (
        *("act_for", "take_back", "shortlist_put", "shortlist_drop", "shortlist_entry", "search", "key_revoke"),
        *("new_internship", "internship", "edit_internship", "intern_agreement", "intern_base"),
        "event",
    )
)


def test_what_a_unit_keeps_is_changed_by_its_handlers_alone(scene):
    wrong = []
    for role in [role for role in ROLES if role != "handler"]:
        client = client_of(scene, role)
        for name in UNITS_ACTS:
            fill = ADDRESSES[name][1]
            answer = found(client, reverse(name, kwargs=fill(scene) if fill else None), "post")
            if answer != ("in" if role == "anonymous" else 404):
                wrong.append(f"{role} {name}: {answer}")
    assert not wrong, "\n".join(wrong)


def test_the_owner_reaches_every_act(scene):
    client = client_of(scene, "owner")
    there = {name: reverse(name, kwargs=ADDRESSES[name][1](scene)) for name in OWNERS_ACTS}
    answers = {name: found(client, address, "post") for name, address in there.items()}
    assert {name for name, answer in answers.items() if answer in (403, 404, 405, 500)} == set()
