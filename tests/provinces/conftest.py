from functools import cache

import pytest

from provinces import geography

divisions = cache(geography.divisions)


@pytest.fixture(autouse=True)
def _geography_read_once(monkeypatch):
    """Cut out the outlines of a province once for all tests; it takes a second or two."""
    monkeypatch.setattr(geography, "divisions", divisions)
