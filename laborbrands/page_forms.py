"""Forms around a brand: the enquiry of a stranger, the figures of a builder, and what staff write in the admin."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from laborbrands.models import BrandStat
from laborbrands.pictures import PictureField
from laborbrands.rules.coverage import KINDS
from laborbrands.services.figures import MONEY
from laborbrands.states import EnquiryKind
from regions.models import Region


class EnquiryForm(forms.Form):
    """What somebody leaves who wants to hire, or to learn the trade."""

    kind = forms.ChoiceField(label=_("What brings you here?"), choices=EnquiryKind, widget=forms.RadioSelect)
    name = forms.CharField(label=_("Your name"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    contact = forms.CharField(
        label=_("Phone or e-mail"),
        max_length=100,
        help_text=_("How the office in charge can reach you."),
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    text = forms.CharField(
        label=_("Message"),
        max_length=300,
        required=False,
        help_text=_("For instance how many workers, for what and when. At most 300 characters."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    consent = forms.BooleanField(
        label=_("I agree that the office in charge of the brand keeps my name and contact to answer me."),
        error_messages={"required": _("We may keep your contact only if you agree.")},
    )

    def clean_contact(self) -> str:
        contact = self.cleaned_data["contact"].strip()
        if "@" in contact:
            try:
                validate_email(contact)
            except ValidationError:
                raise ValidationError(_("This is no e-mail address.")) from None
            return contact
        if sum(character.isdigit() for character in contact) < 7:
            raise ValidationError(_("Write a phone number with its area code, or an e-mail address."))
        return contact


class FiguresForm(forms.ModelForm):
    """The figures of a year, as a builder or a county reports them."""

    class Meta:
        model = BrandStat
        fields = ("year", *BrandStat.COUNTS, *MONEY, "source")

    def __init__(self, *args, this_year: int, **options):
        super().__init__(*args, **options)
        years = [(year, year) for year in range(this_year, this_year - 4, -1)]
        self.fields["year"] = forms.TypedChoiceField(label=_("Year"), choices=years, coerce=int)
        self.fields["source"].help_text = _("For instance payroll, register of trainees, survey.")
        self.fields["source"].error_messages["required"] = _("Say where the figures come from.")
        for key in (*BrandStat.COUNTS, *MONEY):
            said = _("%(label)s: give a number from 0 up.") % {"label": self.fields[key].label}
            self.fields[key].error_messages |= dict.fromkeys(("required", "invalid", "min_value"), said)

    def _post_clean(self):
        """Rules over several figures are the service's; the row is never saved from here."""

    def values(self) -> dict:
        return {key: value for key, value in self.cleaned_data.items() if key not in ("year", "source")}


class PictureForm(forms.Form):
    """A logo or a picture; the file comes last, so that what was typed is kept when it is too large."""

    is_logo = forms.BooleanField(label=_("This is the logo"), required=False)
    caption_zh = forms.CharField(
        label=_("Chinese caption"), max_length=100, help_text=_("Read aloud to who cannot see the picture.")
    )
    caption_en = forms.CharField(label=_("English caption"), max_length=140, required=False)
    file = PictureField(label=_("File"))


class CoverageForm(forms.Form):
    """The places beside its home that a brand covers, to tick by prefecture."""

    regions = forms.ModelMultipleChoiceField(
        label=_("Also covers"),
        queryset=Region.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("This place cannot be chosen. Choose from the list.")},
    )

    def __init__(self, *args, home: Region, day: date, **options):
        super().__init__(*args, **options)
        places = Region.objects.defer("outline").in_force(day).filter(kind__in=KINDS).exclude(pk=home.pk)
        self.fields["regions"].queryset = places.order_by("path")

    def groups(self) -> list[tuple[Region, bool, list[tuple[Region, bool]]]]:
        """Return each prefecture, whether anything in it is ticked, and (place, ticked) of it and its counties."""
        ticked = {str(getattr(one, "pk", one)) for one in self["regions"].value() or ()}
        found: dict[str, list] = {}
        for place in self.fields["regions"].queryset:
            found.setdefault("/".join(place.path.split("/")[:2]), []).append((place, place.pk in ticked))
        names = {one.path: one for one in Region.objects.defer("outline").filter(path__in=found)}
        return [(names[path], any(is_on for _one, is_on in rows), rows) for path, rows in found.items()]


class OutcomeForm(forms.Form):
    outcome = forms.CharField(label=_("What came of it"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class DismissForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason of the dismissal"), max_length=200, widget=forms.Textarea(attrs={"rows": 3})
    )
