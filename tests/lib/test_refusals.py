import pytest
from django.utils.functional import lazystr

from talentportal.lib.refusals import Refused, refuse_unless


def test_all_reasons_are_kept_and_joined():
    refused = Refused(reasons=[lazystr("No core material."), "Banned."])
    assert refused.reasons == ["No core material.", "Banned."]
    assert str(refused) == "No core material. Banned."


@pytest.mark.parametrize("one", ["Banned.", lazystr("Banned.")])
def test_one_reason_is_not_taken_apart(one):
    assert [str(reason) for reason in Refused(one).reasons] == ["Banned."]


def test_refuse_unless():
    refuse_unless(1 < 2, "never said")
    with pytest.raises(Refused, match="Banned"):
        refuse_unless([], "Banned.")
