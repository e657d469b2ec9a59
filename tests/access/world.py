"""One world with a row behind every address, and everybody who might open it."""

from datetime import timedelta
from types import SimpleNamespace

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Role, UnitMember, User
from applications import services
from applications.models import WalletItem
from applications.services import conversation, export, ratings
from applications.uploads import look_into
from certificates.models import Certificate
from jobs import clock
from jobs import services as jobs
from laborbrands.models import (
    AnnualReport,
    Brand,
    BrandApplication,
    Builder,
    Condition,
    CountyProfile,
    Industry,
    Recognition,
    ReportedFigure,
    Subsidy,
    SubsidyRule,
)
from laborbrands.services import evaluation, removal, succession
from notifications.models import Message
from policies.matching import proactive
from policies.search.index import index_version
from policies.services import following
from reviews.services import invitations, objections
from talents.models import UnitUse
from talents.services import tokens
from tests import cast
from tests.applications import samples
from tests.cast import moment
from tests.laborbrands import factory
from tests.policies import library
from tests.reviews import callings, notices
from tests.reviews import scene as reviews
from tests.talents import events, interns, pool, vacancy_rows

ROLES = (
    "anonymous",
    "owner",
    "stranger",
    "handler",
    "clerk",
    "other_clerk",
    "examiner",
    "leader",
    "certificate_clerk",
    "editor",
    "official",
    "expert",
    "administrator",
)


def build() -> SimpleNamespace:
    """Make the cast, a draft, a case with files and papers, a unit's case, a certificate and a message."""
    world = cast.make_world()
    now = moment("2026-09-18 10:00")
    people = SimpleNamespace(
        owner=cast.make_person("owner@example.org", "陈思远", "990101199003070015"),
        stranger=cast.make_person("stranger@example.org", "李一", "990101198808150026"),
        handler=cast.make_person("handler@example.org", "刘经办", "99010119900307004X"),
        clerk=cast.make_staff("clerk@example.org", "李雪梅", Role.CLERK, world.county, world.office, [world.window]),
        other_clerk=cast.make_staff(
            "other@example.org", "王外", Role.CLERK, world.other_county, world.office, [world.other_window]
        ),
        examiner=cast.make_staff("examiner@example.org", "赵审", Role.EXAMINER, world.province, world.office),
        leader=cast.make_staff("leader@example.org", "钱批", Role.LEADER, world.province, world.office),
        certificate_clerk=cast.make_staff(
            "seal@example.org", "孙证", Role.CERTIFICATE_CLERK, world.province, world.office
        ),
        editor=cast.make_staff("editor@example.org", "孙编", Role.EDITOR, world.province, world.office),
        official=cast.make_staff("official@example.org", "周官", Role.OFFICIAL, world.province, world.office),
        expert=cast.make_staff("expert@example.org", "郑专", Role.EXPERT, world.province, world.office),
        administrator=cast.make_staff("admin@example.org", "吴管", Role.ADMINISTRATOR, world.province, world.office),
    )
    unit = cast.make_unit(world.county, people.handler, now)
    member = UnitMember.objects.create(unit=unit, user=people.stranger, role="HR", joined_at=now, left_at=now)
    case = cast.submit(
        cast.make_draft(world, people.owner, "id", "degree", "works", "form", "photo", now=now), people.owner, now
    )
    done = _finished(world, people, now)
    draft_item, _guide = cast.make_item(world.province, world.office, [world.window], serial=3)
    draft = cast.make_draft(world, people.owner, "id", now=now, item=draft_item)
    ratings.rate(case=case, actor=people.owner, now=now, touch_point="INTAKE", level=5)
    message_file = _written(case, people.owner, now)
    jobs.run_due(now)
    scene = SimpleNamespace(
        world=world,
        people=people,
        unit=unit,
        member=member,
        case=case,
        done=done,
        draft=draft,
        now=now,
        message_file=message_file,
        file=case.materials.get(spec__key="id").files.get(),
        paper=case.papers.first(),
        certificate=Certificate.objects.get(),
        message=Message.objects.filter(recipient=people.owner).first(),
        offer=_offered(people, now),
        rating=case.ratings.get(),
        rating_code=ratings.make_rating_token(case=done, actor=people.clerk, now=clock.now(), touch_point="INTAKE"),
        verified=_verified(done, people.owner, now),
        export=export.build_export(export=export.ask_for_export(actor=people.owner, now=clock.now()), now=clock.now()),
        policy=_policy(),
        search=following.save_search(query="topic=talent", frequency="DAILY", actor=people.owner, now=now),
        seat=_draw(world, people, case, now),
        reading=_scores(world, people, done, now),
        applied=callings.applied(callings.published(world, people.examiner, clock.now()), people.owner, clock.now()),
        kept=_kept_honest(world, people, unit, now),
    )
    _recognition(scene)
    _around(scene)
    _units_of_the_pool(scene)
    _person_of_the_pool(scene)
    _vacancies(scene)
    interns.scene(scene)
    events.scene(scene)
    return scene


