"""A process of its own, with bounded memory: mutated photos through ingestion's whole scan. Writes JSON of what came.

python ingest.py FOLDER COUNT SEED
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from made_up_photos import CONSENT
from mutations import mutated, photo

from influencer_style.consent.ledger import Ledger
from influencer_style.photos import decode, original
from influencer_style.photos.manifest import PhotoFolders, ScanSettings, scan

MEMORY = 4 << 30  # bytes of addresses: threads and libraries take one of them without a photo
GOOD = 20  # sound photos among the mutated ones
# Names as no camera gives them; {} is the number and the suffix.
_NAMES = (
    *("{}", "a\nb {}", "\x1b[31m {}", "\u202egnp {}", "..{}", "{}.exe", "{}.svg", "{}.eps", "-rf {}", "$(x) {}"),
    *("'\"<b> {}", "é {}", "x" * 240 + "{}", "\udcff\udcfe {}", "~{}", "con {}", "%00 {}", "{}\n"),
)


def main(folder: Path, count: int, seed: int) -> None:
    creators, users = folder / "creators", folder / "users"
    (creators / "Anna").mkdir(parents=True)
    users.mkdir()
    (creators / "Anna/consent.yml").write_text(CONSENT)
    for number, (name, content) in enumerate(mutated(count, seed)):
        hostile = _NAMES[number % len(_NAMES)].format(f"{number:05}.{name.partition('.')[2]}")
        (creators / "Anna" / hostile).write_bytes(content)
    for number in range(GOOD):
        photo(1000 + number).save(creators / "Anna" / f"good-{number}.png")
        photo(2000 + number).save(users / f"good-{number}.jpg")
    before = _digests(folder)
    settings = ScanSettings(folder, Ledger(folder.with_name(f"{folder.name}-ledger")), workers=2, progress=False)
    table = scan(PhotoFolders(creators, users), None, settings)
    # What was taken is decoded as later pipelines do it.
    sizes, unlike = [], 0
    for row in table[table["status"].isin(["accepted", "duplicate"])].itertuples():
        try:
            decoded = decode.decode_photo(folder / row.path)
            kept = original.read_original(folder / row.path).pixels
            sizes.append(decoded.shape[:2] == kept.shape[:2] == (row.height, row.width))
        except decode.PhotoError:
            unlike += 1
    told = {
        "files": sum(not path.name.startswith(".") for path in folder.rglob("*") if path.is_file()) - 1,  # consent.yml
        "rows": len(table),
        "statuses": table["status"].value_counts().to_dict(),
        "codes": table.loc[table["status"] == "quarantined", "reason"].str.partition(":")[0].value_counts().to_dict(),
        "good": int(table["path"].str.contains("/good-").mul(table["status"] == "accepted").sum()),
        "right_sizes": all(sizes),
        "accepted_but_not_decoded": unlike,
        "unchanged": before == _digests(folder),
    }
    sys.stdout.write(json.dumps(told))


def _digests(folder: Path) -> dict[bytes, str]:
    return {
        os.fsencode(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()
    }


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
