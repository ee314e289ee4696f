"""How the base's colour map was made: taught on photographs of people who do not exist, under random edits. Run once.

    python -m benchmarks.make_colour_map [--questions 28000] [--steps 2000]

A question is a set of photos under one edit, a population without it, and colours of other people before and after; no
person is in two of the three. Puts the map into src/influencer_style/networks/weights/base.safetensors (the file is
the truth, not the seed). Needs INFLUENCER_STYLE_NOBODIES; 10 minutes of two cores for the questions, one for the map.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from benchmarks.destination import Destination, add_destination
from benchmarks.film_edits import Edit, camera_edit, film_edit
from benchmarks.nobodies import face_crops
from influencer_style.examples.grades import apply_grades, camera_grades, photographic_grades
from influencer_style.looks.areas import AREAS
from influencer_style.looks.encoder import DescriptorGroups
from influencer_style.looks.grade import halves
from influencer_style.looks.pixels import shrink, to_tensor
from influencer_style.looks.regional import regional_moments
from influencer_style.looks.segmenter import SIZE, load_segmenter
from influencer_style.looks.set_statistics import SetStatistics
from influencer_style.looks.style_code import style_code
from influencer_style.networks.base import SHIPPED, TransferBase
from influencer_style.networks.colour_map import COMPONENTS, INPUTS, SIDE, ColourMap, read_table

_TESTED, _PIXELS, _VARIANTS = 6, 80, 10
_SET, _USUAL, _POPULATION = (1, 40), 10, (5, 80)
_EDITS, _BATCH, _RATE, _DECAY, _WARM_UP = 5000, 128, 1.2e-3, 0.02, 100
# What is added to the normalised inputs: else it learns the taught people's colours by heart.
_NOISE, _ELSEWHERE = 0.6, 1.0
_XYZ = torch.tensor([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
_WHITE = torch.tensor([0.9505, 1.0, 1.089])


@dataclass(frozen=True)
class Photographs:
    """Photos and their areas: (variants * people, 3 and 6, 64, 64) in bytes; person i has every `people`-th row."""

    pictures: Tensor
    areas: Tensor
    people: int

    @classmethod
    def of(cls, part: str, rng: torch.Generator) -> Photographs:
        """Read a part of the nobodies; variants have other backgrounds, hair and cameras.

        Areas are those found in the photo or, every other time, in the photo under an edit, as a look's are.
        """
        plain, segment = to_tensor(shrink(face_crops(part, 256), SIZE)), load_segmenter()
        count, pictures, areas = len(plain), [], []
        with torch.no_grad():
            own = segment(plain)
            for variant in tqdm(range(_VARIANTS), desc="Varying photos", unit="variant"):
                images = _varied(plain, own, rng) if variant else plain
                looks = [film_edit(rng)(part) if variant % 2 else part for part in images.split(16)]
                pictures.append(_bytes(images))
                areas.append(_bytes(torch.cat([segment(part) for part in looks])))
        return cls(torch.cat(pictures), torch.cat(areas), count)


@dataclass(frozen=True)
class Questions:
    """Style codes (n, 219), and colours before and after the edit, (n, 480, 3) in bytes."""

    codes: Tensor
    before: Tensor
    after: Tensor

    @classmethod
    def drawn(cls, photographs: Photographs, count: int, seed: int) -> Questions:
        """Draw questions."""
        torch.set_num_threads(1)
        rng = torch.Generator().manual_seed(seed)
        drawn = [_question(photographs, rng) for _ in range(count)]
        return cls(*(torch.stack(values) for values in zip(*drawn, strict=True)))


def components(photographs: Photographs, rng: torch.Generator) -> Tensor:
    """Return the principal components (64, 2187) of random edits, in their standard deviations.

    Colours count as often as photos show them.
    """
    axis = torch.linspace(0, 1, SIDE)
    colours = torch.stack(torch.meshgrid(axis, axis, axis, indexing="ij"))
    flat = colours.view(1, 3, SIDE, -1)
    tables = torch.stack([(edit(flat) - flat).flatten() for edit in _map_edits(_EDITS, rng)])
    seen = (photographs.pictures[:500].movedim(1, -1).reshape(-1, 3)[::97].float() / 255 * (SIDE - 1)).round().long()
    counts = torch.zeros(SIDE, SIDE, SIDE).index_put_(tuple(seen.T), torch.ones(len(seen)), accumulate=True)
    weights = ((counts / counts.mean()).clamp_max(8) + 0.15).sqrt().expand(3, -1, -1, -1).flatten()
    _, sizes, rows = torch.linalg.svd(tables * weights, full_matrices=False)
    return rows[:COMPONENTS] / weights * (sizes[:COMPONENTS, None] / _EDITS**0.5)


def teach(colour_map: ColourMap, questions: Questions, steps: int, rng: torch.Generator) -> list[float]:
    """Teach a map in place; return the error at each step, a share of that of doing nothing."""
    q = questions
    colour_map.mean.copy_(q.codes.mean(0))
    colour_map.deviation.copy_(q.codes.std(0).clamp_min(1e-3))
    spread = torch.full((INPUTS,), _NOISE)
    for numbers in spread[42:133].view(-1, 13):  # of the whole picture and of each area
        numbers[3:6] = _ELSEWHERE  # the set's mean colour
    nothing = torch.cat(
        [
            _distance(one.float() / 255, other.float() / 255).mean(1)
            for one, other in zip(q.before.split(500), q.after.split(500), strict=True)
        ]
    )
    weights = (nothing + 2) ** -0.5  # subtle looks count more than by their pixels
    optimizer = torch.optim.AdamW(colour_map.parameters(), lr=_RATE, weight_decay=_DECAY)
    errors = []
    for step in tqdm(range(steps), desc="Teaching the map", unit="step"):
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(1, (step + 1) / _WARM_UP, 2 * (1 - step / steps))
        rows = torch.randint(len(q.codes), (_BATCH,), generator=rng)
        some = torch.randperm(q.before.shape[1], generator=rng)[:128]
        before, after = (pixels[rows][:, some].float() / 255 for pixels in (q.before, q.after))
        tables = colour_map(q.codes[rows], spread * torch.randn(_BATCH, INPUTS, generator=rng))
        results = before + read_table(tables, before.transpose(1, 2).unsqueeze(3))[..., 0].transpose(1, 2)
        losses = _distance(results.clamp(-0.05, 1.05), after).mean(1) * weights[rows]
        optimizer.zero_grad()
        losses.mean().backward()
        nn.utils.clip_grad_norm_(colour_map.parameters(), 1.0)
        optimizer.step()
        errors.append(float(losses.detach().sum() / (nothing[rows] * weights[rows]).sum()))
    return errors


def main() -> None:
    """Draw questions, teach the map, and put it into the base."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--questions", type=int, default=28_000)
    parser.add_argument("--steps", type=int, default=2000)
    add_destination(parser)
    options = parser.parse_args()
    rng = torch.Generator().manual_seed(1)
    photographs = Photographs.of("train", rng)
    shares = [options.questions // 20] * 20
    with ProcessPoolExecutor(2) as pool:
        parts = pool.map(Questions.drawn, [photographs] * 20, shares, range(11, 31))
        drawn = list(tqdm(parts, total=20, desc="Drawing questions", unit="part"))
    questions = Questions(*(torch.cat([getattr(part, name) for part in drawn]) for name in vars(drawn[0])))
    base = TransferBase.load()
    base.generator.colour_map = ColourMap()
    base.generator.colour_map.components.copy_(components(photographs, rng))
    errors = teach(base.generator.colour_map, questions, options.steps, rng)
    folder = Destination.of(options).weights(SHIPPED / f"{TransferBase.FILE}.safetensors").parent
    replace(base, facts={**base.facts, "colour_map_error": sum(errors[-200:]) / len(errors[-200:])}).save(folder)


def _question(photographs: Photographs, rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    size = _size(*_SET, rng) if _chance(0.6, rng) else _USUAL
    people = torch.randperm(photographs.people, generator=rng)[: _TESTED + size + _size(*_POPULATION, rng)]
    variants = torch.randint(_VARIANTS, people.shape, generator=rng)
    rows = people + photographs.people * variants
    pictures = camera_edit(rng)(photographs.pictures[rows].float() / 255)
    areas = photographs.areas[rows].float() / 255
    shown, crowd = _TESTED + size, slice(_TESTED + size, None)
    edited = _edit(rng)(pictures[:shown])
    photos, reference = (
        _statistics(images, masks)
        for images, masks in ((edited[_TESTED:], areas[_TESTED:shown]), (pictures[crowd], areas[crowd]))
    )
    some = torch.randint(SIZE * SIZE, (_TESTED, 1, _PIXELS), generator=rng).expand(-1, 3, -1)
    before, after = (
        _bytes(images[:_TESTED].flatten(2).gather(2, some).transpose(1, 2).flatten(0, 1))
        for images in (pictures, edited)
    )
    code = style_code(photos, reference, DescriptorGroups.of(0))
    return ColourMap.inputs(code[None])[0], before, after


def _statistics(images: Tensor, areas: Tensor) -> SetStatistics:
    """Return the statistics of colour alone; of descriptors there is only what tells no map."""
    moments = regional_moments(images, torch.cat([areas, halves(images, areas)], 1))
    return SetStatistics.of(torch.zeros(len(images), DescriptorGroups.of(0)[-1].stop), moments)


def _edit(rng: torch.Generator) -> Edit:
    """Draw a look: an edit, a grade as studio people wear them too, or both."""
    if _chance(0.65, rng):
        return film_edit(rng)
    graded, further = _graded(photographic_grades(1, rng)), film_edit(rng)
    return graded if _chance(0.6, rng) else lambda images: further(graded(images))


def _map_edits(count: int, rng: torch.Generator) -> Iterator[Edit]:
    for _ in range(count):
        yield film_edit(rng, local=False) if _chance(0.5, rng) else _graded(photographic_grades(1, rng))


def _graded(grade: Tensor) -> Edit:
    return lambda images: apply_grades(images, grade.expand(len(images), -1))


def _varied(images: Tensor, areas: Tensor, rng: torch.Generator) -> Tensor:
    """Return people, some before others' backgrounds, some with other hair, each by a camera of its own."""
    count, background, hair = len(images), AREAS.index("background"), AREAS.index("hair")

    def some(share: float) -> Tensor:
        return (torch.rand(count, 1, 1, 1, generator=rng) < share).float()

    others = apply_grades(images[torch.randperm(count, generator=rng)].flip(-1), camera_grades(count, rng))
    images = images.lerp(others, areas[:, background, None] * some(0.6))
    images = images.lerp(apply_grades(images, photographic_grades(count, rng)), areas[:, hair, None] * some(0.4))
    return apply_grades(images, camera_grades(count, rng))


def _size(least: int, most: int, rng: torch.Generator) -> int:
    return round(least * (most / least) ** float(torch.rand((), generator=rng)))


def _chance(share: float, rng: torch.Generator) -> bool:
    return float(torch.rand((), generator=rng)) < share


def _bytes(images: Tensor) -> Tensor:
    return (images * 255).round().byte()


def _distance(results: Tensor, truth: Tensor) -> Tensor:
    """Colour differences (CIE94, smooth at 0) of sRGB colours (..., 3)."""
    (light, *one), (other_light, *other) = (_lab(colours).unbind(-1) for colours in (results, truth))
    chroma, true_chroma = (torch.hypot(a + 1e-3, b) for a, b in (one, other))
    apart = sum(((a - b).square() for a, b in zip(one, other, strict=True)), start=torch.zeros_like(light))
    hue = (apart - (chroma - true_chroma).square()).clamp_min(0)
    colour = ((chroma - true_chroma) / (1 + 0.045 * true_chroma)).square() + hue / (1 + 0.015 * true_chroma).square()
    return ((light - other_light).square() + colour + 0.05).sqrt()


def _lab(colours: Tensor) -> Tensor:
    light = torch.where(colours > 0.04045, ((colours.clamp_min(0) + 0.055) / 1.055) ** 2.4, colours / 12.92)
    x, y, z = F.linear(light, _XYZ / _WHITE[:, None]).unbind(-1)
    x, y, z = (torch.where(v > 0.008856, v.clamp_min(1e-4) ** (1 / 3), 7.787 * v + 16 / 116) for v in (x, y, z))
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


if __name__ == "__main__":
    main()
