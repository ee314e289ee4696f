"""A small Kedro project in which every way for a run to end can be had."""