def _kept_honest(world, people, unit, now):
    """A publicity with an objection; a brand of the unit's with a report, an evaluation, a removal, a succession."""
    notice = notices.posted(world, people.examiner, now)
    objection = objections.object_to(entry=notice.entries.get(), now=now, **notices.OBJECTION)
    brand = factory.kept_brand(world, unit=unit)
    cycle = evaluation.open_evaluation(
        organization=world.office,
        tier="PROVINCIAL",
        scheme=factory.make_scheme(),
        title_zh="x",
        title_en="x",
        starts_on=now.date(),
        ends_on=now.date(),
        actor=people.examiner,
        now=now,
    )
    facts = {"ground": "FRAUD", "facts": "x", "notice_no": "1"}
    removed = removal.give_notice(brand=brand, actor=people.examiner, now=now, **facts)
    old, new = factory.kept_brand(world, "旧名"), factory.kept_brand(world, "新名")
    passed = succession.succeed(old=old, new=new, basis="x", actor=people.leader, now=now)
    report = AnnualReport.objects.create(brand=brand, year=2025, due_on=now.date())
    return SimpleNamespace(
        notice=notice,
        objection=objection,
        brand=brand,
        cycle=cycle,
        removal=removed,
        succession=passed,
        report=report,
    )


def _recognition(scene) -> None:
    """A brand that the handler's unit builds, with its subsidy, and an application for a brand."""
    Industry.objects.create(code="x", name_zh="行业", name_en="Industry")
    day, place = scene.now.date(), scene.world
    brand = Brand.objects.create(
        code="brand",
        name_zh="品牌",
        name_en="Brand",
        category="SKILL",
        industry_id="x",
        region=place.county,
        department=place.office,
        stage="RECOGNIZED",
        created_at=scene.now,
    )
    Builder.objects.create(brand=brand, unit=scene.unit, name_zh="单位", starts_on=day)
    BrandApplication.objects.create(case=scene.case, tier="PROVINCIAL", region=place.county, created_at=scene.now)
    Condition.objects.create(
        tier="COUNTY", question="x", least=1, text_zh="条件", text_en="Condition", effective_from=day
    )
    given = Recognition.objects.create(brand=brand, tier="PROVINCIAL", recognized_on=day)
    rule = SubsidyRule.objects.create(tier="PROVINCIAL", amount_yuan=100000, effective_from=day, basis="x")
    scene.brand, scene.subsidy = (
        brand,
        Subsidy.objects.create(
            brand=brand, tier="PROVINCIAL", recognition=given, rule=rule, year=2026, amount_yuan=100000
        ),
    )


def _person_of_the_pool(scene) -> None:
    """The owner in the talent pool, asked by the handler's unit."""
    scene.own_profile = pool.profile(scene.world.county, scene.people.owner, now=scene.now)
    scene.asked = pool.request(scene.unit, scene.own_profile, scene.people.handler, now=scene.now)
    scene.consent = scene.people.owner.pool_consents.get()


def _units_of_the_pool(scene) -> None:
    """The handler's unit in the talent pool: checked, with a request that was accepted, a list and a search."""
    unit, handler, now = scene.unit, scene.people.handler, clock.now()
    authority = pool.authority(unit.members.get(user=handler), now=now)
    found = pool.profile(scene.world.county, now=now)
    lists = unit.shortlists.create(name="候选", by=handler, created_at=now)
    UnitUse.objects.create(unit=unit, day=now.date())
    scene.pool = SimpleNamespace(
        authority=authority,
        check=pool.check(unit, handler, now=now),
        profile=found,
        contact=pool.accepted(unit, found, handler, now=now),
        entry=lists.entries.create(profile=found, by=handler, at=now),
        search=unit.talent_searches.create(name="搜索", query="degree=5", told_until=now, by=handler, created_at=now),
        token=tokens.make(unit=unit, name="接口", actor=handler, now=now)[0],
    )


