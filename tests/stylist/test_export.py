"""The export for apps: ONNX that says what torch says, and only looks that may go out."""

import contextlib
import copy
import io
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from skimage.data import astronaut

from influencer_style.commands.main import main
from influencer_style.consent import clock
from influencer_style.consent.ledger import Ledger
from influencer_style.consent.ledgers import Ledgers
from influencer_style.consent.places import ledgers_of
from influencer_style.looks.pixels import to_tensor, to_uint8
from influencer_style.networks.transfer import TransferConfig, TransferGenerator
from influencer_style.stylist import export
from influencer_style.stylist.errors import ExportError
from influencer_style.stylist.export import export_onnx
from influencer_style.stylist.models import EXPORTED
from tests.audit_rows import rows_of

ROOT = Path(__file__).parents[2]
GRANTED = {"expires": "never", "scope": ["train", "transfer"]}
CONSENTS = {
    "warm": GRANTED,
    "bright": GRANTED,
    "cold": GRANTED | {"expires": "2020-01-01"},
    "own": GRANTED | {"scope": ["train"]},
}


def bundle_with(bundle, consents, **config):
    """The bundle with these looks, their statistics taken in turns, and a generator that uses all it can."""
    profiles = [bundle.looks[name] for name in bundle.looks.names]
    looks = [
        replace(copy.deepcopy(profiles[i % 2]), slug=name, creator=name, consent=consent)
        for i, (name, consent) in enumerate(consents.items())
    ]
    torch.manual_seed(0)
    asked = TransferConfig(bundle.generator.config.code, **({"trust": 0.5, "palette": 0.5, "doubt": 0.5} | config))
    generator = TransferGenerator(asked).eval()
    for layer in (generator.heads, generator.transforms, *(member[-1] for member in generator.palette.members)):
        torch.nn.init.normal_(layer.weight, std=0.02)
    return replace(bundle, generator=generator, looks=bundle.looks.holding(looks))


@pytest.fixture(scope="module")
def model(bundle):
    return bundle_with(bundle, CONSENTS, channels=8, blocks=1, masks=2)


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    """Folder, output and error output of one export by the command."""
    saved, out = tmp_path_factory.mktemp("saved"), tmp_path_factory.mktemp("exported") / "app" / "model"
    model.save(saved)
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.redirect_stderr(io.StringIO()) as complained:
        assert main(["export", "--model", str(saved), "--out", str(out)]) == 0
    return out, said.getvalue(), complained.getvalue()


@pytest.fixture(scope="module")
def run(exported):
    session = onnxruntime.InferenceSession(str(exported[0] / EXPORTED[0]), providers=["CPUExecutionProvider"])

    def outputs(image, code, noise, strength):
        given = {"image": image, "code": code, "noise": noise, "strength": torch.tensor(strength)}
        return [torch.from_numpy(told) for told in session.run(None, {name: x.numpy() for name, x in given.items()})]

    return outputs


def face(height, width):
    """A real portrait, (1, 3, height, width)."""
    crop = Image.fromarray(astronaut()[:256, 95:351]).resize((width, height), Image.Resampling.BILINEAR)
    return to_tensor(np.array(crop)[None])


@pytest.mark.parametrize("size", [(64, 64), (96, 160), (256, 200), (101, 67), (16, 24)])
def test_a_real_face_of_any_size_agrees_with_torch(model, run, size):
    rng = torch.Generator().manual_seed(2)
    image, noise = face(*size), torch.randn(1, model.generator.config.noise, generator=rng)
    for look in ("warm", "bright"):
        code = model.looks.code(look)[None]
        with torch.no_grad():
            change = model.generator.change(image, code, noise)
        told = run(image, code, noise, [1.0])
        for ours, torchs in zip(
            told, (change.apply(image), change.affine, change.residual, change.regions), strict=True
        ):
            assert ours.shape == torchs.shape and (ours - torchs).abs().max() < 1e-4
        assert (told[0] - image).abs().mean() > 0.01, "the test compares nothing"


def test_several_pictures_go_each_their_way(model, run):
    images = torch.cat([face(80, 64), face(80, 64).flip(3)])
    codes = torch.stack([model.looks.code(name) for name in ("warm", "bright")])
    noise = torch.zeros(2, model.generator.config.noise)
    together = run(images, codes, noise, [1.0, 0.5])[0]
    for i, strength in enumerate((1.0, 0.5)):
        alone = run(images[i : i + 1], codes[i : i + 1], noise[:1], [strength])[0]
        assert (together[i] - alone[0]).abs().max() < 1e-5


def test_strength_zero_is_the_picture_and_half_is_half(model, run):
    given = face(70, 90), model.looks.code("warm")[None], torch.zeros(1, model.generator.config.noise)
    none, half, full = (run(*given, [strength])[0] for strength in (0.0, 0.5, 1.0))
    assert torch.equal(none, given[0])
    assert torch.allclose(half, (given[0] + full) / 2, atol=1e-6)


def test_only_looks_that_may_go_out_are_in_it(model, exported):
    folder, said, complained = exported
    told = json.loads((folder / "looks.json").read_text(encoding="utf-8"))
    assert [look["name"] for look in told["looks"]] == ["bright", "warm"] and "looks: bright, warm" in said
    assert "cold is left out: its consent expired on 2020-01-01" in complained
    assert "own is left out: its consent does not cover transfer" in complained
    for look in told["looks"]:
        assert look["consent"] == GRANTED
        assert torch.equal(torch.tensor(look["code"]), model.looks.code(look["name"]))


