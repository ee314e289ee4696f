"""What a command line answers without a model, it answers without the packages that take seconds to load."""

import json
import shutil
import subprocess
import sys
from importlib import import_module

import pytest

from influencer_style.commands.common import ERRORS, command_errors
from influencer_style.commands.main import main
from influencer_style.networks.folder import BundleError
from influencer_style.networks.listing import read_listing
from influencer_style.stylist.errors import StylistError
from influencer_style.stylist.look_names import look_named, shares_of

HEAVY = {"torch", "mlflow", "kedro", "cv2", "skimage", "pandas", "scipy", "sklearn", "matplotlib", "onnxruntime"}
SCRIPT = """
import contextlib, io, json, sys
from influencer_style.commands.main import main
for arguments in json.load(sys.stdin):
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = main(arguments)
        except SystemExit as ended:
            status = ended.code
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps({"status": status, "said": said.getvalue(), "loaded": loaded}))
"""


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    from PIL import Image

    file = tmp_path_factory.mktemp("photos") / "me.jpg"
    Image.new("RGB", (64, 64)).save(file)
    return str(file)


STYLIZE = ("stylize", "PHOTO", "--look", "warm", "--out", "OUT", "--model", "MODEL")
GENERATE = ("generate", "--look", "warm", "--out", "OUT", "--model", "MODEL")


CASES = [
    (("--help",), 0, "Put a creator's look"),
    (("--version",), 0, "influencer-style "),
    (("looks", "--model", "MODEL"), 0, "cold\nwarm"),
    (("looks", "--model", "OUT"), 2, "is not a usable model folder"),
    (("stylize", "--help"), 0, "skin, lips, eyes, hair"),
    ((*STYLIZE, "--look", "warn"), 2, "did you mean warm?"),
    ((*STYLIZE, "--look", "Cold"), 2, "consent for look 'cold' expired"),
    ((*STYLIZE, "--strength", "1.5"), 2, "strength is 1.5; choose a number from 0"),
    ((*STYLIZE, "--region", "nose=1"), 2, "there is no region 'nose'; choose from: skin, lips"),
    ((*STYLIZE, "--region", "hair=2"), 2, "region hair has the weight 2"),
    ((*STYLIZE, "--seed", "-1"), 2, "seed is -1; choose a whole number from 0"),
    ((*STYLIZE, "--faces", "-1"), 2, "faces is"),
    ((*STYLIZE, "--out", "PHOTO"), 2, "is not a folder"),
    ((*STYLIZE[:1], "nowhere.jpg", *STYLIZE[2:]), 1, "nowhere.jpg: there is no such file"),
    (("stylize", "PHOTO", "--reference", "nowhere.jpg", "--out", "OUT"), 2, "nowhere.jpg is not a file"),
    (("compare", "nowhere.jpg", "--out", "sheet.png", "--looks", "warm", "--model", "MODEL"), 1, "nowhere.jpg"),
    (("compare", "PHOTO", "--out", "sheet.gif", "--model", "MODEL"), 2, "has no suffix of"),
    (("compare", "PHOTO", "--out", "sheet.png", "--looks", "warn", "--model", "MODEL"), 2, "did you mean warm?"),
    (("compare", "PHOTO", "--out", "sheet.png", "--strengths", "2", "--model", "MODEL"), 2, "strength is 2"),
    ((*GENERATE,), 2, "does not cover generate"),
    ((*GENERATE, "--count", "0"), 2, "count is 0; choose"),
    ((*GENERATE, "--truncation", "2"), 2, "truncation is 2"),
    (("export", "--out", "PHOTO", "--model", "MODEL"), 2, "is not a folder of its own"),
    (("export", "--out", "OUT", "--model", "OUT"), 2, "is not a usable model folder"),
    (("trace", "nowhere.jpg"), 1, "nowhere.jpg"),
    (("verify", "nowhere.jpg"), 1, "nowhere.jpg"),
]  # fmt: skip


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("work") / "out"


@pytest.fixture(scope="module")
def answers(model_folder, photo, out):
    """What each command of `CASES` answers, and which packages are loaded then: all in one process, one by one."""
    places = {"MODEL": str(model_folder), "PHOTO": photo, "OUT": str(out)}
    commands = [[places.get(argument, argument) for argument in case[0]] for case in CASES]
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, input=json.dumps(commands), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("number", range(len(CASES)), ids=[" ".join(case[0]) for case in CASES])
def test_an_answer_without_a_model_loads_nothing_that_takes_seconds(answers, out, number):
    _, status, words = CASES[number]
    answer = answers[number]
    assert answer["status"] == status and words in answer["said"]
    assert not HEAVY & set(answer["loaded"])
    assert not out.exists()


@pytest.mark.parametrize("text", ["ada-example", "Ada Example", "ADA-EXAMPLE", "ada_example"])
def test_a_look_is_named_by_its_slug_or_its_creator(text):
    assert look_named(text, ["ada-example", "noir"]) == "ada-example"


def test_a_message_about_an_unknown_look_stays_short():
    names = [f"look-{number:03d}" for number in range(100)]
    with pytest.raises(StylistError, match="and 88 more") as raised:
        look_named("z" * 10_000, names)
    assert len(str(raised.value)) < 400


def test_a_mix_may_not_name_a_look_twice(bundle):
    assert shares_of({"Warm": 3.0}, bundle.looks.names) == {"warm": 1.0}
    with pytest.raises(StylistError, match="names look warm twice"):
        shares_of({"Warm": 1.0, "warm": 1.0}, bundle.looks.names)


def test_a_look_named_otherwise_makes_the_picture_that_its_name_makes(model_folder, photo, tmp_path, capsys):
    assert main(["stylize", photo, "--look", "WARM", "--out", str(tmp_path), "--model", str(model_folder)]) == 0
    assert (tmp_path / "me-warm.jpg").is_file()


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"looks": 5}', '{"looks": [{"slug": 5}]}', "[" * 100_000, "not JSON", '{"looks": [{}]}']
)
def test_looks_that_somebody_damaged_are_refused(model_folder, tmp_path, text):
    folder = tmp_path / "model"
    shutil.copytree(model_folder, folder)
    (folder / "looks.json").write_text(text)
    with pytest.raises(BundleError, match="is not a usable model folder"):
        read_listing(folder, "kedro run")


def test_a_listing_agrees_with_the_model(model_folder, bundle):
    listing = read_listing(model_folder, "kedro run")
    assert listing.looks.names == bundle.looks.names and listing.fingerprint == bundle.fingerprint
    assert all(dict(bundle.looks[name].consent) == listing.looks[name].consent for name in listing.looks.names)


@pytest.mark.parametrize(("home", "name"), ERRORS)
def test_the_errors_of_commands_are_where_the_commands_look_for_them(home, name):
    assert issubclass(getattr(import_module(home), name), ValueError)
    assert getattr(import_module(home), name) in command_errors()
