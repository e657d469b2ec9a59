"""Benchmarks: ours against a plain peer and a floor, interleaved in one run, told as ratios. Never timed tests."""
