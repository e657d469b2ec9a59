"""Once for each tier of a lineage, to the fen: whatever is recognized, merged, renamed, recovered, in any order."""

import datetime as dt
import random
from decimal import Decimal as D

import pytest

from accounts.models import UnitMember
from laborbrands.models import Brand, Subsidy, SubsidyEvent, SubsidyRule, Succession
from laborbrands.queries import money
from laborbrands.queries.lineage import ancestors, lineage
from laborbrands.services import recognition
from laborbrands.services import subsidy as services
from laborbrands.states import SubsidyState
from tests.applications.life import at_once, refused
from tests.laborbrands import recognition as road
from tests.laborbrands.recognition import NOW, make_brand

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 9, 18)
ACCOUNT = "6222 0200 1122 3344 556"


@pytest.fixture
def scene():
    return road.make_scene()


def recognize(scene, brand, tier, on=TODAY):
    recognition.recognize(
        brand=brand, tier=tier, recognized_on=on, document_no="云人社〔2026〕1号", actor=scene.leader, now=NOW
    )
    return Subsidy.objects.filter(brand=brand, tier=tier).first()


def paid(scene, subsidy):
    services.apply(subsidy=subsidy, actor=scene.handler, now=NOW, account=ACCOUNT)
    services.check(subsidy=subsidy, actor=scene.examiner, now=NOW)
    services.approve(subsidy=subsidy, actor=scene.leader, now=NOW, document_no="批1号")
    return services.pay(subsidy=subsidy, actor=scene.examiner, now=NOW, paid_on=TODAY, document_no="付1号")


def succeed(scene, old, new, *, merger=False):
    Succession.objects.create(
        old=old, new=new, is_merger=merger, on=TODAY, basis="批复", recorded_by=scene.leader, recorded_at=NOW
    )
    Brand.objects.filter(pk=old.pk).update(stage="MERGED")


# --- entitled


@pytest.mark.parametrize(("on", "amount"), [("2025-12-31", None), ("2026-01-01", 100000), ("2026-09-18", 100000)])
def test_only_what_was_recognized_since_the_rule_is_in_force(scene, on, amount):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL", dt.date.fromisoformat(on))
    assert (subsidy and subsidy.amount_yuan) == amount


def test_no_rule_no_money(scene):
    assert recognize(scene, make_brand(scene), "COUNTY") is None
    SubsidyRule.objects.update(effective_to=TODAY)
    assert recognize(scene, make_brand(scene, "乙"), "PROVINCIAL") is None


@pytest.mark.parametrize(("rule", "amount", "deducted"), [("DIFFERENCE", 200000, 100000), ("FULL", 300000, 0)])
def test_an_upgrade_brings_what_the_rule_says(scene, rule, amount, deducted):
    SubsidyRule.objects.update(upgrade=rule)
    brand = make_brand(scene)
    recognize(scene, brand, "PROVINCIAL")
    subsidy = recognize(scene, brand, "NATIONAL")
    assert (subsidy.amount_yuan, subsidy.deducted_yuan) == (amount, deducted)


def test_what_was_recovered_or_forfeited_is_not_deducted(scene):
    brand = make_brand(scene)
    first = paid(scene, recognize(scene, brand, "PROVINCIAL"))
    services.recover(subsidy=first, actor=scene.leader, now=NOW, reason="多付", amount=D("40000.01"))
    assert recognize(scene, brand, "NATIONAL").amount_yuan == D("240000.01")
    other = make_brand(scene, "乙")
    second = recognize(scene, other, "PROVINCIAL")
    services.forfeit(subsidy=second, actor=scene.leader, now=NOW, reason="撤回")
    assert recognize(scene, other, "NATIONAL").amount_yuan == 300000


def test_a_lower_tier_after_a_higher_one_brings_nothing(scene):
    brand = make_brand(scene)
    recognize(scene, brand, "NATIONAL")
    assert recognize(scene, brand, "PROVINCIAL") is None


