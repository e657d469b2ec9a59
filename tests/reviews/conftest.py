import pytest

from tests.applications import life
from tests.applications.conftest import at, client_of  # noqa: F401
from tests.reviews import scene, scoring


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


@pytest.fixture
def people(world):
    return scoring.people_of(world)


@pytest.fixture(name="scene")
def _scene(world, people):
    return scoring.make_round(world, people.examiner)


@pytest.fixture
def reviewed(scene, people):
    """Two dossiers, three experts who have promised confidentiality, two reserves."""
    scene.cases = [scoring.make_case(scene, people, order) for order in (1, 2)]
    scene.dossiers = [scoring.make_dossier(scene, people, case) for case in scene.cases]
    scene.seats = scoring.seat_all(scene, people, 3)[:3]
    return scene
