"""Reads of labor brands, by noun."""
