"""The pages of the admin; each module registers its own."""

from reviews.admin import calls, experts, publicity, rounds, scores  # noqa: F401
