"""Pages of applicants: start, the five steps of a draft, cases, files, the personal space, the public query."""
