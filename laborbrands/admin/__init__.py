"""The pages of the admin; each module registers its own."""

from laborbrands.admin import around, brands, evaluation, recognition, subsidy  # noqa: F401
