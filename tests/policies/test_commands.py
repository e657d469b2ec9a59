from io import StringIO

import pytest
from django.core.management import call_command

from policies.models import SearchEntry
from tests.policies.search.documents import document, found

pytestmark = pytest.mark.django_db


def test_the_index_is_written_anew():
    version = document("人才安居办法")
    SearchEntry.objects.filter(version=version).update(vector="")
    assert found("安居") == []
    call_command("reindex_policies", stdout=(said := StringIO()))
    assert found("安居") == ["人才安居办法"]
    assert said.getvalue() == "1 versions can be found\n"
