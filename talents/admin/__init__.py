"""The pages of the admin; each module registers its own."""

from talents.admin import events, internships, inventory, units, vacancies  # noqa: F401
