"""Labor brands as open data: a list, single brands, and the map's points as GeoJSON."""
