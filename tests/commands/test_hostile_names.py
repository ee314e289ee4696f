"""Names that drive terminals or forge lines: no command prints them as they are, and nothing else prints."""

import ast
import json
import logging
import shutil
from datetime import date
from pathlib import Path

import pytest
from damaged import photo
from PIL import Image

import influencer_style
from influencer_style.commands.main import main
from influencer_style.consent.ledger import FOLDER, Ledger
from influencer_style.consent.tombstones import Tombstone
from influencer_style.provenance.record import encode
from influencer_style.storage.text import make_log_lines_safe

SOURCE = Path(influencer_style.__file__).parent
# All kinds at once: newlines that forge a verdict, colours, a bell, direction, what cannot be seen, C1, no UTF-8.
HOSTILE = "a\nFORGED: proven\n\x1b[2J\x1b]0;title\x07\r\u202egnp\u2066\u200b\ufeff\x9b31m\x85\u2028\udcff\x7f"
EVIL = "\x1b[2J\nFORGED: proven"


@pytest.fixture(autouse=True)
def _record_factory():
    before = logging.getLogRecordFactory()
    yield
    logging.setLogRecordFactory(before)


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder of a hostile name to work in, with a photo and a file that is none, both of hostile names."""
    here = tmp_path / HOSTILE
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv(FOLDER, str(here / "ledger"))
    photo(here / "in.png", 1, 64)
    (here / "in.png").rename(here / f"{HOSTILE}.png")
    (here / f"{HOSTILE}.jpg").write_text("no photo")
    return here


def printed(capsys, *arguments):
    """Run a command; return its status and what it printed, none of which drives a terminal or is a forged line."""
    try:
        status = main([str(argument) for argument in arguments])
    except SystemExit as error:  # of the parser
        status = error.code
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        assert [letter for letter in text if not letter.isprintable() and letter != "\n"] == []
        assert not [line for line in text.splitlines() if line.lstrip().startswith("FORGED")]
        assert "Traceback" not in text
    assert captured.out or captured.err
    return status, captured.out + captured.err


def test_pictures_and_models_of_hostile_names(place, model_folder, drawing_folder, capsys):
    model = shutil.copytree(model_folder, place / HOSTILE / "model")
    picture, out = f"{HOSTILE}.png", place / f"{HOSTILE}-out"
    stylize = ("stylize", picture, f"{HOSTILE}.jpg", "--model", model, "--out", out)
    assert printed(capsys, *stylize, "--look", "warm")[0] == 1
    made = next(out.glob("*.png"))
    shutil.copy(made, f"{HOSTILE}2.png")
    for command in ("verify", "trace"):
        for more in ((), ("--json",)):
            status, text = printed(capsys, command, f"{HOSTILE}2.png", picture, f"{HOSTILE}.jpg", "nowhere\x1b", *more)
            assert status == 1 and "FORGED" in text
    assert printed(capsys, "compare", picture, "--model", model, "--looks", "warm", "--strengths", "1", "--out",
                   f"{HOSTILE}3.png")[0] == 0  # fmt: skip
    assert printed(capsys, "looks", "--model", model)[0] == 0
    drawn = (
        "generate",
        "--model",
        drawing_folder,
        "--out",
        place / HOSTILE / "faces",
        "--count",
        "1",
        "--way",
        "direct",
    )
    assert printed(capsys, *drawn, "--look", "warm")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("stylize", f"{HOSTILE}.png", "--look", EVIL, "--out", "out", "--model", "MODEL"),
        ("stylize", f"{HOSTILE}.png", "--look", f"{EVIL}=1", "--out", "out", "--model", "MODEL"),
        ("stylize", f"{HOSTILE}.png", "--look", f"warm={EVIL}", "--out", "out"),
        ("stylize", f"{HOSTILE}.png", "--look", "warm", "--region", f"{EVIL}=1", "--out", "out", "--model", "MODEL"),
        ("stylize", f"{HOSTILE}.png", "--look", "warm", "--faces", EVIL, "--out", "out"),
        ("stylize", f"{HOSTILE}.png", "--reference", f"{HOSTILE}.jpg", "--out", "out", "--model", "MODEL"),
        ("stylize", f"{HOSTILE}.png", "--look", "warm", "--out", f"{HOSTILE}.jpg", "--model", "MODEL"),
        ("stylize", EVIL, "--look", "warm", "--out", "out", "--model", "MODEL"),
        ("compare", f"{HOSTILE}.png", "--looks", EVIL, "--out", "sheet.png", "--model", "MODEL"),
        ("compare", f"{HOSTILE}.png", "--out", f"sheet.{EVIL}"),
        ("export", "--model", "MODEL", "--out", "."),
        ("generate", "--look", EVIL, "--out", "out", "--model", EVIL),
        ("looks", "--model", EVIL),
        ("looks", "--model", f"models:/{EVIL}"),
        ("looks", f"--{EVIL}"),
        (EVIL,),
        ("verify", f"{HOSTILE}.png", "--anchors", f"{HOSTILE}.jpg"),
        ("audit", "--head", EVIL),
        ("audit", "--ledger", EVIL),
        ("consent", "check", EVIL),
        ("consent", "new", EVIL),
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:60],
)
def test_wrong_arguments_of_hostile_names(place, model_folder, capsys, arguments):
    status, _ = printed(capsys, *(model_folder if one == "MODEL" else one for one in arguments))
    assert status in (1, 2)


def test_creators_of_hostile_names(place, capsys):
    (place / "creators" / HOSTILE).mkdir(parents=True)
    assert printed(capsys, "consent", "check", "creators")[0] == 1
    ledger = Ledger(place / "ledger")
    ledger.log.append("decision", creator="ada", stage=EVIL, scope=EVIL, reason=EVIL, decision=EVIL)
    ledger.tombstones.put(Tombstone(creator=EVIL, slug="forged-proven", withdrawn_on=date(2026, 1, 1)))
    status, text = printed(capsys, "audit", "--creator", "ada")
    assert status == 0 and "\\x1b[2J\\nFORGED" in text
    printed(capsys, "audit", "--creator", HOSTILE)


def test_a_record_of_hostile_words(place, capsys):
    record = {
        "looks": {EVIL: 1.0}, "consents": {EVIL: {"subject": EVIL, "scope": [EVIL]}}, "model_fingerprint": EVIL,
        "written": EVIL, "software": EVIL, "seed": EVIL, "way": EVIL, "strength": EVIL, "model_version": EVIL,
    }  # fmt: skip
    Path("theirs.png").write_bytes(encode(Image.new("RGB", (64, 64)), record, ".png"))
    assert "FORGED" in printed(capsys, "verify", "theirs.png")[1]
    assert "FORGED" in printed(capsys, "trace", "theirs.png")[1]
    told = printed(capsys, "verify", "theirs.png", "--json")[1]
    assert json.loads(told)[0]["record"]["software"] == EVIL, "programs get what is in the file"


def test_log_lines_are_safe_wherever_they_are_written(caplog):
    make_log_lines_safe()
    make_log_lines_safe()
    logging.getLogger("influencer_style.anything").warning("%s, %d: %s", HOSTILE, 3, ValueError(EVIL))
    logging.getLogger("somebody.else").warning("theirs\nstays")
    ours, theirs = caplog.records
    assert ours.getMessage().isprintable() and ", 3: " in ours.getMessage()
    assert theirs.getMessage() == "theirs\nstays"


def test_nothing_is_printed_but_by_one_module():
    """Calls of print, of tqdm's and click's writers, and writes to the standard streams."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                if called in ("print", "tqdm.write", "click.echo", "click.secho") or called.startswith(
                    ("sys.stdout.", "sys.stderr.", "sys.__std")
                ):
                    found.append(path.relative_to(SOURCE).as_posix())
    assert set(found) == {"commands/output.py"}


def test_the_scripts_that_log_make_their_lines_safe():
    for path in ("settings.py", "commands/main.py"):
        assert "make_log_lines_safe()" in (SOURCE / path).read_text(encoding="utf-8")
