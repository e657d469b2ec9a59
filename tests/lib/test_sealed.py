"""Sealed text: nothing opens without the right key and purpose, and nothing leaks on the way."""

import json
import logging

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from talentportal.lib.sealed import (
    SealedText,
    SealedTextField,
    SealError,
    blind_index,
    blind_indexes,
    key_id_of,
    open_sealed,
    reseal,
    seal,
)

NUMBER = "11010519491231002X"
OLD, NEW = {"1": b"a" * 32}, {"2": b"b" * 32}


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = settings.INDEX_KEYS = OLD


@given(st.text())
def test_what_is_sealed_opens_again(text):
    assert open_sealed(seal(text, "p"), "p") == text


def test_no_two_seals_are_equal_and_none_shows_the_text():
    first, second = seal(NUMBER, "p"), seal(NUMBER, "p")
    assert first != second
    assert NUMBER.encode() not in first + second


def test_another_purpose_does_not_open():
    with pytest.raises(SealError, match="phone"):
        open_sealed(seal(NUMBER, "identity number"), "phone")


def test_any_altered_byte_is_noticed():
    blob = seal("x", "p")
    for position in range(len(blob)):
        altered = bytearray(blob)
        altered[position] ^= 1
        with pytest.raises(SealError):
            open_sealed(bytes(altered), "p")


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x011", b"\x011short", b"\xff" * 40])
def test_rubbish_is_refused(blob):
    with pytest.raises(SealError):
        open_sealed(blob, "p")


def test_old_keys_open_and_reseal_moves_to_the_new(settings):
    blob = seal(NUMBER, "p")
    settings.FIELD_KEYS = NEW | OLD
    moved = reseal(blob, "p")
    assert (key_id_of(blob), key_id_of(moved), open_sealed(blob, "p")) == ("1", "2", NUMBER)
    assert reseal(moved, "p") is moved
    settings.FIELD_KEYS = NEW
    assert open_sealed(moved, "p") == NUMBER
    with pytest.raises(SealError, match="No key '1'"):
        open_sealed(blob, "p")


def test_errors_and_reprs_do_not_carry_the_value():
    opened = open_sealed(seal(NUMBER, "p"), "p")
    assert (opened, f"{opened}") == (NUMBER, NUMBER)
    assert NUMBER not in repr([opened])
    with pytest.raises(SealError) as caught:
        open_sealed(seal(NUMBER, "p")[:-1], "p")
    assert caught.value.__suppress_context__
    assert NUMBER not in str(caught.value)


def test_blind_index_depends_on_text_key_and_purpose(settings):
    first = blind_index(NUMBER, "identity")
    assert len(first) == 64
    assert first == blind_index(SealedText(NUMBER), "identity")
    settings.INDEX_KEYS = NEW | OLD
    assert blind_indexes(NUMBER, "identity") == [blind_index(NUMBER, "identity"), first]
    assert len({first, *blind_indexes(NUMBER, "identity"), blind_index(NUMBER), blind_index("1", "identity")}) == 4


@pytest.fixture
def samples(db):
    """A real table with a sealed column, gone with the test's transaction."""
    with isolate_apps("talentportal.apps.TalentportalConfig"):

        class Sample(models.Model):  # noqa: DJ008
            number = SealedTextField(null=True)

            class Meta:
                app_label = "talentportal"

        with connection.schema_editor() as editor:
            editor.create_model(Sample)
        yield Sample


def raw_bytes():
    with connection.cursor() as cursor:
        cursor.execute("select number from talentportal_sample order by id")
        return [bytes(row[0]) for row in cursor.fetchall()]


def test_field_seals_in_the_table_and_opens_on_load(samples):
    samples.objects.create(number=NUMBER)
    samples.objects.create(number="")
    assert list(samples.objects.order_by("id").values_list("number", flat=True)) == [NUMBER, ""]
    assert [key_id_of(blob) for blob in raw_bytes()] == ["1", "1"]
    assert NUMBER.encode() not in b"".join(raw_bytes())
    assert open_sealed(raw_bytes()[0], "talentportal.sample.number") == NUMBER


def test_field_saves_again_with_the_current_key(samples, settings):
    samples.objects.create(number=NUMBER)
    settings.FIELD_KEYS = NEW | OLD
    samples.objects.get().save()
    settings.FIELD_KEYS = NEW
    assert samples.objects.get().number == NUMBER


def test_field_is_found_by_null_only(samples):
    samples.objects.create(number=None)
    samples.objects.create(number=NUMBER)
    assert samples.objects.filter(number__isnull=True).count() == 1
    for lookup in ("number", "number__contains", "number__in"):
        with pytest.raises(FieldError, match="sealed"):
            samples.objects.filter(**{lookup: NUMBER})


def test_field_has_no_form_and_stays_sealed_in_queries_logs_and_exports(samples, caplog):
    field = samples._meta.get_field("number")
    assert (field.formfield(), field.editable) == (None, False)
    with caplog.at_level(logging.DEBUG, "django.db.backends"):
        row = samples.objects.create(number=NUMBER)
    exported = serializers.serialize("json", [row])
    assert NUMBER not in caplog.text + exported + repr(row) + repr(samples.objects.values())
    value = json.loads(exported)[0]["fields"]["number"]
    assert field.to_python(value) == NUMBER
    assert field.to_python("plain") == "plain"


def test_field_is_the_same_after_a_migration():
    assert SealedTextField(purpose="old.name").deconstruct()[3] == {"purpose": "old.name"}
    assert SealedTextField(null=True).deconstruct()[3] == {"null": True}
