"""What the benchmark of new faces says of figures."""

from benchmarks.synthesis import LEAST, MOST, missed


def test_bars_that_are_missed_are_named_with_their_figure():
    sound = {name: {"mean": bar} for name, bar in (LEAST | MOST).items()}
    assert missed(sound) == []
    assert missed(sound | {"one_face": {"mean": 0.8}, "repeats": {"mean": 0.02}}) == ["one_face 0.80", "repeats 0.02"]
