"""From a document to clauses and benefits, and back to the page."""