def test_a_deduction_is_never_more_than_the_amount(scene):
    SubsidyRule.objects.filter(tier="NATIONAL").update(amount_yuan=50000)
    brand = make_brand(scene)
    recognize(scene, brand, "PROVINCIAL")
    assert recognize(scene, brand, "NATIONAL") is None


def test_recognized_again_after_its_removal_a_brand_gets_nothing_more(scene):
    brand = make_brand(scene)
    recognize(scene, brand, "PROVINCIAL")
    recognition.withdraw_recognition(recognition=brand.recognitions.get(), reason="x", actor=scene.leader, now=NOW)
    brand.refresh_from_db()
    assert brand.stage == "REMOVED"
    recognition.recognize(
        brand=brand, tier="PROVINCIAL", recognized_on=TODAY, document_no="2", actor=scene.leader, now=NOW
    )
    assert [s.state for s in Subsidy.objects.all()] == ["FORFEITED"]


def test_a_successor_gets_nothing_that_an_ancestor_had(scene):
    first, second, third, other = (make_brand(scene, name) for name in "甲乙丙丁")
    recognize(scene, first, "PROVINCIAL")
    succeed(scene, first, second)
    succeed(scene, second, third)
    succeed(scene, other, third, merger=True)
    assert ancestors(third.pk) == {first.pk, second.pk, third.pk, other.pk}
    assert lineage(first.pk) == {first.pk, second.pk, third.pk}
    assert recognize(scene, third, "PROVINCIAL") is None
    assert recognize(scene, third, "NATIONAL").deducted_yuan == 100000


@pytest.mark.django_db(transaction=True)
def test_of_two_recognitions_in_one_lineage_at_once_one_brings_money(scene):
    old, new = make_brand(scene, "甲"), make_brand(scene, "乙")
    succeed(scene, old, new)
    Brand.objects.filter(pk=old.pk).update(stage="RECOGNIZED")  # written while the merger is being recorded
    acts = [lambda: recognize(scene, old, "PROVINCIAL"), lambda: recognize(scene, new, "PROVINCIAL")]
    assert at_once(*acts) == ["done", "done"]
    assert Subsidy.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_recognitions_of_a_brand_at_once_one_is_kept(scene):
    brand = make_brand(scene)
    acts = [lambda: recognize(scene, Brand.objects.get(pk=brand.pk), "PROVINCIAL")] * 2
    assert sorted(at_once(*acts)) == ["The brand is recognized at this tier already.", "done"]
    assert Subsidy.objects.count() == 1


# --- paid


def test_the_whole_way_each_step_by_who_may(scene):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL")
    stranger = road.colleague(scene, unit="none")
    assert refused(services.apply, subsidy=subsidy, actor=stranger, now=NOW, account=ACCOUNT) == [
        "You do not act for the unit that builds this brand."
    ]
    for account in ("", "123", "6222x2001122334455", "6" * 31):
        assert refused(services.apply, subsidy=subsidy, actor=scene.handler, now=NOW, account=account) == [
            "Give the number of the bank account: 10 to 30 digits."
        ]
    subsidy = services.apply(subsidy=subsidy, actor=scene.handler, now=NOW, account=ACCOUNT)
    assert (subsidy.payee, subsidy.account_masked) == (scene.unit.name, "****4556"[:8])
    for wrong in (scene.leader, scene.county_examiner, scene.handler):
        assert refused(services.check, subsidy=subsidy, actor=wrong, now=NOW) == ["This step is for another role."]
    services.check(subsidy=subsidy, actor=scene.examiner, now=NOW)
    assert refused(services.approve, subsidy=subsidy, actor=scene.examiner, now=NOW, document_no="1") == [
        "This step is for another role."
    ]
    services.approve(subsidy=subsidy, actor=scene.leader, now=NOW, document_no="批1号")
    late = {"subsidy": subsidy, "now": NOW, "document_no": "付1号"}
    assert refused(services.pay, **late, actor=scene.leader, paid_on=TODAY) == [
        "Another person than who approved must note the payment."
    ]
    for day in ("2026-09-17", "2026-09-19"):
        assert refused(services.pay, **late, actor=scene.leader2, paid_on=dt.date.fromisoformat(day)) == [
            "The day of payment lies between the approval and today."
        ]
    services.pay(**late, actor=scene.leader2, paid_on=TODAY)
    assert refused(services.pay, **late, actor=scene.leader2, paid_on=TODAY) == [
        "This is not possible: the subsidy is paid."
    ]
    states = ["ENTITLED", "APPLIED", "CHECKED", "APPROVED", "PAID"]
    assert list(subsidy.events.values_list("state", flat=True)) == states


