"""What a clerk types when paper comes over the counter: who and what, the answers of the form, the materials."""

from datetime import date, datetime

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.contacts import ContactField
from accounts.forms import IdentityForm
from accounts.models import DocumentType, Unit
from accounts.queries import owner_of
from applications import fetching, outcomes, questions, rules
from applications.models import Case
from applications.questions import DayField
from applications.states import DeferralReason
from applications.uploads import ScanField, ScansField
from policies.models import ServiceItem
from talentportal.lib import idcard, uploads, uscc
from talentportal.lib.bilingual import pick
from talentportal.lib.field_errors import NamedErrors, needed_sometimes
from workstations.models import Window

MOST_SCANS = 10
AS_TYPED = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}  # of numbers


class PickField(forms.ModelChoiceField):
    """Choose a row by its name in the present language."""

    def label_from_instance(self, row) -> str:
        return pick(row, "name")


def items_at(windows, today: date):
    """Return the service items that some of these windows handle today and whose guide is in force."""
    covering = Q(window_items__ends_on=None) | Q(window_items__ends_on__gt=today)
    handled = ServiceItem.objects.filter(covering, window_items__window__in=windows, window_items__starts_on__lte=today)
    return handled.distinct().order_by("serial")


def _in_force(until: date | None, today: date) -> date | None:
    """Return the last day of a power of attorney. Raises ValidationError where none is taken down until then."""
    if until and (reasons := rules.authority_day_obstacles(until, today)):
        raise ValidationError(reasons)
    return until


