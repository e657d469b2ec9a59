"""Lists and named entries in a form, written as YAML: one entry a line, words without quotes. JSON is read as well."""

import json
import re

import yaml
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

VALUES = {  # as in JSON: a date, "yes" or "08" is text
    "bool": r"true|false",
    "null": r"null|~|",
    "int": r"-?(?:0|[1-9][0-9]*)",
    "float": r"-?(?:0|[1-9][0-9]*)\.[0-9]+",
}


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}
    yaml_constructors = {
        tag: yaml.SafeLoader.yaml_constructors[tag]
        for tag in (*(f"tag:yaml.org,2002:{kind}" for kind in (*VALUES, "str", "seq", "map")), None)
    }

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):  # a few lines could stand for gigabytes
            raise yaml.composer.ComposerError(None, None, "no aliases", self.peek_event().start_mark)
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = {}

    def ignore_aliases(self, _data) -> bool:
        return True


for _kind, _pattern in VALUES.items():
    for _side in (_Loader, _Dumper):
        _side.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"^(?:{_pattern})$"), None)


def written(value) -> str:
    """Return lists and dictionaries as YAML, keys in their order, Chinese as Chinese; "" for nothing."""
    if value in (None, [], {}):
        return ""
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def read(text: str):
    """Return the list or dictionary that a text says, None for an empty one.

    Raises ValidationError with the line, for people.
    """
    try:
        value = yaml.load(text, Loader=_Loader)  # noqa: S506 (a safe loader)
        _refuse_what_json_cannot_keep(value)
    except yaml.MarkedYAMLError as error:
        raise ValidationError(_("Line %(line)s could not be read.") % {"line": error.problem_mark.line + 1}) from error
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise ValidationError(_("This could not be read.")) from error
    if not isinstance(value, list | dict | None):
        raise ValidationError(_("Write a list, each entry after “- ”, or names with their values after “: ”."))
    return value


def _refuse_what_json_cannot_keep(value) -> None:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text:
        raise ValueError(text)
    text.encode()  # half a character is none


class YamlField(forms.JSONField):
    """What is kept as JSON, shown and typed as YAML; it may be empty."""

    def __init__(self, *args, **kwargs):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 8, "class": "vLargeTextField vYaml", "spellcheck": "false"})
        super().__init__(*args, **kwargs | {"required": False})

    def to_python(self, value):
        return read(value) if isinstance(value, str) else super().to_python(value)

    def clean(self, value):
        value = super().clean(value)
        return self.initial() if value is None and callable(self.initial) else value

    def bound_data(self, data, initial):
        return initial if self.disabled else data

    def prepare_value(self, value):
        return value if isinstance(value, str) else written(value)
