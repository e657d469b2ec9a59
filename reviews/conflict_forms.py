"""What an expert says of a conflict of interest."""

from django import forms
from django.utils.translation import gettext_lazy as _

from reviews.states import TieKind

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
