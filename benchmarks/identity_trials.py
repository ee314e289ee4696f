"""How far the identity judge can be trusted: people it never saw, of the studio and on real photos.

A pair of one person's pictures should have a higher cosine than any pair of two people's. AUC is the share of such
comparisons that come out right (.5 is guessing), EER the rate of errors where both kinds are as frequent.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks.photographic_grades import GRADES
from benchmarks.real_photos.photos import Portraits
from influencer_style.metrics.identity import IdentityJudge

Figures = dict[str, float | int]


def verification(same: np.ndarray, other: np.ndarray) -> tuple[Figures, float]:
    """Return figures of two sets of cosines, of pairs of one person and of two, and the threshold of equal errors."""
    truth = np.repeat([True, False], [same.size, other.size])
    cosines = np.concatenate([same.ravel(), other.ravel()])
    wrong, right, thresholds = roc_curve(truth, cosines)
    equal = int(np.argmin(np.abs(wrong - (1 - right))))
    figures = {
        "auc": round(float(roc_auc_score(truth, cosines)), 4),
        "eer": round(float(wrong[equal] + 1 - right[equal]) / 2, 4),
        "cosine_same": round(float(same.mean()), 3),
        "cosine_other": round(float(other.mean()), 3),
        "pairs_same": int(same.size),
        "pairs_other": int(other.size),
    }
    return figures, float(thresholds[equal])


def studio_trials(
    judge: IdentityJudge, photos: np.ndarray, looks: int, creators: list[str], other_hair: int
) -> tuple[dict[str, Figures], float]:
    """Return figures of each kind of trial, and the threshold of equal errors between a person's photos and strangers'.

    Args:
        judge: the judge.
        photos: uint8 (people, poses, looks, s, s, 3); people 2 k and 2 k + 1 are doubles.
        looks: how many looks, the first of which is none, are drawn as in training.
        creators: names of the looks that follow.
        other_hair: the pose in which people have other hair.
    """
    people, poses, worn = photos.shape[:3]
    embedded = judge.embed(photos.reshape(-1, *photos.shape[3:]))
    person, pose, look = (part.ravel() for part in np.indices((people, poses, worn)))
    cosine = embedded @ embedded.T
    known = look < looks
    once = np.triu(np.ones_like(cosine, bool), 1) & known[:, None] & known[None]

    def alike(values: np.ndarray) -> np.ndarray:
        return values[:, None] == values[None]

    own, posed = alike(person), alike(pose)
    stranger, double = ~alike(person // 2), alike(person // 2) & ~own
    cut = (pose[:, None] == other_hair) ^ (pose[None] == other_hair)
    kinds = {
        "look changed": (own & posed, stranger),
        "look and pose changed": (own & ~posed & ~cut, stranger),
        "look, pose and hair changed": (own & ~posed & cut, stranger),
        "look changed, against doubles": (own & posed, double & ~cut),
        "look and pose changed, against doubles": (own & ~posed & ~cut, double & ~cut),
    }
    figures = {kind: verification(cosine[one & once], cosine[two & once])[0] for kind, (one, two) in kinds.items()}
    _, threshold = verification(cosine[own & once], cosine[stranger & once])
    for number, name in enumerate(creators):
        pair = (look[:, None] == 0) & (look[None] == looks + number)
        figures[f"unstyled, and in the look {name}"] = verification(
            cosine[pair & own & posed], cosine[pair & stranger & posed]
        )[0]
    return figures, threshold


def real_trials(judge: IdentityJudge, threshold: float, portraits: Portraits) -> dict[str, Any]:
    """Return figures for changes of real portraits: each crop with its changed self, against all other people's.

    Hardly anybody is shown twice, so that a person's own pictures have to be made from one: graded, reframed and relit.
    That is easier than real pairs would be. Then a face is put into another one's head, hair and room: what it keeps of
    both shows what the judge looks at.
    """
    crops, people = portraits.crops, portraits.people
    before = judge.embed(crops)
    rng = np.random.default_rng(0)
    changes = {
        "graded": np.stack([list(GRADES.values())[i % len(GRADES)](crop) for i, crop in enumerate(crops)]),
        "reframed": np.stack([reframed(crop, rng) for crop in crops]),
        "relit from a side": np.stack([relit(crop, rng) for crop in crops]),
    }
    changes["all three"] = np.stack([relit(reframed(crop, rng), rng) for crop in changes["graded"]])
    different = people[:, None] != people[None]
    figures: dict[str, Any] = {"photos": len(crops), "people": len(set(people.tolist()))}
    for name, changed in changes.items():
        cosine = before @ judge.embed(changed).T
        figures[name] = verification(np.diag(cosine), cosine[different])[0]
    unchanged = before @ before.T
    strangers = unchanged[different]
    figures["strangers taken for one person"] = round(float((strangers > threshold).mean()), 4)
    twice = unchanged[~different & np.triu(np.ones_like(different), 1)]
    figures["another photo of the same person"] = [
        {"cosine": round(float(each), 3), "strangers_below": round(float((strangers < each).mean()), 3)}
        for each in twice
    ]
    donor = np.roll(np.arange(len(crops)), 1)
    swapped = judge.embed(np.stack([face_put_in(crops[i], crops[d]) for i, d in enumerate(donor)]))
    figures["face put into another's head"] = {
        "cosine_to_the_head": round(float((swapped * before).sum(1).mean()), 3),
        "cosine_to_the_face": round(float((swapped * before[donor]).sum(1).mean()), 3),
        "no_longer_taken_for_the_head": round(float(((swapped * before).sum(1) < threshold).mean()), 3),
    }
    return figures


def only_auc(figures: dict[str, Any]) -> dict[str, float]:
    """Return the AUC of each trial that has one."""
    return {name: found["auc"] for name, found in figures.items() if isinstance(found, dict) and "auc" in found}


def reframed(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    side = crop.shape[0]
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), rng.uniform(-4, 4), rng.uniform(0.92, 1.1))
    matrix[:, 2] += rng.uniform(-0.04, 0.04, 2) * side
    return cv2.warpAffine(crop, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def relit(crop: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A gain that falls off across the picture from a random side, 1.5 to 0.6."""
    angle, place = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, crop.shape[0], dtype=np.float32)
    across = place[None] * np.cos(angle) + place[:, None] * np.sin(angle)
    return np.round(crop * np.exp(0.46 * across - 0.05)[:, :, None]).clip(0, 255).astype(np.uint8)


def face_put_in(head: np.ndarray, face: np.ndarray) -> np.ndarray:
    """The middle of `face` in `head`, with a soft edge and the head's mean colours."""
    side = head.shape[0]
    y, x = (np.indices((side, side)) + 0.5) / side - 0.5
    weight = np.clip((1 - np.hypot(x / 0.2, (y - 0.06) / 0.25)) / 0.3, 0, 1)[:, :, None]
    means = [(weight * picture).sum((0, 1)) / weight.sum() for picture in (head, face)]
    matched = (face + means[0] - means[1]).clip(0, 255)
    return np.round(head * (1 - weight) + matched * weight).astype(np.uint8)
