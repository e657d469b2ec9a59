"""No search knows what another test wrote; six documents of six places."""

import pytest

from policies.search.statistics import forget
from tests.policies.search.documents import document


@pytest.fixture(autouse=True)
def _nothing_known():
    forget()
    yield
    forget()


@pytest.fixture
def places():
    for region, title in (
        ("000000", "国家"), ("530000", "云南"), ("530100", "昆明"), ("530102", "五华"), ("530300", "曲靖"),
        ("330000", "浙江"),
    ):  # fmt: skip
        document(title, "人才", region=region, topics=["talent"] if region[:2] != "33" else ["housing"])
