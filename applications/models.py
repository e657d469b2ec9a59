"""The case 办件 and everything that belongs to one: materials, clocks, commitment, decision, papers, events."""

import secrets

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Role, UnitMember
from accounts.queries import posts_of
from applications.states import (
    CheckResult,
    ClockKind,
    ClockOwner,
    CloseType,
    DeferralReason,
    MaterialStatus,
    PaperKind,
    Proposal,
    ScanState,
    State,
)
from jobs import clock


def new_public_id() -> str:
    """Return 22 random characters for addresses that must not be guessed."""
    return secrets.token_urlsafe(16)


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The applicant's own, those of units the user acts for, and those of the posts a member of staff holds."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(own_scope(user) | staff_scope(user))

    def own(self, user):
        """The cases a user applied for, alone or for a unit."""
        return self.filter(own_scope(user))

    def for_staff(self, user):
        """What a member of staff may work on: submitted cases of the own region and window, never the own ones."""
        return self.filter(staff_scope(user)).exclude(own_scope(user))

    def open(self):
        return self.exclude(state__in=[State.DRAFT, State.CLOSED])


def own_scope(user) -> Q:
    """The cases a user applied for, and those of units the user acts for now."""
    units = UnitMember.objects.filter(user=user, left_at__isnull=True).values("unit")
    return Q(applicant=user) | Q(unit__in=units)


STAFF_ROLES_ON_CASES = (Role.CLERK, Role.EXAMINER, Role.LEADER, Role.CERTIFICATE_CLERK)


def staff_scope(user) -> Q:
    """The cases that a user's posts of today cover: region subtree, and the windows where the post names some."""
    if not (user.is_authenticated and user.is_staff):
        return Q(pk__in=[])
    scope = Q(pk__in=[])
    posts = posts_of(user, timezone.localdate(clock.now())).filter(role__in=STAFF_ROLES_ON_CASES)
    for post in posts.prefetch_related("windows"):
        area = Q(region__path__startswith=post.region.path)
        windows = [window.pk for window in post.windows.all()]
        scope |= area & Q(window__in=windows) if windows else area
    return scope & ~Q(state=State.DRAFT)


