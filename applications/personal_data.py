"""Everything the portal holds about a person, gathered for the copy they may ask for: plain data, and files."""

from accounts.models import Person, UnitMember
from applications import own_data
from applications.models import Case, DeferralBan, Viewing, WalletItem
from certificates.models import Certificate
from policies.models import Follow, Offer, ProactiveConsent, SavedSearch

ACCOUNT = ("email", "phone", "name", "language", "elder_mode", "wants_marketing", "date_joined", "last_login")


def collect(user) -> tuple[dict, list]:
    """Return the data by subject, ready for JSON, and the files as (name in the copy, stored file)."""
    files: list = []
    data = {
        "account": _fields(user, *ACCOUNT),
        "identity": _identity(user),
        "units": [_member(m) for m in UnitMember.objects.filter(user=user).select_related("unit")],
        "cases": [_case(case, files) for case in _cases(user)],
        "certificates": [_certificate(c, files) for c in _certificates(user)],
        "verified_materials": [_wallet(item, files) for item in _wallet_items(user)],
        "deferral_bans": _rows(DeferralBan.objects.filter(applicant=user), "starts_on", "ends_on"),
        "messages": _rows(user.inbox.all(), "created_at", "title", "body", "read_at"),
        "followed_policies": [str(f.policy) for f in Follow.objects.filter(user=user).select_related("policy")],
        "saved_searches": _rows(SavedSearch.objects.filter(user=user), "query", "frequency", "created_at"),
        "proactive_consents": _rows(ProactiveConsent.objects.filter(user=user), "facts", "given_at", "withdrawn_at"),
        "offers": [
            {"benefit": str(o.benefit), **_fields(o, "state", "found_at", "answered_at")}
            for o in Offer.objects.filter(user=user).select_related("benefit")
        ],
        "looks_of_staff": [
            {"case": v.case.case_no, **_fields(v, "what", "reason", "at")}
            for v in Viewing.objects.filter(case__in=Case.objects.own(user)).select_related("case")
        ],
    }
    return data | {name: holding.copied(user) for name, holding in own_data.holdings.items()}, files


def _fields(row, *names: str) -> dict:
    return {name: getattr(row, name) for name in names}


def _rows(rows, *names: str) -> list[dict]:
    return list(rows.values(*names))


def _identity(user) -> dict | None:
    person = Person.objects.filter(user=user).first()
    if person is None:
        return None
    names = ("name", "document_type", "issuing_country", "birth_date", "sex", "level", "checked_at")
    looks = _rows(person.reveals.all(), "reason", "at")
    return _fields(person, *names) | {"id_number": str(person.id_number), "looks_at_the_number": looks}


def _member(member: UnitMember) -> dict:
    return {"unit": member.unit.name, **_fields(member, "role", "joined_at", "left_at")}


def _cases(user):
    cases = Case.objects.filter(applicant=user).select_related("item", "window", "unit").order_by("pk")
    return cases.prefetch_related("materials__files", "materials__spec", "events", "clocks", "papers", "ratings")


def _case(case: Case, files: list) -> dict:
    place = f"files/{case.case_no or case.public_id}"
    names = ("case_no", "query_code", "state", "close_type", "close_reason", "channel", "answers", "created_at")
    dates = ("received_at", "accepted_on", "decided_at", "closed_at")
    return {
        "item": str(case.item),
        "unit": case.unit.name if case.unit else None,
        "window": str(case.window) if case.window else None,
        **_fields(case, *names, *dates),
        "materials": [_material(material, place, files) for material in case.materials.all()],
        "steps": [_fields(event, "seq", "verb", "at", "actor_role", "opinion") for event in case.events.all()],
        "deadlines": [_fields(c, "kind", "owner", "started_on", "due_on", "finished_at") for c in case.clocks.all()],
        "papers": [_paper(paper, place, files) for paper in case.papers.all()],
        "messages": [_message(message, place, files) for message in case.messages.prefetch_related("files")],
        "ratings": [
            _fields(r, "touch_point", "level", "aspects", "comment", "is_named", "rated_at") for r in case.ratings.all()
        ],
        "commitment": _commitment(case),
    }


def _material(material, place: str, files: list) -> dict:
    kept = [file for file in material.files.all() if file.removed_at is None]
    files += [(f"{place}/{material.spec.key}-{f.version}.{f.kind}", f.file) for f in kept]
    return {
        "name": material.spec.name_zh,
        **_fields(material, "status", "check_result", "check_note"),
        "files": [_fields(f, "name", "size", "sha256", "uploaded_at") for f in kept],
    }


def _paper(paper, place: str, files: list) -> dict:
    files.append((f"{place}/{paper.kind.lower()}-{paper.seq}.pdf", paper.file))
    return _fields(paper, "kind", "number", "issued_at", "content")


def _message(message, place: str, files: list) -> dict:
    files += [(f"{place}/message-{f.pk}.{f.kind}", f.file) for f in message.files.all()]
    return _fields(message, "is_from_office", "text", "sent_at", "read_at")


def _commitment(case: Case) -> dict | None:
    signed = getattr(case, "commitment", None)
    if signed is None:
        return None
    promised = [
        {"material": i.material.spec.name_zh, **_fields(i, "reason", "promised_on", "due_on", "supplied_at", "is_late")}
        for i in signed.items.select_related("material__spec")
    ]
    return _fields(signed, "text_version", "signed_name", "signature", "signed_at") | {"promised": promised}


def _certificates(user):
    return Certificate.objects.filter(holder__user=user, unit=None).select_related("kind").order_by("pk")


def _certificate(certificate: Certificate, files: list) -> dict:
    files.append((f"files/certificates/{certificate.number}-{certificate.version}.pdf", certificate.file))
    return {"kind": str(certificate.kind), **_fields(certificate, "number", "status", "face", "valid_until")}


def _wallet_items(user):
    return WalletItem.objects.filter(owner=user, removed_at__isnull=True).select_related("file", "verified_by")


def _wallet(item: WalletItem, files: list) -> dict:
    files.append((f"files/verified/{item.key}-{item.pk}.{item.file.kind}", item.file.file))
    return {"verified_by": str(item.verified_by), **_fields(item, "name_zh", "verified_on", "valid_until")}
