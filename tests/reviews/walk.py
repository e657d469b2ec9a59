"""A round under review on the demo, for walks through the pages of experts and of the office that invites them."""

from datetime import timedelta
from types import SimpleNamespace

from applications.models import Case
from reviews.models import Discipline, Draw, ExpertCall, Group, ReviewRound, ScoreScheme, Seat
from reviews.services import dossiers
from tests.reviews import callings

LISTS = (
    *("reviews_discipline", "reviews_expert", "reviews_reviewround", "reviews_dossier"),
    *("reviews_expertcall", "reviews_expertapplication"),
    *(f"laborbrands_{name}" for name in ("ambassador", "studio", "trainingclass", "opening", "team", "plan")),
    *(f"laborbrands_{name}" for name in ("cooperation", "enquiry", "brand", "brandstat", "recognition", "industry")),
    *(f"laborbrands_{name}" for name in ("countyprofile", "reportedfigure", "annualreport", "brandapplication")),
    *(f"laborbrands_{name}" for name in ("condition", "subsidy", "subsidyrule", "succession")),
)


def make(who, now) -> SimpleNamespace:
    """Make a dossier of the demo's brand case and two seats: one that has promised, one that is still invited."""
    examiner, leader = who("examiner"), who("leader")
    case = Case.objects.get(item__code="labor-brand", state="EXAMINING")
    round_ = ReviewRound.objects.create(
        organization=examiner.posts.get().organization,
        item=case.item,
        number="PS20260099",
        title_zh="走查评审",
        title_en="Review to look at",
        scheme=ScoreScheme.objects.get(code="labor-brand"),
        seats=3,
        created_by=examiner,
        created_at=now,
    )
    group = Group.objects.create(round=round_, seq=1, discipline=Discipline.objects.order_by("code").first())
    dossier = dossiers.make_dossier(group=group, case=case, actor=examiner, now=now)
    dossiers.approve_dossier(dossier=dossier, actor=leader, now=now)
    written = {"algorithm": "test", "wanted": 3, "pool": {"outside": 0}, "pool_hash": "0" * 64, "nonce": "17-4-22"}
    people = {"frozen_by": examiner, "frozen_at": now, "drawn_by": leader, "drawn_at": now}
    draw = Draw.objects.create(group=group, **written, **people)
    states = (("expert", "ACCEPTED", {"committed_at": now, "answered_at": now}), ("expert2", "INVITED", {}))
    seats = [
        Seat.objects.create(
            group=group,
            draw=draw,
            expert=who(key).expert,
            rank=rank,
            state=state,
            invited_at=now,
            answer_by=now + timedelta(hours=48),
            **facts,
        )
        for rank, (key, state, facts) in enumerate(states, start=1)
    ]
    until = (now + timedelta(days=20)).date()
    ReviewRound.objects.filter(pk=round_.pk).update(state="REVIEWING", review_until=until)
    applied = callings.applied(ExpertCall.objects.published().first(), who("handler"), now)
    return SimpleNamespace(round=round_, group=group, dossier=dossier, seats=seats, case=case, applied=applied)


def pages(walked, who):
    """Yield (user, address, arguments, query) of the pages of experts, offices and readers around it."""
    (ready, invited), expert = walked.seats, who("expert")
    yield expert, "expert:home", (), ""
    yield expert, "expert:invitation", (ready.pk,), ""
    yield who("expert2"), "expert:invitation", (invited.pk,), ""
    yield expert, "expert:desk", (walked.group.pk,), ""
    yield expert, "expert:dossier", (walked.dossier.pk,), ""
    yield expert, "expert:conflict", (walked.dossier.pk,), ""
    call = walked.applied.call.number
    yield None, "experts:list", (), ""
    yield None, "experts:detail", (call,), ""
    yield who("applicant"), "experts:apply", (call,), ""
    yield who("handler"), "me:expert_applications", (), ""
    examiner = who("examiner")
    yield examiner, "admin:reviews_expertcall_add", (), ""
    yield examiner, "admin:reviews_expertcall_change", (walked.applied.call_id,), ""
    yield examiner, "admin:reviews_expertapplication_change", (walked.applied.pk,), ""
    yield from ((examiner, f"admin:{name}_changelist", (), "") for name in LISTS)
    yield examiner, "admin:reviews_reviewround_change", (walked.round.pk,), ""
    yield examiner, "admin:reviews_dossier_round", (walked.round.pk,), ""
    yield examiner, "admin:reviews_dossier_change", (walked.dossier.pk,), ""
    yield examiner, "admin:reviews_expert_change", (expert.expert.pk,), ""
    yield examiner, "admin:laborbrands_brandapplication_change", (walked.case.brand_application.pk,), ""
    florists = ("kunming-chenggong-florists",)
    yield from ((None, f"brands:{name}", florists, "") for name in ("detail", "enquire", "thanks"))
    yield who("handler"), "org_brands:home", (), ""
    yield who("handler"), "org_brands:figures", florists, ""