class Case(models.Model):
    """A case 办件, pinned to one immutable guide version."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case_no = models.CharField(_("case number"), max_length=24, unique=True, null=True, blank=True)
    query_code = models.CharField(_("query code"), max_length=6, blank=True)
    item = models.ForeignKey(
        "policies.ServiceItem", models.PROTECT, related_name="cases", verbose_name=_("service item")
    )
    guide = models.ForeignKey(
        "policies.GuideVersion", models.PROTECT, related_name="cases", verbose_name=_("guide version")
    )
    organization = models.ForeignKey(
        "accounts.Organization", models.PROTECT, related_name="cases", verbose_name=_("organization")
    )
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="cases", verbose_name=_("region"))
    window = models.ForeignKey(
        "workstations.Window", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("window")
    )
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="cases", verbose_name=_("applicant")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("unit")
    )
    applicant_name = models.CharField(_("name of the applicant"), max_length=120, blank=True)  # as at submission

    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    close_type = models.CharField(_("closed as"), max_length=20, choices=CloseType, blank=True)
    close_reason = models.CharField(_("reason"), max_length=500, blank=True)
    is_deferred = models.BooleanField(_("accepted with incomplete materials"), default=False)
    is_deemed_accepted = models.BooleanField(_("deemed accepted"), default=False)
    correction_sent = models.BooleanField(_("once-only notice sent"), default=False)
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    step = models.CharField(_("step of the draft"), max_length=10, default="identity")
    version = models.PositiveIntegerField(default=1)  # counts every change; a stale form is told who was first

    # The next deadline, for the queue and the sweeps: the day, and its ordinal in the calendar that was used.
    due_on = models.DateField(_("next due on"), null=True, blank=True)
    due_wd = models.IntegerField(null=True, blank=True)
    is_provisional = models.BooleanField(_("due date provisional"), default=False)

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("open at")
    )
    claimed_until = models.DateTimeField(_("open until"), null=True, blank=True)
    created_at = models.DateTimeField(_("begun at"))
    saved_at = models.DateTimeField(_("last saved at"))
    expires_on = models.DateField(_("draft expires on"), null=True, blank=True)
    received_at = models.DateTimeField(_("received at"), null=True, blank=True)
    accepted_on = models.DateField(_("accepted on"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "item", "unit"],
                condition=Q(state="DRAFT"),
                nulls_distinct=False,
                name="case_one_draft",
            ),
            models.UniqueConstraint(
                fields=["applicant", "item", "unit"],
                condition=~Q(state__in=["DRAFT", "CLOSED"]),
                nulls_distinct=False,
                name="case_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state="DRAFT") | Q(case_no__isnull=False, received_at__isnull=False),
                name="case_numbered_when_submitted",
            ),
            models.CheckConstraint(
                condition=(Q(state="CLOSED") & ~Q(close_type="") & Q(closed_at__isnull=False))
                | (~Q(state="CLOSED") & Q(close_type="", closed_at__isnull=True)),
                name="case_closed_says_how",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_wd__isnull=True) | Q(due_on__isnull=False, due_wd__isnull=False),
                name="case_due_day_and_ordinal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["region", "due_wd", "id"], name="case_queue", condition=~Q(state__in=["DRAFT", "CLOSED"])
            ),
            models.Index(
                fields=["window", "due_wd", "id"], name="case_window", condition=~Q(state__in=["DRAFT", "CLOSED"])
            ),
            models.Index(fields=["applicant", "-created_at"], name="case_own"),
        ]

    def __str__(self) -> str:
        return self.case_no or f"{self.item} ({self.get_state_display()})"


class CaseNumberCounter(models.Model):
    """The last daily serial per region and day; gaps are allowed."""

    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    day = models.DateField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "day"], name="case_counter_once")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}: {self.last}"


class Material(models.Model):
    """What a case holds for one material of its guide."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="materials", verbose_name=_("case"))
    spec = models.ForeignKey("policies.MaterialSpec", models.PROTECT, related_name="+", verbose_name=_("material"))
    status = models.CharField(_("status"), max_length=8, choices=MaterialStatus, default=MaterialStatus.MISSING)
    check_result = models.CharField(_("check"), max_length=10, choices=CheckResult, default=CheckResult.UNCHECKED)
    check_note = models.CharField(_("remark of the check"), max_length=300, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checked by")
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("material of a case")
        verbose_name_plural = _("materials of a case")
        ordering = ["case_id", "spec__order"]
        constraints = [models.UniqueConstraint(fields=["case", "spec"], name="material_once_per_case")]

    def __str__(self) -> str:
        return str(self.spec)


class MaterialFile(models.Model):
    """A file handed in for a material. A new one is a new version; an old one is kept as it was."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    material = models.ForeignKey(Material, models.CASCADE, related_name="files", verbose_name=_("material"))
    version = models.PositiveSmallIntegerField(_("version"))
    name = models.CharField(_("file name"), max_length=160)
    file = models.FileField(_("file"), upload_to="materials/%Y/%m/", max_length=200)
    kind = models.CharField(_("kind"), max_length=8)  # pdf, jpg, png, docx, xlsx, ofd
    mime = models.CharField(max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    scan_state = models.CharField(_("scan"), max_length=12, choices=ScanState, default=ScanState.PENDING)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a material")
        verbose_name_plural = _("files of a material")
        ordering = ["material_id", "version"]
        constraints = [models.UniqueConstraint(fields=["material", "version"], name="material_file_version_once")]

    def __str__(self) -> str:
        return self.name


class Clock(models.Model):
    """A running period with its owner. Office time and applicant time are never mixed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks", verbose_name=_("case"))
    kind = models.CharField(_("clock"), max_length=10, choices=ClockKind)
    owner = models.CharField(_("whose time"), max_length=10, choices=ClockOwner)
    days = models.PositiveSmallIntegerField(_("working days"))
    started_on = models.DateField(_("day 0"))
    printed_due_on = models.DateField(_("due day as printed"))  # a recomputed day is never earlier than this one
    due_on = models.DateField(_("due on"))
    due_wd = models.IntegerField()  # the due day as ordinal in the calendar of the region
    calendar = models.CharField(_("calendar"), max_length=6)  # code of the region whose calendar was used
    is_provisional = models.BooleanField(_("provisional"), default=False)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)  # paused since; resuming moves due_on
    grace_days = models.PositiveSmallIntegerField(_("days of grace"), default=0)
    paused_days = models.PositiveSmallIntegerField(_("working days paused"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["case_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"], condition=Q(finished_at__isnull=True), name="clock_one_running"
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("started_on")), name="clock_due_after_start"),
        ]
        indexes = [
            models.Index(
                fields=["kind", "calendar", "due_wd"],
                name="clock_due",
                condition=Q(finished_at__isnull=True, stopped_on__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.due_on}"


class Correction(models.Model):
    """The once-only notice 补正（一次性告知）: one per case, everything at once."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="correction", verbose_name=_("case"))
    note = models.CharField(_("remark"), max_length=500, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    sent_at = models.DateTimeField(_("sent at"))
    due_on = models.DateField(_("due on"))
    supplied_at = models.DateTimeField(_("supplied at"), null=True, blank=True)

    class Meta:
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")

    def __str__(self) -> str:
        return str(self.case)


class CorrectionPoint(models.Model):
    """One defect of the notice: which material, what is wrong, how to cure it."""

    correction = models.ForeignKey(Correction, models.CASCADE, related_name="points", verbose_name=_("correction"))
    material = models.ForeignKey(Material, models.CASCADE, related_name="points", verbose_name=_("material"))
    reason = models.CharField(_("defect"), max_length=3)  # CorrectionReason
    cure = models.CharField(_("how to cure it"), max_length=300)

    class Meta:
        verbose_name = _("point of a correction")
        verbose_name_plural = _("points of a correction")
        constraints = [models.UniqueConstraint(fields=["correction", "material"], name="correction_point_once")]

    def __str__(self) -> str:
        return str(self.material)


class DeferralCommitment(models.Model):
    """The applicant's signed promise 容缺受理承诺书. Immutable once signed."""

    case = models.OneToOneField(Case, models.CASCADE, related_name="commitment", verbose_name=_("case"))
    text_version = models.CharField(_("version of the text"), max_length=20)
    signed_name = models.CharField(_("signed as"), max_length=120)
    signature = models.TextField(_("handwritten signature"), blank=True)  # strokes as SVG path data; empty when typed
    signed_at = models.DateTimeField(_("signed at"))
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("signed by")
    )

    class Meta:
        verbose_name = _("deferral commitment")
        verbose_name_plural = _("deferral commitments")
        triggers = [pgtrigger.Protect(name="commitment_is_immutable", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return str(self.case)


class DeferredMaterial(models.Model):
    """One material promised for a date."""

    commitment = models.ForeignKey(
        DeferralCommitment, models.CASCADE, related_name="items", verbose_name=_("commitment")
    )
    material = models.OneToOneField(Material, models.CASCADE, related_name="deferral", verbose_name=_("material"))
    reason = models.CharField(_("reason"), max_length=20, choices=DeferralReason)
    promised_on = models.DateField(_("promised for"))  # as signed
    due_on = models.DateField(_("due on"))  # fixed at acceptance, moved only by calendar or extension
    supplied_at = models.DateTimeField(_("supplied at"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("accepted at"), null=True, blank=True)
    is_late = models.BooleanField(_("late"), default=False)

    class Meta:
        verbose_name = _("deferred material")
        verbose_name_plural = _("deferred materials")
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return str(self.material)


class CommitmentBreach(models.Model):
    """A commitment that was not kept 失信."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="breach", verbose_name=_("case"))
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="breaches", verbose_name=_("applicant")
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="breaches", verbose_name=_("unit")
    )
    materials = models.JSONField(_("materials not supplied"), default=list)  # keys of the specs
    recorded_at = models.DateTimeField(_("recorded at"))
    is_excused = models.BooleanField(_("excused"), default=False)

    class Meta:
        verbose_name = _("breach of commitment")
        verbose_name_plural = _("breaches of commitment")

    def __str__(self) -> str:
        return str(self.case)


class DeferralBan(models.Model):
    """No acceptance with incomplete materials until a date. Clerks see yes or no, never the case behind."""

    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="deferral_bans",
        verbose_name=_("applicant"),
    )
    unit = models.ForeignKey(
        "accounts.Unit", models.PROTECT, null=True, blank=True, related_name="deferral_bans", verbose_name=_("unit")
    )
    breach = models.OneToOneField(CommitmentBreach, models.PROTECT, related_name="ban", verbose_name=_("breach"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))

    class Meta:
        verbose_name = _("ban on deferral")
        verbose_name_plural = _("bans on deferral")
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="ban_dates"),
            models.CheckConstraint(
                condition=Q(applicant__isnull=False) | Q(unit__isnull=False), name="ban_has_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.applicant or self.unit}: {self.ends_on}"


class Decision(models.Model):
    """The examiner's proposal and the leader's decision; two different people."""

    case = models.OneToOneField(Case, models.PROTECT, related_name="decision", verbose_name=_("case"))
    proposal = models.CharField(_("proposal"), max_length=6, choices=Proposal)
    opinion = models.TextField(_("opinion of the examiner"))
    examined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("examined by")
    )
    examined_at = models.DateTimeField(_("examined at"))
    decision = models.CharField(_("decision"), max_length=6, choices=Proposal, blank=True)
    reason = models.CharField(_("ground of refusal"), max_length=3, blank=True)  # RefusalReason
    reason_text = models.TextField(_("reasons"), blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("examined_by")),
                name="decided_by_another_person",
                violation_error_message=_("Who examined a case may not decide it."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.case)


class PaperCounter(models.Model):
    """The last number per organization, kind of document and year; gap-free."""

    organization = models.ForeignKey("accounts.Organization", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=PaperKind)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "kind", "year"], name="paper_counter_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class Paper(models.Model):
    """An official document 文书. Its words are fixed in `content` at once; the PDF is drawn from them later."""

    public_id = models.CharField(max_length=22, unique=True, default=new_public_id, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="papers", verbose_name=_("case"))
    kind = models.CharField(_("kind"), max_length=16, choices=PaperKind)
    seq = models.PositiveSmallIntegerField(_("sequence"), default=1)
    number = models.CharField(_("number"), max_length=60, unique=True)
    content = models.JSONField(_("content"))
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by")
    )
    file = models.FileField(_("file"), upload_to="papers/%Y/%m/", max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("official document")
        verbose_name_plural = _("official documents")
        ordering = ["case_id", "id"]
        constraints = [models.UniqueConstraint(fields=["case", "kind", "seq"], name="paper_once")]
        triggers = [
            pgtrigger.Protect(name="paper_never_deleted", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="paper_keeps_its_words",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (to_jsonb(NEW) - 'file' - 'sha256') IS DISTINCT FROM (to_jsonb(OLD) - 'file' - 'sha256')
                        OR OLD.sha256 <> '' AND NEW.sha256 <> OLD.sha256
                    THEN RAISE EXCEPTION 'an official document is never edited'; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CaseEvent(models.Model):
    """One step of a case: who, when, from where to where, and a sentence. Append-only."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="events", verbose_name=_("case"))
    seq = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("step"), max_length=30)
    from_state = models.CharField(pgettext_lazy("state", "from"), max_length=12, choices=State, blank=True)
    to_state = models.CharField(pgettext_lazy("state", "to"), max_length=12, choices=State, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )
    actor_role = models.CharField(_("as"), max_length=20, blank=True)  # states.Who
    at = models.DateTimeField(_("at"))
    opinion = models.CharField(pgettext_lazy("event", "words"), max_length=1000, blank=True)
    data = models.JSONField(_("details"), default=dict, blank=True)

    class Meta:
        verbose_name = _("case event")
        verbose_name_plural = _("case events")
        ordering = ["case_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["case", "seq"], name="case_event_once")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.case} {self.seq} {self.verb}"
