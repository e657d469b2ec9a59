"""Pure rules of labor brands, by noun."""
