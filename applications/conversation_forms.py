"""What both sides type to each other, and what the office notes."""

from django import forms
from django.utils.translation import gettext_lazy as _

from applications.models import CaseMessage, Phrase
from applications.questions import DayField
from applications.uploads import ScansField
from talentportal.lib import uploads
from talentportal.lib.workdays import WorkCalendar

MOST_FILES = 5
LONGEST = CaseMessage._meta.get_field("text").max_length


class MessageForm(forms.Form):
    """A message with up to five files."""

    use_required_attribute = False
    text = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write something.")},
    )
    files = ScansField(
        label=_("Files"),
        help_text=_("At most 5: PDF, pictures, Word, Excel or OFD. They are checked as materials are."),
        kinds=tuple(uploads.MIME),
        most=MOST_FILES,
        required=False,
    )


class OfficeMessageForm(MessageForm):
    """A message of the office; it may set a day until which an answer is awaited."""

    def __init__(self, *args, calendar: WorkCalendar, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 4
        self.fields["reply_by"] = DayField(
            label=_("Answer awaited by"),
            first=calendar.add(today, 1),
            required=False,
            help_text=_("Stands in the applicant’s to-dos with its date. No notice: it stops no clock."),
        )


class NoteForm(forms.Form):
    use_required_attribute = False
    note = forms.CharField(
        label=_("Internal note"),
        help_text=_("Never shown to the applicant."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write something.")},
    )


class PhraseForm(forms.ModelForm):
    """A ready phrase: one's own, or, for those who may, the office's."""

    is_shared = forms.BooleanField(label=_("For the whole office"), required=False)

    class Meta:
        model = Phrase
        fields = ("title_zh", "text_zh", "title_en", "text_en", "cures", "order")
        widgets = {"text_zh": forms.Textarea(attrs={"rows": 3}), "text_en": forms.Textarea(attrs={"rows": 3})}
        help_texts = {
            "text_zh": _("{name}, {item}, {case_no}, {window} and {phone} are filled in from the case."),
            "text_en": _("Left empty, the Chinese text stands here as well."),
            "cures": _("Offered as the cure of this defect when corrections are asked for."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"title_en", "text_en"} & set(self.fields):  # who may only look has none
            self.fields[name].required = False
        if self.instance.pk and "is_shared" in self.fields:
            self.fields["is_shared"].initial = self.instance.owner_id is None

    def clean(self) -> dict:
        data = super().clean()
        for part in ("title", "text"):
            data[f"{part}_en"] = data.get(f"{part}_en") or data.get(f"{part}_zh", "")
        return data
