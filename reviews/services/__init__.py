"""The verbs of a review: see experts, draw, invitations, dossiers, sheets, publicity."""
