"""Small cells: a count that could point at a person is hidden, and so is what would let one work it out."""

from collections.abc import Mapping, Sequence


def hide_small(counts: Mapping, floor: int, *, total_is_known: bool = True) -> dict:
    """Return the counts of a partition with small ones as None; 0 stays, since it tells of nobody.

    Where the total is known, one hidden cell alone, or hidden ones that together stay below the floor, could be worked
    out by taking away the others: then the next smallest are hidden as well, until the hidden sum is safe.
    """
    shown = dict(counts)
    hidden = [key for key, count in counts.items() if 0 < count < floor]
    if hidden and total_is_known:
        rest = sorted((key for key, count in counts.items() if count >= floor), key=lambda key: counts[key])
        while rest and (len(hidden) == 1 or sum(counts[key] for key in hidden) < floor):
            hidden.append(rest.pop(0))
    return shown | dict.fromkeys(hidden)


def hide_in_table(rows: Sequence[Sequence[int]], floor: int) -> list[list[int | None]]:
    """Return a table with small cells as None, and others so that none follows from the margin of its row or column.

    Of a row or column either nothing is hidden, or at least two cells that together reach the floor.
    """
    hidden = {(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) if 0 < count < floor}
    while more := _partner(rows, hidden, floor):
        hidden.add(more)
    return [[None if (i, j) in hidden else count for j, count in enumerate(row)] for i, row in enumerate(rows)]


def _partner(rows: Sequence[Sequence[int]], hidden: set, floor: int) -> tuple[int, int] | None:
    """Return the smallest cell that has to be hidden beside those of a row or column that could be worked out."""
    cells = [(i, j) for i, row in enumerate(rows) for j, count in enumerate(row) if count]
    for axis in (0, 1):
        for line in sorted({cell[axis] for cell in hidden}):
            alone = [cell for cell in hidden if cell[axis] == line]
            others = [cell for cell in cells if cell[axis] == line and cell not in hidden]
            is_safe = len(alone) > 1 and sum(rows[i][j] for i, j in alone) >= floor
            if others and not is_safe:
                return min(others, key=lambda cell: (rows[cell[0]][cell[1]], cell))
    return None
