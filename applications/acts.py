"""The buttons of the office: each verb with its words, its form, its guards and its service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from applications import consequences, rules, services
from applications.desk import Desk
from applications.models import new_public_id
from applications.states import CorrectionReason, NonAcceptanceReason, Proposal, RefusalReason
from talentportal.lib import uploads
from talentportal.lib.bilingual import pick


class ActForm(forms.Form):
    """What every button sends: the version of the case that the page showed."""

    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, desk: Desk, verb: str, data=None, files=None, **options):
        super().__init__(data, files, auto_id=f"id_{verb}_%s", **options)
        self.desk = desk

    def words(self) -> dict:
        """Return the arguments of the service."""
        return self.cleaned_data

    def typed(self) -> list[tuple[str, str]]:
        """Return (label, text) of what was typed, to give it back when the form has no place any more."""
        return [
            (bound.label, bound.data) for bound in self.visible_fields() if isinstance(bound.data, str) and bound.data
        ]


def text_field(label, help_text="", limit=500):
    return forms.CharField(label=label, help_text=help_text, max_length=limit, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectionForm(ActForm):
    """Every defect at once: per material the reason and how to cure it."""

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        for sheet in desk.sheets:
            pk, spec = sheet.material.pk, sheet.material.spec
            guess = "M01" if sheet.state == "missing" and sheet.row.is_required else ""
            self.fields[f"reason_{pk}"] = forms.ChoiceField(
                label=pick(spec, "name"),
                choices=[("", _("in order")), *((code, f"{code} {label}") for code, label in CorrectionReason.choices)],
                required=False,
                initial=guess,
            )
            self.fields[f"cure_{pk}"] = forms.CharField(
                label=_("How to cure it"), max_length=300, required=False, initial=sheet.material.check_note
            )
        self.fields["note"] = forms.CharField(
            label=_("Words to the applicant"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
        )

    def pairs(self) -> list:
        """Return (sheet, field of the reason, field of the cure) for drawing."""
        return [(s, self[f"reason_{s.material.pk}"], self[f"cure_{s.material.pk}"]) for s in self.desk.sheets]

    def clean(self) -> dict:
        points = {}
        for sheet in self.desk.sheets:
            pk = sheet.material.pk
            reason, cure = self.cleaned_data.get(f"reason_{pk}"), (self.cleaned_data.get(f"cure_{pk}") or "").strip()
            if reason and not cure:
                self.add_error(
                    f"cure_{pk}", _("Say how to cure “%(name)s”.") % {"name": pick(sheet.material.spec, "name")}
                )
            if reason:
                points[pk] = (reason, cure)
        if not points and not self.errors:
            raise ValidationError(_("Name at least one material and its defect."))
        return self.cleaned_data | {"points": points}

    def words(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("version", "points", "note")}


class RejectForm(ActForm):
    reason = forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *NonAcceptanceReason.choices])
    explanation = text_field(_("Explanation to the applicant"), _("Name the competent body where there is one."))


class SureForm(ActForm):
    """An act that nobody takes back: done only when its consequences have been read."""

    sure = forms.BooleanField(
        widget=forms.HiddenInput, error_messages={"required": _("Read what will happen, then confirm.")}
    )

    def words(self) -> dict:
        return {"version": self.cleaned_data["version"]}


class ConcludeForm(ActForm):
    proposal = forms.ChoiceField(label=_("Proposal"), choices=Proposal.choices, widget=forms.RadioSelect)
    opinion = text_field(_("Opinion"), limit=1000)


class ReturnForm(ActForm):
    opinion = text_field(_("What is to be examined again"), limit=1000)


class RefuseForm(ActForm):
    reason = forms.ChoiceField(label=_("Ground"), choices=[("", "—"), *RefusalReason.choices])
    reason_text = text_field(_("Reasons, with the clause"), limit=1000)


class DeliverForm(ActForm):
    method = forms.ChoiceField(
        label=_("How it was delivered"),
        choices=[("window", _("handed over at the window")), ("courier", _("sent by courier"))],
        widget=forms.RadioSelect,
        initial="window",
    )


class MaterialForm(ActForm):
    """An act on one material of the case."""

    material = forms.IntegerField(widget=forms.HiddenInput)

    def clean_material(self):
        found = next((m for m in self.desk.materials if m.pk == self.cleaned_data["material"]), None)
        if found is None:
            raise ValidationError(_("A material of another case was named."))
        return found


class CheckForm(MaterialForm):
    """The check of a material: every point of its list ticked, or what is not in order."""

    verdict = forms.ChoiceField(choices=[("ok", _("In order")), ("bad", _("Not in order"))])
    ticks = forms.MultipleChoiceField(required=False, label=_("Look at"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(label=_("Remark"), max_length=300, required=False)

    def __init__(self, desk: Desk, verb: str, data=None, files=None, *, sheet=None, **options):
        super().__init__(desk, verb, data, files, **options)
        pk = str(data.get("material", "")) if data is not None else ""
        sheet = sheet or next((s for s in desk.sheets if str(s.material.pk) == pk), None)
        checks = sheet.checks if sheet else []
        self.fields["ticks"].choices = [(str(i), words) for i, words in enumerate(checks)]

    def clean(self) -> dict:
        verdict, data = self.cleaned_data.get("verdict"), self.cleaned_data
        if verdict == "ok" and len(data.get("ticks", [])) < len(self.fields["ticks"].choices):
            self.add_error("ticks", _("Tick every point, or say what is not in order."))
        if verdict == "bad" and not (data.get("note") or "").strip():
            self.add_error("note", _("Say what is not in order."))
        return data

    def words(self) -> dict:
        data = self.cleaned_data
        return {
            "version": data["version"],
            "material": data["material"],
            "in_order": data["verdict"] == "ok",
            "note": data["note"],
        }


class SupplyForm(MaterialForm):
    """The scan of a promised material that came on paper."""

    file = forms.FileField(label=_("Scan of the paper"), help_text=_("PDF or picture; the day of arrival counts."))

    def clean_file(self):
        posted = self.cleaned_data["file"]
        self.name = uploads.clean_name(posted.name)
        self.facts = uploads.inspect(posted, self.name, settings.UPLOAD_MAX_BYTES)
        posted.name = f"{new_public_id()}.{self.facts.kind}"
        return posted

    def words(self) -> dict:
        data = self.cleaned_data
        return {"material": data["material"], "file": data["file"], "facts": self.facts, "name": self.name}


def _check(case, material, **words):
    return services.check_material(material=material, **words)


def _supply(case, material, **words):
    return services.take_in_deferred(material=material, **words)


def _nothing(_desk: Desk) -> list:
    return []


def _against_correction(desk: Desk) -> list:
    return (
        [_("The once-only notice was sent already; a second one is not allowed.")] if desk.case.correction_sent else []
    )


def _against_deferral(desk: Desk) -> list:
    return rules.deferred_acceptance_obstacles(desk.guide, desk.materials, desk.case.answers, desk.standing)


@dataclass(frozen=True)
class Act:
    """A button: what it says, what it asks, what stands against it, what it calls."""

    verb: str
    label: str
    service: Callable
    form: type[ActForm] = ActForm
    obstacles: Callable[[Desk], list] = _nothing
    tone: str = "second"  # main, second, danger
    at_material: bool = False  # drawn beside the material and not in the column of decisions
    brings: Callable[[Desk], list] = _nothing  # what it sets going, told before it is done


ACTS = {
    act.verb: act
    for act in (
        Act(
            "accept",
            _("Accept"),
            services.accept,
            obstacles=lambda desk: rules.acceptance_obstacles(desk.materials, desk.case.answers),
            tone="main",
        ),
        Act(
            "accept_with_deferral",
            _("Accept, the rest supplied later"),
            services.accept_with_deferral,
            SureForm,
            _against_deferral,
            tone="main",
            brings=consequences.of_deferral,
        ),
        Act(
            "request_correction",
            _("Ask for corrections, once"),
            services.request_correction,
            CorrectionForm,
            _against_correction,
            brings=consequences.of_correction,
        ),
        Act(
            "reject_acceptance",
            _("Do not accept"),
            services.reject_acceptance,
            RejectForm,
            tone="danger",
            brings=consequences.of_rejection,
        ),
        Act("conclude", _("End the examination"), services.conclude, ConcludeForm, tone="main"),
        Act(
            "grant",
            _("Grant"),
            services.grant,
            SureForm,
            lambda desk: rules.grant_obstacles(desk.decision, desk.user, bool(desk.outstanding)),
            tone="main",
            brings=consequences.of_grant,
        ),
        Act("return_to_examiner", _("Return to the examiner"), services.return_to_examiner, ReturnForm),
        Act(
            "refuse",
            _("Refuse"),
            services.refuse,
            RefuseForm,
            lambda desk: rules.refusal_obstacles(desk.decision, desk.user),
            tone="danger",
            brings=consequences.of_refusal,
        ),
        Act("deliver", _("Delivered: close the case"), services.deliver, DeliverForm, tone="main"),
        Act("check_material", _("Check"), _check, CheckForm, at_material=True),
        Act("check_all", _("All others are in order"), services.check_all_materials, at_material=True),
        Act("supply_deferred", _("Take in on paper"), _supply, SupplyForm, at_material=True),
    )
}
VERBS = {"check_all": "check_material"}  # whose transition allows an act that has none of its own


@dataclass
class Offer:
    """An act as it is drawn: the form and every reason against it."""

    act: Act
    form: ActForm
    reasons: list = field(default_factory=list)
    refused: list = field(default_factory=list)  # what the service said just now
    brings: list = field(default_factory=list)  # what it sets going
    is_asked: bool = False  # the address asks for its confirmation

    @property
    def needs_confirming(self) -> bool:
        """Whether a page with its consequences comes between the button and the act."""
        return isinstance(self.form, SureForm)

    @property
    def asks(self) -> bool:
        return bool(self.form.visible_fields())

    @property
    def is_open(self) -> bool:
        return bool(self.form.errors or self.refused or self.is_asked)


def may_act(desk: Desk, act: Act) -> bool:
    """Tell whether roles and state allow an act."""
    return desk.may(VERBS.get(act.verb, act.verb))


def offers(desk: Desk, posted: Offer | None = None, asked: str = "") -> list[Offer]:
    """List the acts of state and roles; an impossible one with every reason, the posted one as it came.

    `asked` is the verb whose confirmation is wanted.
    """
    found = []
    for act in ACTS.values():
        if act.at_material or not may_act(desk, act):
            continue
        mine = posted if posted and posted.act is act else Offer(act, act.form(desk, act.verb))
        mine.reasons = [*desk.held, *act.obstacles(desk)]
        mine.brings = [] if mine.reasons else act.brings(desk)
        mine.is_asked = asked == act.verb and not mine.reasons
        found.append(mine)
    return found