def test_who_checked_does_not_approve_even_with_both_posts(scene):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL")
    services.apply(subsidy=subsidy, actor=scene.handler, now=NOW, account=ACCOUNT)
    scene.leader.posts.create(
        role="EXAMINER", organization=scene.world.office, region=scene.world.province, starts_on=dt.date(2024, 1, 1)
    )
    services.check(subsidy=subsidy, actor=scene.leader, now=NOW)
    assert refused(services.approve, subsidy=subsidy, actor=scene.leader, now=NOW, document_no="1") == [
        "Another person than who checked must approve."
    ]


def test_nobody_of_the_builder_decides_on_its_money(scene):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL")
    services.apply(subsidy=subsidy, actor=scene.handler, now=NOW, account=ACCOUNT)
    UnitMember.objects.create(unit=scene.unit, user=scene.examiner, role="HR", joined_at=NOW)
    assert refused(services.check, subsidy=subsidy, actor=scene.examiner, now=NOW) == [
        "You belong to the unit that builds the brand; a colleague has to do this."
    ]


@pytest.mark.parametrize("amount", ["0", "-1", "100000.01", "0.001"])
def test_at_most_what_was_paid_is_recovered(scene, amount):
    subsidy = paid(scene, recognize(scene, make_brand(scene), "PROVINCIAL"))
    words = {"subsidy": subsidy, "actor": scene.leader, "now": NOW, "reason": "材料不实"}
    assert "can be recovered" in refused(services.recover, **words, amount=D(amount))[0]
    assert refused(services.recover, **words | {"reason": " "}) == ["Give the reason; it is kept."]
    assert services.recover(**words).recovered_yuan == 100000
    assert refused(services.recover, **words) == ["This is not possible: the subsidy is recovered."]


def test_what_was_paid_is_recovered_and_what_was_not_is_forfeited(scene):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL")
    words = {"subsidy": subsidy, "actor": scene.leader, "now": NOW, "reason": "x"}
    assert refused(services.recover, **words) == ["This is not possible: the subsidy is entitled."]
    paid(scene, subsidy)
    assert refused(services.forfeit, **words) == ["This is not possible: the subsidy is paid."]


@pytest.mark.django_db(transaction=True)
def test_of_two_payments_at_once_one_is_noted(scene):
    subsidy = recognize(scene, make_brand(scene), "PROVINCIAL")
    services.apply(subsidy=subsidy, actor=scene.handler, now=NOW, account=ACCOUNT)
    services.check(subsidy=subsidy, actor=scene.examiner, now=NOW)
    services.approve(subsidy=subsidy, actor=scene.leader, now=NOW, document_no="批1号")
    note = {"subsidy": subsidy, "now": NOW, "paid_on": TODAY, "document_no": "付1号"}
    acts = [lambda who=who: services.pay(**note, actor=who) for who in (scene.examiner, scene.leader2)]
    assert at_once(*acts).count("done") == 1
    assert money.totals(Subsidy.objects.all()).moved == 100000


# --- any history

