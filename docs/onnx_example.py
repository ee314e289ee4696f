"""Restyle a portrait with an exported model: onnxruntime, numpy and Pillow, and nothing else.

    influencer-style export --out app-model
    pip install onnxruntime numpy pillow
    python onnx_example.py app-model portrait.jpg aurora --strength 0.8 --out restyled.png

In a phone app it is the same four steps (onnxruntime has packages for Android, iOS and the web): load
`generator.onnx` once; read the look's `code` from `looks.json`; feed the inputs below, float32, by name; clip
`picture` to [0, 1] and show it. `looks.json` describes each input and output under `contract`.

- The image is an upright portrait, best a square around the face and twice as wide as it (`crop_margin`), which is
  what any face detector's box gives. RGB, not BGR; planes, not interleaved; [0, 1], not [0, 255]; no mean taken off.
- Any size will do. Time and memory grow with it: on a phone take 256 to 512 pixels.
- A slider for the strength needs no second run: photo + strength * (picture at strength 1 - photo).
- For a larger photo enlarge `affine` and `residual`, not the picture, and apply them to the photo's own pixels.
- Colours are sRGB: convert a picture in another colour space (Display P3) first.
- Unlike `influencer-style stylize`, this writes no provenance. Say in your app that a picture was made, in whose look.
- It refuses a look whose consent does not hold today, and one that was withdrawn, where it can know: from tombstones
  in $INFLUENCER_STYLE_LEDGER, in your own ledger, and in the projects around the export and the working folder. An app
  on another machine knows of no withdrawal: have it fetch the export anew now and then.
"""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageOps


def load(folder: str) -> tuple[onnxruntime.InferenceSession, dict[str, dict]]:
    """Return the network, and its looks by name."""
    folder = Path(folder)
    session = onnxruntime.InferenceSession(str(folder / "generator.onnx"), providers=["CPUExecutionProvider"])
    contents = json.loads((folder / "looks.json").read_text(encoding="utf-8"))
    if session.get_modelmeta().custom_metadata_map["fingerprint"] != contents["fingerprint"]:
        raise SystemExit(f"the files in {folder} do not belong together; export again")
    return session, {look["name"]: look for look in contents["looks"]}


def refuse_unconsented(look: dict, folder: str) -> None:
    """Refuse a look whose consent does not hold today: do not offer it any more."""
    consent, day, name = look["consent"], date.today().isoformat(), look["name"]
    expires, begins = str(consent.get("expires", "")), str(consent.get("granted_on", ""))
    if expires != "never" and not day <= expires:  # days as text, such as 2026-01-31, sort as they follow each other
        raise SystemExit(f"the consent for look {name} expired on {expires or 'an unknown day'}")
    if "transfer" not in consent.get("scope", ()):
        raise SystemExit(f"the consent for look {name} does not cover transfer")
    if begins > day:
        raise SystemExit(f"the consent for look {name} begins on {begins}")
    for ledger in ledgers(folder):
        for file in sorted((ledger / "withdrawn").glob("*.json")):
            try:
                stone = json.loads(file.read_text(encoding="utf-8"))
                since, theirs = stone["withdrawn_on"], {stone["slug"], stone["creator"], stone.get("subject")}
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise SystemExit(f"{file} cannot be read ({error!r}), so nobody can say who has withdrawn") from None
            if (theirs - {None, ""}) & {name, look.get("creator"), consent.get("subject")} and begins <= since:
                raise SystemExit(f"look {name}: {stone['creator']} withdrew on {since}; remove this export")


def ledgers(folder: str) -> list[Path]:
    """Return the folders in which withdrawals may be recorded."""
    found = [Path(os.environ["INFLUENCER_STYLE_LEDGER"])] if os.environ.get("INFLUENCER_STYLE_LEDGER") else []
    usual = {"win32": "~/AppData/Local", "darwin": "~/Library/Application Support"}.get(sys.platform, "~/.local/share")
    named = os.environ.get({"win32": "LOCALAPPDATA", "darwin": ""}.get(sys.platform, "XDG_DATA_HOME"))
    found.append(Path(os.path.expanduser(named or usual), "influencer_style", "ledger"))
    for place in (Path(folder).resolve(), Path.cwd()):
        found += [parent / "data" / "00_consent" for parent in (place, *place.parents)]
    return found


def restyle(session: onnxruntime.InferenceSession, look: dict, image: np.ndarray, strength: float = 1.0) -> np.ndarray:
    """Return an image, float32 (height, width, 3), sRGB in [0, 1], in a look. Ask `refuse_unconsented` first."""
    noise = next(entry for entry in session.get_inputs() if entry.name == "noise").shape[1]
    inputs = {
        "image": image.transpose(2, 0, 1)[None],  # one picture, its planes first
        "code": np.array([look["code"]], np.float32),
        "noise": np.zeros((1, noise), np.float32),  # the look's centre; normal numbers vary it
        "strength": np.array([strength], np.float32),
    }
    (picture,) = session.run(["picture"], inputs)
    return picture[0].transpose(1, 2, 0).clip(0, 1)


def main() -> None:
    """Restyle the portrait that the command line names."""
    parser = argparse.ArgumentParser(description="Restyle a portrait with an exported model.")
    parser.add_argument("folder", help="of `influencer-style export`")
    parser.add_argument("portrait")
    parser.add_argument("look")
    parser.add_argument("--strength", type=float, default=1.0, help="0 to 1")
    parser.add_argument("--out", default="restyled.png")
    arguments = parser.parse_args()
    session, looks = load(arguments.folder)
    if arguments.look not in looks:
        parser.error(f"there is no look {arguments.look}; choose one of: {', '.join(looks)}")
    refuse_unconsented(looks[arguments.look], arguments.folder)
    with Image.open(arguments.portrait) as opened:
        portrait = ImageOps.exif_transpose(opened).convert("RGB")
    portrait.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
    restyled = restyle(session, looks[arguments.look], np.asarray(portrait, np.float32) / 255, arguments.strength)
    Image.fromarray((restyled * 255).round().astype(np.uint8)).save(arguments.out)


if __name__ == "__main__":
    main()
