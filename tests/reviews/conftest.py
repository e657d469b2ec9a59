import pytest

from tests.applications.conftest import at, client_of  # noqa: F401
from tests.reviews import scoring


@pytest.fixture
def people(world):
    return scoring.people_of(world)


@pytest.fixture
def scene(world, people):
    return scoring.make_round(world, people.examiner)


@pytest.fixture
def reviewed(scene, people):
    """Two dossiers, three experts who have promised confidentiality, two reserves."""
    scene.cases = [scoring.make_case(scene, people, order) for order in (1, 2)]
    scene.dossiers = [scoring.make_dossier(scene, people, case) for case in scene.cases]
    scene.seats = scoring.seat_all(scene, people, 3)[:3]
    return scene
