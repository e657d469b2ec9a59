"""The pieces fit each other: migrations, templates, states, catalogs, requirements."""

import re
from io import StringIO
from pathlib import Path

import polib
import pytest
from django.core.management import call_command
from django.utils import translation

from applications import states
from applications.models import Case
from applications.services import papers
from applications.wording import _BODIES

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*") if p.is_file())
OVERRIDES = ("account/", "mfa/", "admin/", "allauth/", "django/", "rest_framework/", "socialaccount/")


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)


def test_every_template_is_used():
    sources = [p.read_text(encoding="utf-8") for p in ROOT.glob("*/**/*.py") if ".venv" not in p.parts]
    text = "\n".join(sources + [p.read_text(encoding="utf-8") for p in TEMPLATES])
    unused = [
        name
        for p in TEMPLATES
        if not (name := p.relative_to(ROOT / "templates").as_posix()).startswith(OVERRIDES)
        and name not in text
        and not re.fullmatch(r"(400|403|403_csrf|404|429|500|503)\.html", name)
    ]
    assert unused == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.relative_to(ROOT / "templates").as_posix())
def test_templates_hold_no_inline_script_or_style(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", text), "inline script"
    assert not re.search(r"<style[\s>]", text), "inline style sheet"
    assert not re.search(r"\sstyle=", text), "style attribute"
    assert not re.search(r"\son(click|load|submit|change|input|error|focus|blur)=", text), "event attribute"
    assert not re.search(r"(src|href)=\"(https?:)?//", text), "something from another host"


def test_every_state_is_reachable_and_left():
    reached = {t.target for t in states.TRANSITIONS.values() if t.target}
    left = {source for t in states.TRANSITIONS.values() if t.target for source in t.sources}
    assert reached == set(states.State)
    assert left == set(states.State) - {states.State.REVOKED}


def test_every_state_has_two_names_in_both_languages():
    assert set(states.PUBLIC_LABELS) == set(states.State)
    for state in states.State:
        for label in (state.label, states.PUBLIC_LABELS[state]):
            with translation.override("zh-hans"):
                chinese = str(label)
            with translation.override("en"):
                assert re.search("[\u4e00-\u9fff]", chinese), label
                assert str(label) != chinese


def test_every_paper_can_be_composed_and_numbered():
    assert set(_BODIES) == set(papers.KIND_WORDS) == set(states.PaperKind)
    assert len(set(papers.KIND_WORDS.values())) == len(papers.KIND_WORDS)


def test_a_case_field_of_state_is_never_edited_by_hand():
    assert Case._meta.get_field("state").choices == states.State.choices


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_catalogs_are_complete(language):
    catalog = polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))
    assert [entry.msgid for entry in catalog.untranslated_entries()] == []
    assert [entry.msgid for entry in catalog.fuzzy_entries()] == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_translations_keep_their_placeholders(language):
    catalog = polib.pofile(str(ROOT / "locale" / language / "LC_MESSAGES" / "django.po"))
    names = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]")
    wrong = [
        entry.msgid
        for entry in catalog
        if entry.msgstr and set(names.findall(entry.msgid)) != set(names.findall(entry.msgstr))
    ]
    assert wrong == []


def test_requirements_name_no_host():
    for path in [*ROOT.glob("requirements/*.txt"), ROOT / "pyproject.toml"]:
        assert "://" not in path.read_text(encoding="utf-8"), path.name
