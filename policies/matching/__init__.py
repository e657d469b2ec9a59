"""Who may have what: rule trees, the facts they ask, and what fits somebody."""
