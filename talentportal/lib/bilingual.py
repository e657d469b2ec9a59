"""Texts that offices write in two languages: `name_zh` and `name_en`, or a dictionary with `zh` and `en`."""

from collections.abc import Mapping

from django.utils.translation import get_language, override


def pick(source, name: str = "", language: str | None = None) -> str:
    """Return the text in a language (None: the active one), or in the other one when that is empty.

    `source` is a dictionary {"zh": ..., "en": ...}, or, with `name`, a row or dictionary that holds `name_zh` (or just
    `name`) and `name_en`, or such a dictionary under `name`. Anything else is returned as text; None as "".
    """
    language = get_language() or "" if language is None else language
    first, second = ("en", "zh") if language.startswith("en") else ("zh", "en")
    if name:
        texts = {key: _read(source, f"{name}_{key}") for key in (first, second)}
        if texts["zh"] is None:
            texts["zh"] = _read(source, name)
        source = texts["zh"] if texts["en"] is None else texts
    if isinstance(source, Mapping):
        return source.get(first) or source.get(second) or ""
    return "" if source is None else str(source)


def _read(source, name: str):
    return source.get(name) if isinstance(source, Mapping) else getattr(source, name, None)


def both(source, name: str = "") -> dict:
    """Return the text in both languages as {"zh": ..., "en": ...}, to be picked when it is read."""
    found = {}
    for key, language in (("zh", "zh-hans"), ("en", "en")):
        with override(language):
            found[key] = str(pick(source, name))
    return found
