"""The forms behind the office's buttons: what each act asks of a member of staff."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from applications import questions, rules
from applications.desk import Desk
from applications.models import new_public_id
from applications.services.further import MOST_DAYS
from applications.states import (
    CorrectionReason,
    DeregistrationReason,
    NonAcceptanceReason,
    Proposal,
    RefusalReason,
    RevocationReason,
    SpecialKind,
    TerminationReason,
)
from talentportal.lib import uploads
from talentportal.lib.bilingual import pick
from talentportal.lib.field_errors import NamedErrors, needed_sometimes


class ActForm(NamedErrors, forms.Form):
    """What every button sends: the version of the case that the page showed."""

    takes_one_press = False  # drawn open, a tick at most
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, desk: Desk, verb: str, data=None, files=None, **options):
        super().__init__(data, files, auto_id=f"id_{verb}_%s", **options)
        self.desk = desk

    def words(self) -> dict:
        """Return the arguments of the service."""
        return self.cleaned_data

    def plain(self) -> list:
        """Return the fields that are drawn one below the other."""
        return [] if self.takes_one_press else self.visible_fields()

    def typed(self) -> list[tuple[str, str]]:
        """Return (label, text) of what was typed, to give it back when the form has no place any more."""
        return [
            (bound.label, bound.data) for bound in self.visible_fields() if isinstance(bound.data, str) and bound.data
        ]


def text_field(label, help_text="", limit=500, required=True):
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        required=required,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


def days_field(label, help_text="", most=365):
    return forms.IntegerField(label=label, help_text=help_text, min_value=1, max_value=most)


def ground_field(label, choices):
    return forms.ChoiceField(label=label, choices=[("", "—"), *choices])


class LookedForm(ActForm):
    """An act on a case whose materials are all in order: one tick for those that nobody checked yet."""

    takes_one_press = True

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        if count := desk.unchecked:
            label = ngettext(
                "I looked at the unchecked material; it is in order",
                "I looked at the %(count)s unchecked materials; all are in order",
                count,
            )
            tick = forms.CheckboxInput(attrs={"data-key": "m", "aria-keyshortcuts": "M"})
            self.fields["looked"] = forms.BooleanField(label=label % {"count": count}, required=False, widget=tick)

    def words(self) -> dict:
        return {"version": self.cleaned_data["version"], "looked": self.cleaned_data.get("looked", False)}


class CorrectionForm(ActForm):
    """Every defect at once: per material the reason and how to cure it."""

    PARTS = ("reason", "cure", "question")

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
            self.fields[f"question_{pk}"] = forms.ChoiceField(
                label=_("Answer to be changed with it"),
                choices=[("", _("none")), *((key, label) for key, label, _words in desk.answers)],
                required=False,
            )
        self.fields["note"] = forms.CharField(
            label=_("Words to the applicant"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
        )

    def pairs(self) -> list:
        """Return (sheet, fields of the reason, the cure and, where it is asked, the answer) for drawing."""
        names = [(sheet, [f"{part}_{sheet.material.pk}" for part in self.PARTS]) for sheet in self.desk.sheets]
        return [(sheet, [self[name] for name in parts if name in self.fields]) for sheet, parts in names]

    def plain(self) -> list:
        own = tuple(f"{part}_" for part in self.PARTS)
        return [bound for bound in self.visible_fields() if not bound.name.startswith(own)]

    def clean(self) -> dict:
        points = {}
        for sheet in self.desk.sheets:
            pk = sheet.material.pk
            reason, cure = self.cleaned_data.get(f"reason_{pk}"), (self.cleaned_data.get(f"cure_{pk}") or "").strip()
            if reason and not cure:
                self.add_error(
                    f"cure_{pk}", _("Say how to cure “%(name)s”.") % {"name": pick(sheet.material.spec, "name")}
                )
            question = self.cleaned_data.get(f"question_{pk}")
            if reason:
                points[pk] = (reason, cure, question) if question else (reason, cure)
        if not points and not any(name.startswith(("reason_", "cure_")) for name in self.errors):
            raise ValidationError(_("Name at least one material and its defect."))
        return self.cleaned_data | {"points": points}

    def words(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("version", "points", "note")}


class AskMoreForm(CorrectionForm):
    """What is asked for after the once-only notice, and why it could not be asked the first time."""

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        for name in [name for name in self.fields if name == "note" or name.startswith("question_")]:
            del self.fields[name]  # papers alone are asked for: the answers are examined by now
        self.fields["reason"] = text_field(_("Why it could not be asked the first time"))
        self.fields["days"] = days_field(_("Working days to supply it"), most=MOST_DAYS)
        self.fields["days"].initial = desk.guide.correction_days

    def words(self) -> dict:
        return {key: self.cleaned_data[key] for key in ("version", "points", "reason", "days")}


class ReceiveForm(ActForm):
    """The originals that were seen at the window."""

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        wanted = rules.originals(desk.materials, desk.case.answers)
        self.fields["seen"] = forms.TypedMultipleChoiceField(
            label=_("Originals that you saw"),
            choices=[(material.pk, pick(material.spec, "name")) for material in wanted],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def words(self) -> dict:
        return self.cleaned_data | {"seen": set(self.cleaned_data["seen"])}


class FixForm(ActForm):
    """A slip in one answer, put right while the applicant stands at the window; the answers as the guide asks them."""

    note = forms.CharField(label=_("How the applicant agreed"), max_length=300)

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        data = self.data if self.is_bound else None
        self.answers = questions.question_form(desk.guide, desk.today, answers=desk.case.answers, data=data)

    def plain(self) -> list:
        return [*self.answers.visible_fields(), self["note"]]

    def clean(self) -> dict:
        if not self.answers.is_valid():
            raise ValidationError([error for errors in self.answers.errors.values() for error in errors])
        kept, was = self.answers.to_keep(), self.desk.case.answers
        changed = [key for key, value in kept.items() if value != was.get(key) and (value or was.get(key))]
        if len(changed) != 1:
            raise ValidationError(_("Change one answer at a time."))
        key = changed[0]
        return self.cleaned_data | {"field": key, "new": kept[key], "old": was.get(key)}


class RejectForm(ActForm):
    reason = ground_field(_("Ground"), [one for one in NonAcceptanceReason.choices if one[0] != "N04"])
    explanation = text_field(_("Explanation to the applicant"), _("Name the competent body where there is one."))


class SureForm(ActForm):
    """An act that nobody takes back: done only when its consequences have been read."""

    sure = forms.BooleanField(
        widget=forms.HiddenInput, error_messages={"required": _("Read what will happen, then confirm.")}
    )

    def words(self) -> dict:
        return {key: value for key, value in self.cleaned_data.items() if key != "sure"}


class LookedSureForm(LookedForm, SureForm):
    """The same for an act on a case whose materials are all in order."""


class UncorrectedForm(ActForm):
    reason = text_field(_("What is still not in order, with the clause"))


class SpecialForm(ActForm):
    kind = ground_field(_("Procedure"), SpecialKind.choices)
    basis = forms.CharField(label=_("Legal basis"), max_length=300)
    estimated_days = days_field(_("Working days expected"), _("The applicant is told in writing; they do not count."))

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        listed = [one for one in SpecialKind.choices if one[0] in desk.guide.special_kinds]
        self.fields["kind"].choices = [("", "—"), *listed]


class EndSpecialForm(ActForm):
    result = text_field(_("Result"), limit=2000)
    number = forms.CharField(label=_("Number of the report"), max_length=120, required=False)


class EstimateForm(ActForm):
    estimated_days = days_field(_("Working days expected from today"))
    reason = text_field(_("Why it takes longer"))


class ExtendForm(ActForm):
    days = days_field(_("Working days more"))
    reason = text_field(_("Reason, told to the applicant"))

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        most = max(desk.guide.extension_days, 1)
        self.fields["days"] = forms.IntegerField(
            label=self.fields["days"].label, min_value=1, max_value=most, initial=most
        )


class ConcludeForm(ActForm):
    proposal = forms.ChoiceField(label=_("Proposal"), choices=Proposal.choices, widget=forms.RadioSelect)
    opinion = text_field(_("Opinion"), limit=1000)

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        if desk.guide.two_officers:
            self.fields["second_officer"] = forms.ModelChoiceField(
                desk.colleagues, label=_("Second officer, who examined it with you")
            )


class ReturnForm(ActForm):
    opinion = text_field(_("What is to be examined again"), limit=1000)


class RefuseForm(ActForm):
    reason = ground_field(_("Ground"), RefusalReason.choices)
    reason_text = text_field(_("Reasons, with the clause"), limit=1000)


class TerminateForm(ActForm):
    reason = ground_field(_("Ground"), TerminationReason.choices)
    explanation = text_field(_("Explanation to the applicant"))


class TransferForm(ActForm):
    window = forms.ModelChoiceField(None, label=_("Window that is competent"))
    reason = text_field(_("Reason, told to the applicant"))

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        self.fields["window"].queryset = desk.other_windows


class RevokeForm(ActForm):
    reason = ground_field(_("Ground"), RevocationReason.choices)
    reason_text = text_field(_("Reasons, with the clause"), limit=2000)
    hearing = text_field(_("What the party said when heard"), limit=2000)


class DeregisterForm(ActForm):
    reason = ground_field(_("Ground"), DeregistrationReason.choices)
    reason_text = text_field(_("Reasons, with the clause"), limit=2000)


class ClericalForm(ActForm):
    field = forms.ChoiceField(label=_("Where"), required=False)
    what = forms.CharField(label=_("What it says now"), max_length=300)
    corrected = forms.CharField(label=_("What it has to say"), max_length=300)
    reason = text_field(_("How the slip came about"))

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        self.fields["field"].choices = [("", desk.name_of_field("")), *desk.printed_fields]


class HandOverForm(ActForm):
    to = needed_sometimes(forms.ModelChoiceField(None, label=_("Colleague"), empty_label=_("back to the team")))
    reason = forms.CharField(label=_("Words to the colleague"), max_length=300, required=False)

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        to = self.fields["to"]
        to.queryset = desk.team
        if desk.case.assigned_to_id is None:  # it is with the team already
            to.required, to.empty_label = True, _("Choose")


class RecuseForm(ActForm):
    reason = text_field(_("Why you must stay away"), limit=300)


class TakeOnForm(ActForm):
    unit = forms.ModelChoiceField(None, label=_("Successor of the unit"))
    document_no = forms.CharField(label=_("Number of its written confirmation"), max_length=120)

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        self.fields["unit"].queryset = desk.successors


class ReopenForm(ActForm):
    document_no = forms.CharField(label=_("Number of the decision on reconsideration"), max_length=60)
    reason_text = text_field(_("What is to be examined again"), limit=1000)


class CommitmentCheckForm(ActForm):
    is_kept = forms.TypedChoiceField(
        label=_("The conditions promised are"),
        choices=[("yes", _("met")), ("no", _("not met"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    findings = text_field(_("What you found"), limit=2000)


class RectifyForm(ActForm):
    findings = text_field(_("What has to be put right"), limit=2000)
    days = days_field(_("Working days to put it right"))

    def __init__(self, desk: Desk, *args, **kwargs):
        super().__init__(desk, *args, **kwargs)
        self.fields["days"].initial = desk.guide.rectify_days


class ExcuseForm(ActForm):
    reason = text_field(_("Why the breach is excused"))


class AnswerForm(ActForm):
    """The word of a leader or head on what a colleague asks to do."""

    request = forms.IntegerField(widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("yes", _("Approve")), ("no", _("Decline"))])
    reply = forms.CharField(label=_("Words to the colleague"), max_length=500, required=False)

    def clean_request(self):
        found = next((one for one in self.desk.to_answer if one.pk == self.cleaned_data["request"]), None)
        if found is None:
            raise ValidationError(_("This request was answered already."))
        return found

    def clean(self) -> dict:
        data = self.cleaned_data
        if data.get("answer") == "no" and not (data.get("reply") or "").strip():
            self.add_error("reply", _("Say why you decline."))
        return data

    def words(self) -> dict:
        data = self.cleaned_data
        return {"request": data["request"], "approve": data["answer"] == "yes", "words": data["reply"]}


class TakeBackForm(ActForm):
    """The own request that is taken back."""

    request = forms.IntegerField(widget=forms.HiddenInput)

    def clean_request(self):
        found = next((one for one in self.desk.asked_myself if one.pk == self.cleaned_data["request"]), None)
        if found is None:
            raise ValidationError(_("This request is not open any more."))
        return found


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

    verdict = forms.ChoiceField(
        choices=[("ok", _("In order")), ("bad", _("Not in order")), ("conflict", _("Contradicts the declaration"))]
    )
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
        if verdict in ("bad", "conflict") and not (data.get("note") or "").strip():
            self.add_error("note", _("Say what is not in order."))
        return data

    def words(self) -> dict:
        data = self.cleaned_data
        return {
            "version": data["version"],
            "material": data["material"],
            "in_order": data["verdict"] == "ok",
            "conflicts": data["verdict"] == "conflict",
            "note": data["note"],
        }


class SupplyForm(MaterialForm):
    """The scan of a promised material that came on paper; of what came by post also the days."""

    file = forms.FileField(label=_("Scan of the paper"), help_text=_("PDF or picture; the day of arrival counts."))
    arrived_on = forms.DateField(
        label=_("Arrived by post on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    postmarked_on = forms.DateField(
        label=_("Date of the postmark"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean_file(self):
        posted = self.cleaned_data["file"]
        self.name = uploads.clean_name(posted.name)
        self.facts = uploads.inspect(posted, self.name, settings.UPLOAD_MAX_BYTES)
        posted.name = f"{new_public_id()}.{self.facts.kind}"
        return posted

    def words(self) -> dict:
        data = self.cleaned_data
        days = {key: data[key] for key in ("arrived_on", "postmarked_on")}
        return {"material": data["material"], "file": data["file"], "facts": self.facts, "name": self.name, **days}
