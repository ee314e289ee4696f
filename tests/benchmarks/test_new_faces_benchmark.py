"""What the benchmark of new faces says of figures."""

from benchmarks.synthesis import LEAST, MOST, missed
from influencer_style.metrics.intervals import Interval


def figure(mean: float) -> Interval:
    return Interval(mean, mean, mean, 9)


def test_bars_that_are_missed_are_named_with_their_figure():
    sound = {name: figure(bar) for name, bar in (LEAST | MOST).items()}
    assert missed(sound) == []
    assert missed(sound | {"one_face": figure(0.8), "repeats": figure(0.02)}) == ["one_face 0.80", "repeats 0.02"]
