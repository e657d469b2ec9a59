"""What Django's admin shows of fields that are only read; used by templates/admin/includes/fieldset.html."""

import html
import re

from django import template
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.urls import Resolver404, resolve
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from policies.guides import HANDLING_FORMS, SPECIAL_KINDS, SUPPORTS
from talentportal.lib.bilingual import pick

register = template.Library()

_LINK = re.compile(r'<a href="(?P<url>[^"]+)">(?P<words>.*)</a>', re.DOTALL)
KEYS = {  # keys and codes of the texts that offices write
    "title": _("Title"),
    "doc_no": _("Number of the document"),
    "article": _("Article"),
    "url": _("Address on the web"),
    "name": _("What it is called"),
    "label": _("Label"),
    "key": _("Key"),
    "kind": _("Kind"),
    "required": _("Required"),
    "choices": _("Choices"),
    "value": _("Value"),
    "help": _("Help"),
    "shown_if": _("Shown if"),
    "question": _("Question"),
    "in": _("One of"),
    "text": _("Text"),
    "note": _("Note"),
    "q": _("Question"),
    "a": _("Answer"),
    "days": _("Days"),
    "time": _("Time"),
    "standard": _("Standard"),
    "basis": _("Basis"),
    "body": _("Office"),
    "within": _("Period"),
    "address": _("Address"),
    "phone": _("Telephone"),
    "hours": _("Hours"),
    "min": _("Least"),
    "max": _("Most"),
    "person": _("Person"),
    "unit": _("Unit"),
    "part": _("Part in it"),
    "period": _("Period"),
    "holder": _("Holder"),
    "face": _("Words of the certificate"),
    **HANDLING_FORMS,
    **SUPPORTS,
    **SPECIAL_KINDS,
}


@register.simple_tag(takes_context=True)
def shown(context, field):
    """Return what a read-only field shows: a link only to a row this person may open, lists and texts as words."""
    value = _json_of(field)
    if value is not None:
        return words_of(value)
    contents = field.contents()
    link = _LINK.fullmatch(contents)
    if link and not _may_open(context["request"], html.unescape(link["url"])):
        return format_html("{}", html.unescape(link["words"]))
    return contents


def _json_of(field):
    """Return the value of a JSON field of the row, None for any other field."""
    try:
        kept = field.form._meta.model._meta.get_field(field.field["field"])
    except (FieldDoesNotExist, TypeError):
        return None
    return getattr(field.form.instance, kept.attname) if isinstance(kept, models.JSONField) else None


def _may_open(request, url: str) -> bool:
    """Tell whether a page of the admin opens for somebody: the model, and this row of it."""
    try:
        found = resolve(url)
        model_admin = found.func.model_admin
    except (Resolver404, AttributeError):
        return True
    row = found.kwargs.get("object_id")
    return model_admin.has_view_or_change_permission(request) and (
        row is None or model_admin.get_object(request, row) is not None
    )


def words_of(value):
    """Return texts that offices write, kept as JSON, as HTML to be read: both languages, lists, tables of keys."""
    if isinstance(value, list):
        return _list(value)
    if isinstance(value, dict):
        return _both(value.get("zh"), value.get("en")) if value.keys() <= {"zh", "en"} and value else _pairs(value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in (None, ""):
        return "—"
    return format_html("{}", KEYS.get(value, value))


def _list(values: list):
    if not values:
        return "—"
    if all(isinstance(value, str | int) for value in values):
        return format_html_join(_(", "), "{}", ((words_of(value),) for value in values))
    rows = format_html_join("", "<li>{}</li>", ((words_of(value),) for value in values))
    return format_html('<ol class="told">{}</ol>', rows)


def _pairs(values: dict):
    """Show a dictionary line by line; `title_zh` and `title_en` are one line, `zh` and `en` the text itself."""
    if {"zh", "en"} <= values.keys():
        values = {"text_zh": values["zh"], "text_en": values["en"]} | values
        values = {key: value for key, value in values.items() if key not in ("zh", "en")}
    names = dict.fromkeys(re.sub(r"_(zh|en)$", "", key) for key in values)
    rows = [(KEYS.get(name, name.replace("_", " ")), _value(values, name)) for name in names]
    return format_html('<dl class="told">{}</dl>', format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows))


def _value(values: dict, name: str):
    if name in ("key", "value"):  # what a program goes by is shown as it is
        return values[name]
    return words_of(values[name]) if name in values else _both(values.get(f"{name}_zh"), values.get(f"{name}_en"))


def _both(chinese, english):
    if chinese and english and chinese != english:
        return format_html('{}<br><span class="soft" lang="en">{}</span>', chinese, english)
    return words_of(pick({"zh": chinese, "en": english}))
