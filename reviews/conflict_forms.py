"""What an expert says of a conflict of interest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.models import Dossier
from reviews.states import TieKind

FOUND = [kind for kind in TieKind if kind != TieKind.HOME]
OFFERED = [kind for kind in TieKind if kind not in (TieKind.HOME, TieKind.APPLICANT_ASKED)]


class ConflictForm(forms.Form):
    """Kind and reason; the whole group is given up."""

    use_required_attribute = False
    kind = forms.ChoiceField(
        label=_("What relates you to the applicant?"),
        choices=[(kind.value, kind.label) for kind in OFFERED],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what kind of conflict it is.")},
    )
    reason = forms.CharField(
        label=_("In a few words"),
        help_text=_("Only the office reads this."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what the conflict is.")},
    )


class FoundConflictForm(ConflictForm):
    """A conflict that the office found: with which applicant, of what kind, and how it became known."""

    dossier = forms.ModelChoiceField(
        Dossier.objects.live(),
        label=_("With the applicant of dossier"),
        empty_label=None,
        widget=forms.Select,
    )
    field_order = ("dossier", "kind", "reason")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.fields["kind"].label = _("What relates the expert to the applicant?")
        self.fields["kind"].widget = forms.Select()
        self.fields["kind"].choices = [("", _("Choose")), *((kind.value, kind.label) for kind in FOUND)]
        self.fields["reason"].help_text = _("How it became known. The expert's sheets become void and are kept.")

    def of(self, group) -> "FoundConflictForm":
        """Offer the dossiers of one group."""
        self.fields["dossier"].queryset = group.dossiers.live().select_related("group")
        return self