VERBS = ("recognize", "recognize", "recognize", "succeed", "merge", "pay", "recover", "forfeit", "remove")


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_no_tier_is_given_twice_and_the_sums_agree(scene, seed):
    dice = random.Random(seed)
    SubsidyRule.objects.update(upgrade=dice.choice(["FULL", "DIFFERENCE"]))
    brands = [make_brand(scene, f"品牌{n}") for n in range(5)]
    for _n in range(40):
        _something(dice, scene, brands)
        _check_all()
    assert Subsidy.objects.exists()


def _something(dice, scene, brands) -> None:
    """Do one thing that people do, or leave it where it is refused."""
    alive = list(Brand.objects.exclude(stage="MERGED").order_by("pk"))
    brand, subsidy = dice.choice(alive), dice.choice([*Subsidy.objects.order_by("pk"), None])
    match dice.choice(VERBS):
        case "recognize":
            tier = dice.choice(["COUNTY", "PROVINCIAL", "NATIONAL"])
            if not brand.recognitions.filter(tier=tier, ended_on=None).exists():
                recognize(scene, brand, tier, on=dice.choice([TODAY, dt.date(2025, 6, 1)]))
        case "succeed":
            succeed(scene, brand, make_brand(scene, f"品牌{Brand.objects.count()}"))
        case "merge" if len(alive) > 1:
            succeed(scene, brand, dice.choice([other for other in alive if other != brand]), merger=True)
        case "pay" if subsidy and subsidy.state == SubsidyState.ENTITLED:
            paid(scene, subsidy)
        case "recover" if subsidy and subsidy.state == SubsidyState.PAID:
            amount = D(dice.randrange(1, int(subsidy.amount_yuan * 100) + 1)) / 100
            services.recover(subsidy=subsidy, actor=scene.leader, now=NOW, reason="核减", amount=amount)
        case "forfeit" if subsidy and subsidy.state == SubsidyState.ENTITLED:
            services.forfeit(subsidy=subsidy, actor=scene.leader, now=NOW, reason="放弃")
        case "remove":
            for row in brand.recognitions.filter(ended_on=None)[:1]:
                recognition.withdraw_recognition(recognition=row, reason="摘牌", actor=scene.leader, now=NOW)


def _check_all() -> None:
    """No subsidy repeats a tier of an ancestor that had it first; every sum agrees, together and one by one."""
    assert money.totals(Subsidy.objects.all()).agrees
    assert not Subsidy.objects.filter(recognition__recognized_on__lt=dt.date(2026, 1, 1)).exists()
    for subsidy in Subsidy.objects.all():
        assert money.totals(Subsidy.objects.filter(pk=subsidy.pk)).agrees
        assert subsidy.amount_yuan + subsidy.deducted_yuan == subsidy.rule.amount_yuan
        before = Subsidy.objects.filter(brand__in=ancestors(subsidy.brand_id), pk__lt=subsidy.pk, tier=subsidy.tier)
        joined = _joined_later(subsidy)
        assert not before.exclude(brand__in=joined).exists()


def _joined_later(subsidy) -> set[int]:
    """The ids of brands that were merged into the lineage after this subsidy was given: theirs were their own."""
    given = SubsidyEvent.objects.filter(subsidy=subsidy).order_by("pk").first().pk
    late = {pk for pk, mark in MERGED_AFTER.items() if mark > given}
    return set().union(*(ancestors(pk) for pk in late)) if late else set()


MERGED_AFTER: dict[int, int] = {}


@pytest.fixture(autouse=True)
def _no_mergers_yet(monkeypatch):
    """Note of every succession how many steps of subsidies there were before it."""
    MERGED_AFTER.clear()
    write = Succession.objects.create

    def noted(**row):
        last = SubsidyEvent.objects.order_by("-pk").first()
        MERGED_AFTER[row["old"].pk] = (last.pk if last else 0) + 1
        return write(**row)

    monkeypatch.setattr(Succession.objects, "create", noted)
