"""What is known of a draft at one moment: its form, its materials, its promises, and what stands against each step."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.queries import person_of
from applications import outcomes, queries, questions, rules
from applications.forms import PromiseForm, window_field
from applications.models import Case, Material, MaterialFile, WalletItem
from applications.services.clocks import calendar_of
from applications.services.drafts import STEPS
from applications.states import DeferralReason, MaterialStatus, ScanState
from policies.models import Necessity, OnBreach, Tier
from talentportal.lib.bilingual import pick
from talentportal.lib.uploads import MIME
from workstations.models import Window, WindowStatus
from workstations.queries import home_of, prefecture_of

STEP_NAMES = {
    "identity": gettext_lazy("Confirm who you are"),
    "basics": gettext_lazy("Basics"),
    "materials": gettext_lazy("Hand in materials"),
    "check": gettext_lazy("Check your answers"),
    "sign": gettext_lazy("Sign and submit"),
}
BREACH_WORDS = {
    OnBreach.DEEMED_WITHDRAWN: gettext_lazy("my application counts as withdrawn"),
    OnBreach.ACCEPTANCE_REVOKED: gettext_lazy("its acceptance is revoked"),
    OnBreach.REFUSED: gettext_lazy("my application is refused"),
    OnBreach.TERMINATED: gettext_lazy("the case is ended"),
}
SCAN_ROWS = {ScanState.PENDING: "scanning", ScanState.INFECTED: "failed"}
ROW_ICONS = {
    "held": "shield",
    "uploaded": "check",
    "scanning": "clock",
    "failed": "warning",
    "missing": "plus",
    "deferred": "plus",
}


@dataclass
class Row:
    """One material as its row shows it."""

    material: Material
    files: list[MaterialFile]
    is_required: bool
    may_change: bool = True
    errors: list | None = None
    offer: WalletItem | None = None  # a verified material of the owner's that would do

    @property
    def is_core(self) -> bool:
        return self.material.spec.tier == Tier.CORE

    @property
    def newest(self) -> MaterialFile | None:
        return self.files[-1] if self.files else None

    @property
    def state(self) -> str:
        if self.newest:
            return SCAN_ROWS.get(self.newest.scan_state, "uploaded")
        if self.material.status == MaterialStatus.HELD:
            return "held"
        return "deferred" if self.material.status == MaterialStatus.DEFERRED else "missing"

    @property
    def source(self) -> WalletItem | None:
        """The verified material that the newest file is a copy of."""
        return self.newest.from_wallet if self.newest else None

    @property
    def icon(self) -> str:
        return ROW_ICONS[self.state]

    @property
    def is_there(self) -> bool:
        return self.state in ("held", "uploaded", "scanning")

    @property
    def kinds(self) -> list[str]:
        return self.material.spec.formats or list(MIME)

    @property
    def accept(self) -> str:
        """What the browser's file dialog offers."""
        return ",".join(f".{kind}" for kind in self.kinds) + (",image/*" if self.takes_photos else "")

    @property
    def takes_photos(self) -> bool:
        return "jpg" in self.kinds


def row_of(material: Material, *, is_required: bool = True, may_change: bool = True) -> Row:
    """Return the row of a material whose files were prefetched."""
    files = [kept for kept in material.files.all() if kept.removed_at is None]
    return Row(material, files, is_required, may_change)


def windows_for(item, today):
    """Return the open windows that handle a service item on a day."""
    covering = item.window_items.filter(Q(ends_on=None) | Q(ends_on__gt=today), starts_on__lte=today)
    return Window.objects.filter(pk__in=covering.values("window"), status=WindowStatus.OPEN).order_by(
        "region__path", "code"
    )


