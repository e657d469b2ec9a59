"""The library and the services as open data: JSON at /api/v1/, downloads of everything, described by OpenAPI."""
