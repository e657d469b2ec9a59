from reviews.models.experts import Discipline, Expert, ExpertApplication, ExpertCall, ExpertTie
from reviews.models.publicity import Interruption, Objection, ObjectionReveal, Publicity, PublicityEntry
from reviews.models.rounds import Draw, Group, ReviewRound, ScoreScheme, Seat, SeatEvent
from reviews.models.scores import Dossier, DossierFile, Sheet, Standing

__all__ = [
    "Discipline",
    "Dossier",
    "DossierFile",
    "Draw",
    "Expert",
    "ExpertApplication",
    "ExpertCall",
    "ExpertTie",
    "Group",
    "Interruption",
    "Objection",
    "ObjectionReveal",
    "Publicity",
    "PublicityEntry",
    "ReviewRound",
    "ScoreScheme",
    "Seat",
    "SeatEvent",
    "Sheet",
    "Standing",
]
