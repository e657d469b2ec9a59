import pytest

from tests.applications import life
from tests.reviews import scene


@pytest.fixture
def item(world):
    return scene.item_under_review(world)


@pytest.fixture
def case(world, applicant, clerk, item):
    return life.examining(world, applicant, clerk, item=item)


@pytest.fixture
def round_(world, examiner, item):
    scene.make_disciplines()
    return scene.open_round(world, examiner, item)


@pytest.fixture
def group(round_, examiner, case):
    return scene.make_group(round_, examiner, case)
