"""What the queue's pages send: a search, a name for a view, an act over chosen cases, days of cover."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from applications.models import CaseMessage
from applications.search import PERSONAL, Reason, kind_of
from applications.services.batch import BATCH_VERBS
from talentportal.lib.field_errors import NamedErrors


class SearchForm(forms.Form):
    """Words that say by themselves what they are; a personal number asks why."""

    q = forms.CharField(
        label=_("Name, case number, last four of the document, telephone"),
        max_length=60,
        error_messages={"required": _("Type what you look for.")},
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    reason = forms.ChoiceField(label=_("Why do you look?"), choices=[("", "—"), *Reason.choices], required=False)

    @property
    def is_personal(self) -> bool:
        return kind_of(self.data.get("q", "")) in PERSONAL

    def clean(self) -> dict:
        data = super().clean()
        if data.get("q") and kind_of(data["q"]) in PERSONAL and not data.get("reason"):
            self.add_error("reason", _("You look for a person by a personal number. Say why; it is kept."))
        return data


class ViewForm(NamedErrors, forms.Form):
    name = forms.CharField(label=_("Name of the view"), max_length=40)
    query = forms.CharField(max_length=300, required=False, widget=forms.HiddenInput)


class BatchForm(forms.Form):
    """An act over the ticked cases: each tick carries the case and the version that was seen."""

    verb = forms.ChoiceField(choices=[(verb, label) for verb, (label, _act) in BATCH_VERBS.items()])
    to = forms.ModelChoiceField(User.objects.none(), required=False, label=_("Colleague"), empty_label=_("the team"))
    text = forms.CharField(
        label=_("Message"),
        max_length=CaseMessage._meta.get_field("text").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    method = forms.ChoiceField(
        label=_("How it was delivered"),
        choices=[("window", _("handed over at the window")), ("courier", _("sent by courier"))],
        required=False,
    )

    def __init__(self, *args, colleagues, **options):
        super().__init__(*args, **options)
        self.fields["to"].queryset = User.objects.filter(pk__in=[user.pk for user in colleagues]).order_by("name", "pk")

    def clean(self) -> dict:
        data = super().clean()
        if data.get("verb") == "notify" and not data.get("text") and "text" not in self.errors:
            self.add_error("text", _("Write something."))
        return data

    def chosen(self) -> dict[int, int]:
        """Return case -> version of the ticks; what is unreadable was not ticked."""
        pairs = (tick.partition(":")[::2] for tick in self.data.getlist("case"))
        return {int(pk): int(version) for pk, version in pairs if _is_number(pk) and _is_number(version)}

    def facts(self) -> dict:
        """Return what the act needs besides the case."""
        data = self.cleaned_data
        match data["verb"]:
            case "assign":
                return {"to": data["to"].pk if data["to"] else None}
            case "notify":
                return {"text": data["text"]}
            case "deliver":
                return {"method": data["method"] or "window"}
            case _:
                return {}


DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class CoverForm(NamedErrors, forms.Form):
    """Who stands in for whom, and for which days."""

    absent = forms.ModelChoiceField(User.objects.none(), label=_("Who is absent"), empty_label=_("Choose"))
    substitute = forms.ModelChoiceField(User.objects.none(), label=_("Who stands in"), empty_label=_("Choose"))
    starts_on = forms.DateField(label=_("From"), widget=DAY)
    last_on = forms.DateField(label=_("Last day"), widget=DAY)

    def __init__(self, *args, colleagues, **options):
        super().__init__(*args, **options)
        people = User.objects.filter(pk__in=[user.pk for user in colleagues]).order_by("name", "pk")
        self.fields["absent"].queryset = self.fields["substitute"].queryset = people


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) < 19