class PlaceForm(NamedErrors, forms.Form):
    """For which item, at which of the clerk's windows, and, where it is one, for which unit."""

    use_required_attribute = False
    item = PickField(None, label=_("Service item"), empty_label=_("Choose"))
    window = PickField(None, label=_("Window"), empty_label=None)
    uscc = forms.CharField(
        label=_("Credit code of the unit"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs=AS_TYPED),
    )

    def __init__(self, *args, windows, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["item"].queryset = items_at(windows, today)
        self.fields["window"].queryset = windows
        self.fields["window"].initial = windows.first()

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        item, unit = data.get("item"), data.get("uscc")
        guide = item and item.guides.in_force(self.today).order_by("-version").first()
        if guide and "uscc" not in self.errors and guide.by_unit != bool(unit):
            by_unit = _("This item is applied for by the unit: enter its credit code, and its handler as applicant.")
            self.add_error("uscc", by_unit if guide.by_unit else _("This item is applied for by the person."))
        return data

    def clean_uscc(self) -> Unit | None:
        code = self.cleaned_data["uscc"].strip()
        if not code:
            return None
        unit = Unit.objects.filter(uscc=uscc.clean(code)).first()
        if unit is None or unit.status in (Unit.Status.DISSOLVED, Unit.Status.SUSPENDED):
            raise ValidationError(_("No unit that can apply is registered with this code."))
        return unit


class IntakeForm(PlaceForm, IdentityForm):
    """The person at the counter, or for whom an agent came, with the agent's power of attorney."""

    contact = ContactField(
        required=False,
        help_text=_("The person’s own. A code is sent there. Left empty, everything is handed over on paper."),
    )
    code = forms.CharField(
        label=_("Code that the person read out"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    is_seen = forms.BooleanField(label=_("I compared the original document with the person before me."), required=False)
    agent_name = needed_sometimes(forms.CharField(label=_("Name of the agent"), max_length=120))
    agent_document_type = needed_sometimes(forms.ChoiceField(label=_("Document of the agent"), choices=DocumentType))
    agent_number = needed_sometimes(
        forms.CharField(label=_("Document number of the agent"), max_length=60, widget=forms.TextInput(attrs=AS_TYPED))
    )
    is_agent_seen = forms.BooleanField(
        label=_("I compared the agent’s original document with the agent."), required=False
    )
    attorney_until = needed_sometimes(DayField(label=_("Power of attorney holds until")))
    attorney_scan = needed_sometimes(ScanField(label=_("Scan of the power of attorney")))
    OF_AGENT = ("agent_name", "agent_number", "is_agent_seen", "attorney_until", "attorney_scan")

    field_order = ["item", "window", "uscc", *IdentityForm.base_fields, "contact", "code", "is_seen"]

    @property
    def has_agent(self) -> bool:
        return any(self.cleaned_data.get(name) for name in self.OF_AGENT)

    @property
    def shows_agent(self) -> bool:
        """Whether the part about the agent is open: something was typed there."""
        return self.is_bound and any(self[name].data for name in self.OF_AGENT)

    def clean_attorney_until(self) -> date | None:
        return _in_force(self.cleaned_data["attorney_until"], self.today)

    def clean(self) -> dict:
        data = super().clean() or self.cleaned_data
        if not self.has_agent:
            if not data.get("is_seen"):
                self.add_error("is_seen", _("Compare the document with the person, or take down the agent."))
            return data
        if not data.get("is_agent_seen"):
            self.add_error("is_agent_seen", _("Compare the agent’s document with the agent."))
        for name in self.OF_AGENT:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Needed when somebody else hands in: %(what)s.") % {"what": self[name].label})
        if data.get("agent_number"):
            self._check_agent(data)
        return data

    def _check_agent(self, data: dict) -> None:
        kind, number = data.get("agent_document_type") or DocumentType.RESIDENT_ID, data["agent_number"]
        try:
            data["agent_number"] = idcard.clean(
                kind, number, birth_date=None, today=self.today, allow_demo=settings.DEMO
            )
        except ValidationError as error:
            self.add_error("agent_number", error)

    def identity(self) -> dict:
        """Return what `register_at_window` takes of the person."""
        names = ("name", "document_type", "number", "birth_date", "sex", "issuing_country", "contact", "is_seen")
        found = {name: self.cleaned_data[name] for name in names}
        return found | ({"is_seen": False} if self.has_agent else {})


class PaperForm(NamedErrors, forms.Form):
    """The materials as they lie on the counter: scans, or a tick for what stays on paper."""

    use_required_attribute = False

    def __init__(self, guide, applicant, *args, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.specs = list(guide.materials.all())
        self.held = {spec.key for spec in self.specs if fetching.holds(spec, applicant, today)}
        for spec in self.specs:
            if spec.key in self.held:
                continue
            name = pick(spec, "name")
            self.fields[f"files_{spec.key}"] = ScansField(
                label=_("Scans of %(name)s") % {"name": name},
                kinds=tuple(spec.formats or uploads.MIME),
                most=MOST_SCANS,
                required=False,
            )
            self.fields[f"paper_{spec.key}"] = forms.BooleanField(
                label=_("%(name)s is handed in on paper") % {"name": name}, required=False
            )
            if guide.deferral_allowed and spec.deferrable:
                self._add_promise(spec, name)
        if self.may_promise:
            self.fields["signed_name"] = forms.CharField(
                label=_("Name under the commitment"), max_length=120, required=False
            )
            self.fields["agrees"] = forms.BooleanField(
                label=_("The commitment to these days was signed on paper before me."), required=False
            )

    def _add_promise(self, spec, name: str) -> None:
        self.fields[f"reason_{spec.key}"] = forms.ChoiceField(
            label=_("%(name)s: why is it not there yet?") % {"name": name},
            choices=[("", "—"), *DeferralReason.choices],
            required=False,
        )
        self.fields[f"day_{spec.key}"] = DayField(
            label=_("%(name)s: promised for which day?") % {"name": name}, required=False
        )

    @property
    def may_promise(self) -> bool:
        """Whether the guide lets anything be supplied later."""
        return any(name.startswith("reason_") for name in self.fields)

    def rows(self) -> list[tuple]:
        """Return (spec, fields of scans, tick, reason and day of a promise), None where there is no such field."""
        parts = ("files", "paper", "reason", "day")
        names = [(spec, [f"{part}_{spec.key}" for part in parts]) for spec in self.specs]
        return [(spec, *(self[name] if name in self.fields else None for name in found)) for spec, found in names]

    def clean(self) -> dict:
        if not self.errors and not (self.held or self.files_by_key() or self.on_paper()):
            raise ValidationError(_("Nothing was handed in: add a scan, or tick what lies here on paper."))
        if self.promises() and not self.cleaned_data.get("agrees"):
            self.add_error("agrees", _("Have the commitment signed on paper first."))
        return self.cleaned_data

    def promises(self) -> dict:
        """Return key of the material -> reason and day, of what was promised, as `receive_at_window` takes them."""
        handed_in = {*self.files_by_key(), *self.on_paper()}
        found = {
            key: {"reason": self.cleaned_data.get(f"reason_{key}"), "promised_on": self.cleaned_data.get(f"day_{key}")}
            for key in self._keys()
            if key not in handed_in
        }
        return {key: promise for key, promise in found.items() if any(promise.values())}

    def commitment(self) -> dict:
        """Return what `receive_at_window` takes of a signed commitment."""
        data = self.cleaned_data
        signed = {"signed_name": data.get("signed_name", ""), "agrees": data.get("agrees", False)}
        return {"promises": self.promises(), **signed}

    def files_by_key(self) -> dict:
        """Return key of the material -> its scans, as `receive_at_window` takes them."""
        found = {key: self.cleaned_data.get(f"files_{key}") or [] for key in self._keys()}
        return {key: [tuple(scan) for scan in scans] for key, scans in found.items() if scans}

    def on_paper(self) -> list[str]:
        """Return the keys of the materials that were handed in without a scan."""
        return [key for key in self._keys() if self.cleaned_data.get(f"paper_{key}")]

    def _keys(self) -> list[str]:
        return [spec.key for spec in self.specs if spec.key not in self.held]


class UnitBatchForm(NamedErrors, forms.Form):
    """The talents of a unit: for which item, who of the unit hands in, by which authority, and their table."""

    use_required_attribute = False
    item = PickField(None, label=_("Service item"), empty_label=_("Choose"))
    window = PickField(None, label=_("Window"), empty_label=None)
    uscc = forms.CharField(
        label=_("Credit code of the unit"),
        max_length=40,
        widget=forms.TextInput(attrs=AS_TYPED),
    )
    handler = ContactField(
        label=_("Mobile number or e-mail of the unit’s handler"), help_text=_("Of the handler’s own account here.")
    )
    attorney = ScanField(
        label=_("Scan of the power of attorney"), help_text=_("Signed by everybody in the table, for this item.")
    )
    until = DayField(label=_("Power of attorney holds until"))
    table = forms.FileField(
        label=_("Table of people"),
        help_text=_("XLSX or CSV; the empty table of the item has every column."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args, windows, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["item"].queryset = items_at(windows, today)
        self.fields["window"].queryset = windows
        self.fields["window"].initial = windows.first()

    def clean_until(self) -> date:
        return _in_force(self.cleaned_data["until"], self.today)

    def clean_uscc(self) -> Unit:
        unit = Unit.objects.filter(uscc=uscc.clean(self.cleaned_data["uscc"])).first()
        if unit is None:
            raise ValidationError(_("No unit that can apply is registered with this code."))
        return unit

    def clean_handler(self):
        user = owner_of(self.cleaned_data["handler"])
        if user is None:
            raise ValidationError(_("No account has this mobile number or e-mail."))
        return user

    def clean_table(self) -> bytes:
        return self.cleaned_data["table"].read()


class CommonForm(NamedErrors, forms.Form):
    """A material that is the same for everybody in a batch."""

    use_required_attribute = False
    spec = PickField(None, label=_("Material"), empty_label=_("Choose"))
    scan = ScanField(label=_("File"), kinds=tuple(uploads.MIME))

    def __init__(self, guide, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["spec"].queryset = guide.materials.order_by("order")


def windows_of_clerk(posts) -> "forms.models.QuerySet[Window]":
    """Return the open windows at which the holder of these posts works as a clerk."""
    scope = Q(pk__in=[])
    for post in posts:
        own = [window.pk for window in post.windows.all()]
        scope |= Q(pk__in=own) if own else Q(region__path__startswith=post.region.path)
    return Window.objects.filter(scope, status="OPEN").select_related("region").order_by("region__path", "code")


def answers_form(guide, place: dict, now: datetime, data=None):
    """Return the guide's questions as a form, empty or as posted for this applicant, unit and window."""
    window = place["window"]
    who = {"applicant": place["applicant"], "unit": place["unit"]}
    case = Case(item=place["item"], guide=guide, window=window, region=window.region, **who)
    judge = outcomes.judge(case, now=now)
    return questions.question_form(guide, timezone.localdate(now), answers={}, data=data, judge=judge)
