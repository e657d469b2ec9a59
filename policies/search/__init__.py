"""The search of the policy library: `tokens` (text to index words), `words` (what else a word is called), `index` (the
side table), `query` (what a reader asks), `engine` (the answer), `finding` (its candidates), `plans` (of statements),
`ranking` (their order), `counts` (totals and facets).
"""
