"""Interleaved measurement: A B C A B C ..., medians, ratios that hold on any machine."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field


@dataclass
class Result:
    """One line of the report: seconds for the whole work, or requests a second where `unit` says so."""

    name: str
    rows: int
    ours: float
    peer: float | None
    floor: float | None
    notes: dict = field(default_factory=dict)
    unit: str = "s"

    @property
    def ratio_peer(self) -> float | None:
        """Ours divided by the peer: 0.01 means a hundredth of its time, or of its rate."""
        return self.ours / self.peer if self.peer else None

    @property
    def ratio_floor(self) -> float | None:
        """Ours divided by the floor: 2 means twice its time, or its rate."""
        return self.ours / self.floor if self.floor else None

    def as_dict(self) -> dict:
        """Return what JSON=FILE holds."""
        return asdict(self) | {"ratio_peer": self.ratio_peer, "ratio_floor": self.ratio_floor}


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that one call takes."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleave(subjects: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run every subject in turn, `rounds` times; each returns its figure. Return the medians by name."""
    taken: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            taken[name].append(subject())
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def tell(result: Result) -> None:
    """Print one result for people."""
    print(f"\n{result.name}  ({result.rows:,} rows)")
    for label in ("ours", "peer", "floor"):
        seconds = getattr(result, label)
        if seconds is not None:
            shown = f"{seconds * 1000:12.2f} ms" if result.unit == "s" else f"{seconds:12.1f} {result.unit}"
            print(f"  {label:6} {shown}")
    for label in ("ratio_peer", "ratio_floor"):
        ratio = getattr(result, label)
        if ratio is not None:
            print(f"  ours / {label[6:]:6} {ratio:10.5f}" + (f"   (1 / {1 / ratio:,.1f})" if 0 < ratio < 1 else ""))
    for key, value in result.notes.items():
        print(f"  {key}: {value}")
