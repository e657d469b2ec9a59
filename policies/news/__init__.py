"""Who is told what: saved searches, followed policies, feeds."""
