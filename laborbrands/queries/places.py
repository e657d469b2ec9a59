"""Where brands are at home today: an abolished division counts where its successor lies."""

from collections import defaultdict
from datetime import date

from laborbrands.models import CountyProfile
from regions.models import Region, RegionKind


class Places:
    """The province's regions in force on a day, without outlines, and the kinds of its counties. Three queries."""

    def __init__(self, day: date):
        everywhere = list(Region.objects.defer("outline").order_by("path"))
        self.known = {region.code: region for region in everywhere}
        in_force = [r for r in everywhere if (not r.valid_to or r.valid_to > day)]
        self.regions = {region.code: region for region in in_force}
        self.province = next((r for r in in_force if r.kind == RegionKind.PROVINCE), None)
        self._heirs = defaultdict(list)
        through = Region.successors.through.objects.order_by("to_region_id")
        for old, new in through.values_list("from_region_id", "to_region_id"):
            self._heirs[old].append(new)
        self._kinds = defaultdict(set)
        for code, kind in CountyProfile.objects.order_by().values_list("region_id", "kind"):
            self._kinds[self.current(code)].add(kind)
        self._paths = {code: self._path(code) for code in self.known}

    def current(self, code: str) -> str:
        """Return the code that stands for a region today: its own, or that of its first successor in force."""
        seen = set()
        waiting = [code]
        while waiting:
            one = waiting.pop(0)
            if one in self.regions:
                return one
            if one not in seen:
                seen.add(one)
                waiting.extend(self._heirs[one])
        return code

    def _path(self, code: str) -> tuple[str, ...]:
        return tuple(self.known[self.current(code)].path.split("/"))

    def path(self, code: str) -> tuple[str, ...]:
        """Return the codes from the province down to where a region lies today; () for an unknown one."""
        return self._paths.get(code, ())

    def find(self, code: str) -> Region | None:
        """Return the region of a code, an abolished one as its successor; None for an unknown code."""
        return self.known.get(self.current(code))

    def within(self, region: Region) -> frozenset[str]:
        """Return the codes of a region and all below it, with those abolished that belong there today."""
        return frozenset(code for code, path in self._paths.items() if region.code in path)

    def below(self, region: Region) -> list[Region]:
        """Return the regions directly below one, by code."""
        return sorted((r for r in self.regions.values() if r.parent_id == region.code), key=lambda r: r.code)

    def area(self, code: str, level: Region) -> str:
        """Return the code of the part of a level region that a home lies in; the level's own if in no part of it."""
        path = self.path(code)
        if level.code not in path:
            return ""
        rest = path[path.index(level.code) + 1 :]
        return rest[0] if rest else level.code

    def prefecture(self, code: str) -> str:
        """Return the code of the prefecture of a home; the province's own for a brand of the province itself."""
        return self.area(code, self.province) if self.province else ""

    def kinds(self, code: str) -> frozenset[str]:
        """Return what the county of a home lives on."""
        return frozenset().union(*(self._kinds[part] for part in self.path(code) if part in self._kinds))

    def of_kinds(self, kinds) -> frozenset[str]:
        """Return the codes of all homes whose county is of one of the kinds."""
        return frozenset(code for code in self._paths if self.kinds(code) & set(kinds))