class Wizard:
    """A draft seen at one moment by its applicant or the agent. Reads only; each part is read once."""

    def __init__(self, case: Case, user, now: datetime):
        self.case, self.user, self.now = case, user, now
        self.today = timezone.localdate(now)
        self.guide = case.guide

    # --- whether the draft can still be worked on

    @cached_property
    def guide_in_force(self):
        return self.case.item.guides.in_force(self.today).order_by("-version").first()

    @property
    def has_expired(self) -> bool:
        return bool(self.case.expires_on and self.case.expires_on < self.today)

    @property
    def is_outdated(self) -> bool:
        """Whether the guide was replaced or ended since the draft was begun."""
        return not self.case.item.guides.in_force(self.today).filter(pk=self.guide.pk).exists()

    # --- step by step

    @cached_property
    def person(self):
        return person_of(self.case.applicant)

    @property
    def is_agent(self) -> bool:
        """Whether somebody else than the applicant fills it in, under a power of attorney."""
        return self.user.pk != self.case.applicant_id

    @cached_property
    def windows(self):
        return windows_for(self.case.item, self.today)

    def basics_form(self, data=None):
        """Return the questions of the guide with the choice of the window behind them."""
        judge = outcomes.judge(self.case, now=self.now)
        form = questions.question_form(self.guide, self.today, answers=self.case.answers, data=data, judge=judge)
        form.fields["window"] = window_field(self.windows, self._home())
        form.fields["window"].initial = self.case.window_id or self._only_window()
        return form

    def _home(self) -> str:
        """The prefecture of the window that had the last case of this applicant, else that of the unit or capital."""
        earlier = Case.objects.filter(applicant=self.case.applicant, window__isnull=False).exclude(pk=self.case.pk)
        path = earlier.order_by("-created_at").values_list("window__region__path", flat=True).first() or ""
        return prefecture_of(path) or home_of(self.case.applicant)

    def _only_window(self):
        found = list(self.windows[:2])
        return found[0].pk if len(found) == 1 else None

    @cached_property
    def rows(self) -> list[Row]:
        """The materials that the guide asks for in this situation; optional ones are offered too."""
        answers = self.case.answers
        rows = [
            row_of(material, is_required=material.spec.necessity != Necessity.OPTIONAL)
            for material in queries.materials_of(self.case)
            if rules.applies(material.spec, answers)
        ]
        prefetch_related_objects([row.newest for row in rows if row.newest], "from_wallet__verified_by")
        wallet = self.wallet if any(row.material.spec.valid_months for row in rows) else {}
        for row in rows:
            found = wallet.get(row.material.spec.key)
            row.offer = found if found and found.file.kind in row.kinds and row.source != found else None
        return rows

    @cached_property
    def wallet(self) -> dict[str, WalletItem]:
        """Key of a material -> the newest verified one of the applicant's that can be used today; none for an agent."""
        if self.is_agent:
            return {}
        usable = WalletItem.objects.usable(self.user, self.today, self.case.unit)
        found: dict[str, WalletItem] = {}
        for item in usable.select_related("file", "verified_by"):
            found.setdefault(item.key, item)
        return found

    @property
    def goes_to_precheck(self) -> bool:
        """Whether the office looks at the application online before it is received."""
        return self.guide.has_precheck

    @property
    def core_rows(self) -> list[Row]:
        return [row for row in self.rows if row.is_core]

    @property
    def other_rows(self) -> list[Row]:
        return [row for row in self.rows if not row.is_core]

    @property
    def core_left(self) -> int:
        return sum(row.is_required and not row.is_there for row in self.core_rows)

    @property
    def others_left(self) -> int:
        return sum(row.is_required and not row.is_there for row in self.other_rows)

    @property
    def core_there(self) -> int:
        return sum(row.is_there for row in self.core_rows)

    @property
    def others_there(self) -> int:
        return sum(row.is_there for row in self.other_rows)

    @property
    def is_scanning(self) -> bool:
        return any(row.state == "scanning" for row in self.rows)

    @cached_property
    def missing(self) -> list[Material]:
        return [row.material for row in self.rows if row.is_required and not row.is_there]

    @cached_property
    def deferral_obstacles(self) -> list:
        """Why the missing materials cannot come later; empty when they can."""
        standing = queries.standing_of(self.case, self.today)
        return rules.deferral_obstacles(self.guide, [material.spec for material in self.missing], standing)

    @cached_property
    def closed(self) -> queries.Closed | None:
        """Why nothing can be supplied later although the guide allows it: an earlier promise was not kept."""
        if not self.guide.deferral_allowed:
            return None
        return queries.closed_by(queries.ban_on(self.today, applicant=self.case.applicant, unit=self.case.unit))

    @property
    def may_commit(self) -> bool:
        return bool(self.missing) and not self.deferral_obstacles

    @cached_property
    def calendar(self):
        return calendar_of(self.case)

    @cached_property
    def latest(self) -> dict:
        """Material id -> last day to which it can be deferred when the case is accepted today."""
        return {
            material.pk: rules.latest_supply_day(self.guide, material.spec, self.today, self.calendar)
            for material in self.missing
        }

    def promise_form(self, data=None) -> PromiseForm:
        """Return the form of the commitment, bound to data or filled with the promises kept in the draft."""
        return PromiseForm(self.missing, self.latest, self.calendar, self.today, data, initial=self._kept_promises())

    def _kept_promises(self) -> dict:
        initial = {}
        for material in self.missing:
            promise = self.case.answers.get("_promises", {}).get(str(material.pk), {})
            initial[f"reason_{material.pk}"] = promise.get("reason", "")
            initial[f"day_{material.pk}"] = promise.get("promised_on") or self.latest[material.pk]
        return initial

    @cached_property
    def kept_promise_form(self) -> PromiseForm:
        """The promises kept in the draft, validated."""
        kept = self.case.answers.get("_promises", {})
        data = {}
        for material in self.missing:
            promise = kept.get(str(material.pk), {})
            data |= {
                f"reason_{material.pk}": promise.get("reason", ""),
                f"day_{material.pk}": promise.get("promised_on") or "",
            }
        return PromiseForm(self.missing, self.latest, self.calendar, self.today, data)

    def promised(self) -> list[tuple]:
        """Return (material, reason in words, day) of each promise kept in the draft."""
        form, reasons = self.kept_promise_form, dict(DeferralReason.choices)
        form.is_valid()
        return [
            (m, reasons.get(form.cleaned_data.get(f"reason_{m.pk}"), ""), form.cleaned_data.get(f"day_{m.pk}"))
            for m in self.missing
        ]

    # --- what stands against each step

    def faults(self, step: str) -> list:
        """List what keeps a step from being done; an empty list means that the next one is open."""
        return getattr(self, f"_{step}_faults", list)()

    def _identity_faults(self) -> list:
        return [] if self.person else [_("Fill in who you are first.")]

    def _basics_faults(self) -> list:
        form = questions.kept_form(self.guide, self.today, self.case.answers)
        faults = [error for errors in form.errors.values() for error in errors]
        if self.case.window_id is None or not self.windows.filter(pk=self.case.window_id).exists():
            faults.append(_("Choose the window that will handle your case."))
        judged = outcomes.faults(self.case, now=self.now)
        return faults + [reason for key, reasons in judged.items() if key not in form.errors for reason in reasons]

    def _materials_faults(self) -> list:
        if not self.missing:
            return []
        if self.core_left:
            return [self.missing_words(row.material) for row in self.core_rows if row.is_required and not row.is_there]
        if self.deferral_obstacles:
            return self.deferral_obstacles
        return [error for errors in self.kept_promise_form.errors.values() for error in errors]

    def missing_words(self, material: Material) -> str:
        """Say that a material is missing."""
        return _("“%(name)s” is still missing.") % {"name": pick(material.spec, "name")}

    def first_open(self, wanted: str) -> str:
        """Return the wanted step, or the first before it that is not done."""
        for step in STEPS[: STEPS.index(wanted)]:
            if self.faults(step):
                return step
        return wanted

    def stepper(self, now_at: str) -> list[dict]:
        """Return name, key and look of each step, for the bar on top."""
        here, reached = STEPS.index(now_at), STEPS.index(self.case.step if self.case.step in STEPS else "identity")
        return [
            {
                "key": step,
                "name": STEP_NAMES[step],
                "look": "is-now" if n == here else "is-done" if n < max(here, reached) and n != here else "",
                "open": n <= max(reached, here),
            }
            for n, step in enumerate(STEPS)
        ]

    # --- side summary

    @property
    def is_complete(self) -> bool:
        return not self.missing

    @cached_property
    def decided_by(self):
        """The last day for the decision, were the case submitted today and accepted on the last day for it."""
        return self.calendar.add(self.accepted_by, self.guide.promised_days)

    @cached_property
    def prechecked_by(self):
        """The last day of the pre-check, were the case sent for it today."""
        return self.calendar.add(self.today, self.guide.precheck_days)

    @cached_property
    def accepted_by(self):
        """The last day on which the window says whether it accepts, were the case submitted today."""
        received_on = self.prechecked_by if self.goes_to_precheck else self.today
        return self.calendar.add(received_on, self.guide.accept_days)

    @property
    def breach_words(self) -> str:
        """What happens to the case when a promise is not kept."""
        return BREACH_WORDS[self.guide.on_breach]

    @cached_property
    def last_supply_day(self):
        return max(self.latest.values(), default=None)

    @property
    def supply_days(self) -> int:
        return self.calendar.between(self.today, self.last_supply_day) if self.latest else 0

    @property
    def days_skipped(self) -> list:
        """The holidays between today and the last day of supply."""
        return holiday_runs(self.calendar, self.today, self.last_supply_day) if self.latest else []


def holiday_runs(calendar, start: date, end: date) -> list[tuple[date, date]]:
    """List the first and last weekday of each holiday after `start` up to `end`, which the clock leaves out."""
    runs: list[list[date]] = []
    for day in sorted(day for day in calendar.holidays if start < day <= end and day.weekday() < 5):
        if runs and calendar.between(runs[-1][1], day) == 0:
            runs[-1][1] = day
        else:
            runs.append([day, day])
    return [(first, last) for first, last in runs]
