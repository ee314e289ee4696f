"""Real portraits, graded by looks of our own: how near does each method come to a truth that is a photo?

Run `python -m benchmarks.real_photos FOLDER` in the project's folder; see benchmarks/README.md.
"""
