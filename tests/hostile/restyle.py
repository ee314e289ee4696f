"""A process of its own, with bounded memory: mutated photos through `Stylist.apply_many`. Writes JSON of what came.

python restyle.py MODEL COUNT SEED. The number of the photo at work goes to the error output's last line: a decoder that
crashes ends the process, and that line says where.
"""

from __future__ import annotations

import json
import resource
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from mutations import mutated

from influencer_style import Stylist
from influencer_style.photos.files import PhotoError
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.result import Result

MEMORY = 8 << 30  # bytes of addresses: threads and libraries take five of them without a photo


def main(model: str, count: int, seed: int) -> None:
    stylist = Stylist.load(model, likeness="off")
    formats, unexpected = Counter(), []
    names = []

    def photos():
        for name, content in mutated(count, seed):
            names.append(name)
            yield content

    for number, (_, outcome) in enumerate(stylist.apply_many(photos(), "warm")):
        if number % 100 == 0:
            sys.stderr.write(f"at {number}\n")
        kind = type(outcome).__name__
        formats[f"{names[number].partition('.')[2]} {kind}"] += 1
        if not isinstance(outcome, Result | PhotoError | StylistError):
            unexpected.append(f"{number}: {kind}")
        if isinstance(outcome, StylistError):
            unexpected.append(f"{number} {names[number]}: {outcome}")
    sys.stdout.write(json.dumps({"outcomes": sum(formats.values()), "formats": formats, "unexpected": unexpected}))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