def _vacancies(scene) -> None:
    """A vacancy of the handler's unit that is online, and a draft."""
    last = timezone.localdate(clock.now()) + timedelta(days=30)
    told = {"unit": scene.unit, "by": scene.people.handler, "expires_on": last}
    scene.vacancy = vacancy_rows.put(scene.world, **told)
    scene.vacancy_draft = vacancy_rows.put(scene.world, **told, state="DRAFT")


def _draw(world, people, case, now):
    """An expert's seat in a round with one group, drawn and invited just now."""
    reviews.make_disciplines()
    round_ = reviews.open_round(world, people.examiner, world.item, now=now)
    group = reviews.make_group(round_, people.examiner, case)
    reviews.make_experts(world.office, 2)
    reviews.make_expert(world.office, 3, user=people.expert)
    reviews.drawn(group, people.examiner, people.leader, now=now)
    invitations.invite(group=group, actor=people.examiner, now=clock.now())
    return group.seats.get(expert__user=people.expert)


def _around(scene) -> None:
    """A brand that the handler's unit builds, with everything around it."""
    brand = factory.florists(scene.world, unit=scene.unit)
    factory.surround(brand, scene.now)
    CountyProfile.objects.create(region=scene.world.county, kind="CULTURE")
    ReportedFigure.objects.create(
        key="jobs",
        region=scene.world.province,
        value=1,
        label_zh="就业",
        label_en="Jobs",
        source_zh="报道",
        source_en="Report",
    )
    scene.florists = brand


def _scores(world, people, case, now):
    """A file of a dossier that the expert may read: the round is under review, the promise given."""
    round_ = reviews.open_round(world, people.examiner, world.item, scheme=reviews.make_scheme(version=2), now=now)
    group = reviews.make_group(round_, people.examiner, case)
    type(round_).objects.filter(pk=round_.pk).update(state="REVIEWING", review_until=cast.day("2099-01-01"))
    dossier = group.dossiers.get()
    type(dossier).objects.filter(pk=dossier.pk).update(checked_by=people.leader, checked_at=now)
    draw = group.draws.create(
        algorithm="x", wanted=3, pool={"outside": 0}, pool_hash="0" * 64, frozen_by=people.examiner, frozen_at=now
    )
    expert = people.expert.expert
    group.seats.create(draw=draw, expert=expert, rank=1, state="ACCEPTED", answered_at=now, committed_at=now)
    file = dossier.files.create(
        seq=1, title_zh="证明", title_en="Proof", kind="png", sha256="0" * 64, added_by=people.examiner, added_at=now
    )
    file.file.save("x.png", ContentFile(samples.make_png()))
    return file


def _written(case, owner, now):
    """A message of the owner's with a file."""
    message = conversation.send_message(case=case, actor=owner, now=now, text="x", files=[look_into(samples.pdf())])
    return message.files.get()


def _policy():
    """A policy in its second version, with a benefit."""
    library.make_version("talents", label="1.0", state="SUPERSEDED")
    version = library.make_version("talents", label="2.0")
    library.make_benefit(version, "rent")
    index_version(version)
    return version


def _verified(case, owner, now):
    """A material of the finished case, kept for the next one."""
    file = case.materials.get(spec__key="degree").files.get()
    return WalletItem.objects.create(
        owner=owner,
        key="degree",
        name_zh="学位证书",
        name_en="Degree certificate",
        file=file,
        verified_by=case.organization,
        verified_on=now.date(),
    )


def _offered(people, now):
    """A benefit found for the owner, who agreed to that."""
    library.make_benefit(library.make_version(), mode="AUTO")
    proactive.give_consent(facts={"region": "530000/530100/530114"}, actor=people.owner, now=now)
    return people.owner.offers.get()


def _finished(world, people, now):
    """A case of the owner's that was granted, so that there is a certificate."""
    item, _guide = cast.make_item(world.province, world.office, [world.window], serial=2)
    case = cast.make_draft(world, people.owner, "id", "degree", "works", "form", "photo", now=now, item=item)
    case = cast.submit(case, people.owner, now)
    cast.check_all(case, people.clerk, now)
    services.accept(case=case, actor=people.clerk, now=now)
    services.conclude(case=case, actor=people.examiner, now=now, proposal="GRANT", opinion="可")
    return services.grant(case=case, actor=people.leader, now=now)


def user_of(scene, role: str) -> User | None:
    return None if role == "anonymous" else getattr(scene.people, role)