def test_the_files_belong_together_and_tell_nothing_of_this_machine(model, exported):
    folder, said, _ = exported
    assert sorted(path.name for path in folder.iterdir()) == sorted(EXPORTED)
    session = onnxruntime.InferenceSession(str(folder / EXPORTED[0]), providers=["CPUExecutionProvider"])
    told = json.loads((folder / "looks.json").read_text(encoding="utf-8"))
    assert session.get_modelmeta().custom_metadata_map["fingerprint"] == told["fingerprint"] == model.fingerprint
    assert told["contract"]["inputs"].keys() == {given.name for given in session.get_inputs()}
    assert told["contract"]["outputs"].keys() == {given.name for given in session.get_outputs()}
    assert len(told["differences_from_torch"]) >= 4 and max(told["differences_from_torch"].values()) < 1e-4
    card = (folder / "card.md").read_text(encoding="utf-8")
    assert all(size in card and size in said for size in told["differences_from_torch"])
    graph = (folder / EXPORTED[0]).read_bytes()
    assert str(ROOT).encode() not in graph and b".py" not in graph


def test_an_export_that_differs_writes_nothing(model, exported, tmp_path, monkeypatch):
    other = replace(model, generator=copy.deepcopy(model.generator))
    with torch.no_grad():
        other.generator.heads.bias[-4] += 0.1
    monkeypatch.setattr(export, "write_graph", lambda _, path, __: shutil.copy(exported[0] / EXPORTED[0], path))
    assert export_onnx(model, tmp_path / "app", ledgers_of()).looks == ["bright", "warm"]
    before = {path.name: path.read_bytes() for path in (tmp_path / "app").iterdir()}
    with pytest.raises(ExportError, match=r"differ by .* pixels, more than 0\.001; nothing was written"):
        export_onnx(other, tmp_path / "app", ledgers_of())
    assert {path.name: path.read_bytes() for path in (tmp_path / "app").iterdir()} == before
    with pytest.raises(ExportError):
        export_onnx(other, tmp_path / "new", ledgers_of())
    assert [path.name for path in tmp_path.iterdir()] == ["app"]


def test_without_a_look_that_may_go_out_nothing_is_written(model, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2027, 1, 2))
    withheld = bundle_with(model, {"warm": GRANTED | {"expires": "2027-01-01"}}, channels=8, blocks=1)
    ledger = Ledger(tmp_path / "ledger")
    with pytest.raises(ExportError, match="expired on 2027-01-01"):
        export_onnx(withheld, tmp_path / "app", Ledgers(ledger))
    (row,) = rows_of(ledger.log.path)
    assert (row["stage"], row["creator"], row["decision"]) == ("export", "warm", "refused")
    bundle_with(model, {"own": GRANTED | {"scope": ["train"]}}, channels=8, blocks=1).save(tmp_path)
    assert main(["export", "--model", str(tmp_path), "--out", str(tmp_path / "app")]) == 2
    assert "no look may be exported (own: its consent does not cover transfer;" in capsys.readouterr().err
    assert not (tmp_path / "app").exists()


def test_a_folder_with_other_files_is_left_alone(model, tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(ExportError, match=r"holds other files \(thesis\.tex\)"):
        export_onnx(model, tmp_path, ledgers_of())
    with pytest.raises(ExportError, match="not a folder of its own"):
        export_onnx(model, tmp_path / "thesis.tex", ledgers_of())
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_the_example_needs_no_torch_and_does_as_torch_does(model, exported, tmp_path):
    portrait = astronaut()[:200, 95:295]
    Image.fromarray(portrait).save(tmp_path / "portrait.png")
    alone = "import runpy, sys; sys.modules.update(torch=None, influencer_style=None); sys.argv.pop(0); "
    command = [sys.executable, "-c", f"{alone}runpy.run_path(sys.argv[0], run_name='__main__')"]
    script = [str(ROOT / "docs" / "onnx_example.py"), str(exported[0]), str(tmp_path / "portrait.png"), "warm"]
    asked = ["--strength", "0.8", "--out", str(tmp_path / "restyled.png")]
    done = subprocess.run([*command, *script, *asked], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    with torch.no_grad():
        wanted = model.generator(to_tensor(portrait[None]), model.looks.code("warm")[None], strength=0.8)
    restyled = np.asarray(Image.open(tmp_path / "restyled.png")).astype(int)
    assert np.abs(restyled - to_uint8(wanted)[0]).max() <= 1
    assert np.abs(restyled - portrait).mean() > 2, "the test compares nothing"


def test_the_command_line_does_not_load_what_only_exporting_needs():
    check = "import sys, influencer_style.commands.main; print({'torch', 'onnx', 'onnxruntime'} & sys.modules.keys())"
    assert (
        subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False).stdout == "set()\n"
    )


@pytest.mark.slow
def test_a_large_model_exports_too(model, tmp_path):
    large = bundle_with(model, {"warm": GRANTED}, resolution=256, channels=48)
    done = export_onnx(large, tmp_path / "app", ledgers_of(), "look-transfer version 3")
    assert done.looks == ["warm"] and max(done.differences.values()) < 1e-3
    assert "look-transfer version 3" in (tmp_path / "app" / "card.md").read_text(encoding="utf-8")
