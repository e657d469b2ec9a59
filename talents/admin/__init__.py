"""The pages of the admin; each module registers its own."""

from talents.admin import vacancies  # noqa: F401
