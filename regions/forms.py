"""Input about regions and calendar days."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from regions.models import CalendarDay, DayKind, Region, RegionKind
from talentportal.lib.workdays import EPOCH

CODES = {  # GB/T 2260: two digits each for province, prefecture and county
    RegionKind.PROVINCE: re.compile(r"[1-8]\d0000"),
    RegionKind.PREFECTURE: re.compile(r"[1-8]\d(?!00)\d\d00"),
    RegionKind.COUNTY: re.compile(r"[1-8]\d\d\d(?!00)\d\d"),
    RegionKind.ZONE: re.compile(r"9\d{5}"),
}


class RegionForm(forms.ModelForm):
    class Meta:
        model = Region
        fields = ["code", "kind", "name_zh", "name_en", "parent", "pinyin", "valid_from", "valid_to", "successors"]

    def clean(self):
        cleaned = super().clean()
        if self.instance.path:
            return cleaned
        kind, code, parent = cleaned.get("kind"), cleaned.get("code"), cleaned.get("parent")
        if kind and code and not CODES[kind].fullmatch(code):
            self.add_error("code", _("This is not a code of this kind of region (GB/T 2260; functional zones: 9)."))
        if kind and (parent is None) != (kind == RegionKind.PROVINCE):
            self.add_error("parent", _("A province is part of nothing, every other region is part of one."))
        return cleaned


class CalendarDayForm(forms.ModelForm):
    class Meta:
        model = CalendarDay
        fields = ["region", "date", "kind", "name", "source"]

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day < EPOCH:
            raise forms.ValidationError(_("The calendar begins on %(date)s.") % {"date": EPOCH.isoformat()})
        return day

    def clean(self):
        cleaned = super().clean()
        day, kind = cleaned.get("date"), cleaned.get("kind")
        if day and kind == DayKind.MAKEUP_WORKDAY and day.weekday() < 5 and not self._is_holiday_above(day):
            self.add_error("date", _("This is a working day already; a make-up working day falls on a weekend."))
        return cleaned

    def _is_holiday_above(self, day) -> bool:
        """A region may work on a weekday that is a holiday around it."""
        others = CalendarDay.objects.exclude(pk=self.instance.pk).filter(date=day)
        return bool(self.cleaned_data.get("region")) and others.exclude(kind=DayKind.MAKEUP_WORKDAY).exists()
