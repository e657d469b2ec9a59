"""What policies are about and whom they address. Keys are stored and stand in addresses; unknown ones are kept."""

from django.utils.translation import gettext_lazy as _

TOPICS = {
    "talent": _("Talent"),
    "employment": _("Employment"),
    "entrepreneurship": _("Business and start-ups"),
    "science": _("Science and technology"),
    "skills": _("Skills"),
    "education": _("Education"),
    "housing": _("Housing"),
    "residence": _("Residence and household registration"),
    "social": _("Social security"),
    "labor": _("Labor relations"),
    "rural": _("Rural areas"),
    "ip": _("Intellectual property"),
    "openness": _("Open government"),
    "licensing": _("Administrative licensing"),
    "privacy": _("Personal information"),
    "esign": _("E-commerce and electronic signatures"),
    "general": _("General"),
}

AUDIENCES = {
    "everyone": _("Everyone"),
    "high_level": _("High-level talents"),
    "graduates": _("Graduates"),
    "postdocs": _("Doctors and postdocs"),
    "skilled": _("Skilled workers"),
    "returnees": _("Returnees from abroad"),
    "foreigners": _("Foreign talents"),
    "entrepreneurs": _("Founders"),
    "teachers": _("Teachers"),
    "medics": _("Medical staff"),
    "rural": _("Rural talents"),
    "families": _("Spouses and children"),
    "enterprises": _("Enterprises"),
    "institutions": _("Universities and institutes"),
}


def label(key: str) -> str:
    """Return the name of a topic or an audience in the active language, or the key itself when it is unknown."""
    return str(TOPICS.get(key) or AUDIENCES.get(key) or key)
