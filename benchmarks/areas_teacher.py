"""The teacher of the areas network: where a photograph shows skin, lips, eyes, brows, hair and background.

A face mesh of 478 points gives the face's outline, lips, eyes and brows; a person mask gives background. What of the
person is hair, skin or something else comes from colours: a histogram for each, fitted in turns with the
labels, on top of a prior of where each lies about a face; the costs are smoothed along the photo's own edges (Hosni et
al. 2011, cost-volume filtering with the guided filter of He et al. 2010).
"""

from __future__ import annotations

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter
from skimage.graph import MCP_Geometric

from benchmarks.areas_scene import Models, Scene, grown, scene_of
from benchmarks.areas_studio import KEPT
from benchmarks.nobodies import Portrait

SKIN, HAIR, OTHER, BACKGROUND = range(4)
WAY, COLOUR, ROUNDS = 0.5, 0.8, 3  # weights of ways and colours, and how often colours and labels are fitted
BINS = 28  # of a colour histogram, along each axis


def cheeks(scene: Scene) -> np.ndarray:
    """Return where skin is sure, bool (h, w): inside of the face's outline, off its features, below the brows."""
    noted = np.logical_or.reduce(list(scene.features.values()))
    return grown(scene.oval, -0.05 * scene.height) & ~grown(noted, 0.03 * scene.height) & (scene.at[1] < 0.72)


def prior(scene: Scene) -> np.ndarray:
    """Return how likely skin, hair, other and background are by place alone, float (4, h, w) that sums to 1."""
    side, above = scene.at
    off = np.abs(side)
    out = cv2.distanceTransform((~scene.oval).astype(np.uint8), cv2.DIST_L2, 5) / scene.height
    shares = np.empty((3, *off.shape))
    # around the head hair is likely, and less so the further away and the further down
    shares[:] = np.array([0.10, 0.80, 0.10])[:, None, None]

    def put(where: np.ndarray, skin: float, hair: float, other: float) -> None:
        shares[:, where] = np.array([skin, hair, other])[:, None]

    put((above < 0.25) & (off > 0.35), 0.15, 0.65, 0.20)
    put((above < 0.05) & (off > 0.35), 0.15, 0.40, 0.45)
    put((above < -0.15) & (off > 0.35), 0.12, 0.22, 0.66)
    put((above < 0.0) & (off > 0.9), 0.08, 0.17, 0.75)
    put((above < -0.35), 0.22, 0.10, 0.68)
    put((above < -0.35) & (off < 0.45), 0.42, 0.05, 0.53)
    put((above < -0.30) & (off > 1.1), 0.17, 0.03, 0.80)
    put((above < -0.75), 0.17, 0.05, 0.78)
    put((above < 0.10) & (above >= -0.35) & (off < 0.42), 0.84, 0.07, 0.09)  # the neck
    put((out < 0.07) & (above > 0.25) & (above < 0.62) & (off > 0.4), 0.45, 0.50, 0.05)  # ears
    put((out < 0.15) & (above >= 0.9) & (off < 0.4), 0.60, 0.39, 0.01)  # a high forehead
    put(scene.oval & (above >= 0.92), 0.65, 0.34, 0.01)
    put(scene.oval & (above < 0.92), 0.85, 0.145, 0.005)
    put(scene.oval & (above < 0.80), 0.95, 0.045, 0.005)
    put(grown(scene.oval, -0.06 * scene.height) & (above < 0.70), 0.995, 0.004, 0.001)
    if "hat" in scene.tags:
        put(~scene.oval & (above > 0.80), 0.02, 0.08, 0.90)
        put(~scene.oval & (above > 0.60) & (above <= 0.80), 0.10, 0.45, 0.45)
    person = np.clip(scene.person, 0.02, 0.98)
    person = np.where(grown(scene.oval, -0.06 * scene.height), 0.999, person)
    return np.concatenate([shares * person, (1 - person)[None]])


def first_guess(scene: Scene) -> np.ndarray:
    """Return labels int8 (h, w) that seed the colours; -1 where nothing is sure."""
    side, above = scene.at
    labels = np.full(scene.oval.shape, -1, np.int8)
    sure = cheeks(scene)
    middle = np.median(scene.lab[sure], 0)
    spread = 1.4826 * np.median(np.abs(scene.lab[sure] - middle), 0) + (6.0, 3.0, 3.0)
    unlike = (((scene.lab - middle) / spread) ** 2).sum(-1)
    person = scene.person > 0.6
    near = grown(scene.oval, 0.32 * scene.height) & ~grown(scene.oval, 0.03 * scene.height)
    far = near & ~grown(scene.oval, 0.11 * scene.height)  # the forehead often goes on above the mesh
    top = person & near & (above > 0.75)
    # hair is what is least like the cheeks: in hard light the cheeks themselves are of many colours
    least = float(np.clip(np.quantile(unlike[top], 0.65), 2.5, 25)) if top.sum() > 60 else 9.0
    enough = (person & far & (above > 0.5) & (unlike > least)).sum() > 0.01 * scene.height**2
    crown = person & (far if enough else near) & (unlike > least)
    hat = "hat" in scene.tags
    labels[crown & (above > 0.5)] = OTHER if hat else HAIR
    if hat:
        labels[crown & (above > 0.30) & (above < 0.62)] = HAIR
        labels[person & (above > 1.0)] = OTHER
    labels[person & (above < -0.45) & (np.abs(side) > 0.75) & (unlike > 4)] = OTHER
    labels[person & (above < -0.70) & (unlike > 2.5)] = OTHER
    labels[person & (above < 0.05) & (above > -0.5) & (unlike < 4) & (np.abs(side) < 0.45)] = SKIN
    rows = np.arange(len(side))[:, None] > 0.94 * len(side)
    labels[person & rows & (above < 0.15) & (np.abs(side) > 0.5) & (unlike > 4)] = OTHER
    labels[scene.person < 0.15] = BACKGROUND
    labels[sure] = SKIN
    labels[grown(scene.oval, -0.04 * scene.height) & (above < 0.92) & (unlike < 8)] = SKIN
    return labels


def colour_cost(lab: np.ndarray, labels: np.ndarray, confidence: np.ndarray) -> np.ndarray:
    """Return minus log likelihood of each pixel's colour under each label's histogram, float32 (4, h, w), limited."""
    places = np.clip((lab - (0, -64, -64)) / (100, 128, 128) * BINS, 0, BINS - 1).astype(np.int64)
    flat = np.ravel_multi_index(tuple(places.reshape(-1, 3).T), (BINS,) * 3)
    cost = np.full((4, len(flat)), 5.5, np.float32)  # of a colour about which nothing is known
    for label in range(4):
        chosen = (labels.ravel() == label) & (confidence.ravel() > 0.6)
        if chosen.sum() < 60:
            continue
        counted = np.bincount(flat[chosen], minlength=BINS**3).reshape((BINS,) * 3).astype(np.float32)
        density = gaussian_filter(counted, (2.2, 1.1, 1.1), truncate=2.5) / chosen.sum() + 1e-4
        cost[label] = -np.log(density.ravel()[flat])
    return np.clip(cost, cost.min(0), cost.min(0) + 6).reshape(4, *lab.shape[:2])


class Guide:
    """A guided filter (He et al. 2010) with a colour photo as its guide, its slopes found at half size (He 2015)."""

    def __init__(self, photo: np.ndarray, radius: int, epsilon: float) -> None:
        self._full = photo.astype(np.float32) / 255
        self._shape = photo.shape[1] // 2, photo.shape[0] // 2
        self._guide = cv2.resize(self._full, self._shape, interpolation=cv2.INTER_AREA)
        self._size = (max(1, radius // 2) * 2 + 1,) * 2
        self._mean = self._box(self._guide)
        outer = (self._guide[..., :, None] * self._guide[..., None, :]).reshape(*self._guide.shape[:2], 9)
        covariance = np.stack([self._box(outer[..., k]) for k in range(9)], -1).reshape(*self._guide.shape[:2], 3, 3)
        covariance = covariance - self._mean[..., :, None] * self._mean[..., None, :]
        self._inverse = np.linalg.inv(covariance + epsilon * np.eye(3, dtype=np.float32))

    def _box(self, values: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(values, -1, self._size, borderType=cv2.BORDER_REFLECT)

    def smooth(self, values: np.ndarray) -> np.ndarray:
        """Return values float32 (h, w) smoothed along the photo's edges."""
        small = cv2.resize(values, self._shape, interpolation=cv2.INTER_AREA)
        mean = self._box(small)
        shared = self._box(self._guide * small[..., None]) - self._mean * mean[..., None]
        slope = (self._inverse * shared[..., None, :]).sum(-1)
        offset = self._box(mean - (slope * self._mean).sum(-1))
        full = values.shape[1], values.shape[0]
        slope, offset = cv2.resize(self._box(slope), full), cv2.resize(offset, full)
        return (slope * self._full).sum(-1) + offset


def reach(scene: Scene, labels: np.ndarray) -> np.ndarray:
    """Return minus log of how near each label's seeds are, float32 (4, h, w), on ways that shun the photo's edges.

    Light and shade change slowly across a forehead, and colours with them; a hairline is an edge.
    """
    height, width = labels.shape
    small = cv2.resize(scene.lab, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    steep = sum(np.abs(cv2.Sobel(small, cv2.CV_32F, *d, ksize=3)).sum(-1) for d in ((1, 0), (0, 1))) / 8
    toll = (0.3 + np.minimum(steep, 25.0)).astype(np.float64)
    near = np.ones((4, *toll.shape), np.float32)
    for label in range(4):
        seeds = cv2.resize((labels == label).astype(np.float32), toll.shape[::-1], interpolation=cv2.INTER_AREA) > 0.9
        if seeds.sum() > 10:
            far, _ = MCP_Geometric(toll).find_costs(np.argwhere(seeds))
            near[label] = 1 / (far + 10)
        else:
            near[label] = 1 / 100
    share = near**1.5 / (near**1.5).sum(0)
    return np.stack([cv2.resize(-np.log(part), (width, height)) for part in share])


def split(scene: Scene) -> np.ndarray:
    """Return how likely skin, hair, other and background are, float32 (4, h, w) that sums to 1."""
    labels = first_guess(scene)
    place = -np.log(np.clip(prior(scene), 1e-4, 1)) + WAY * reach(scene, labels)
    confidence = np.ones(labels.shape)
    guide = Guide(scene.photo, max(2, round(0.025 * scene.height)), 1e-3)
    likely = np.empty((4, *labels.shape), np.float32)
    for _ in range(ROUNDS):
        cost = COLOUR * colour_cost(scene.lab, reliable(scene, labels), confidence) + place
        cost = np.stack([guide.smooth(c.astype(np.float32)) for c in cost])
        likely = np.exp(cost.min(0) - cost)
        likely /= likely.sum(0)
        labels, confidence = connected(scene, likely.argmax(0)), likely.max(0)
    sure = np.eye(4, dtype=np.float32)[labels].transpose(2, 0, 1)
    return np.where(labels == likely.argmax(0), likely, sure)


def reliable(scene: Scene, labels: np.ndarray) -> np.ndarray:
    """Return the labels with -1 where they may not teach colours: hair on the clothes, clothes about the head."""
    above = scene.at[1]
    close = grown(scene.oval, 0.08 * scene.height)
    doubtful = ((labels == HAIR) & ((above < 0.3) | close)) | (
        (labels == OTHER) & (above > 0.0) & ("hat" not in scene.tags)
    )
    return np.where(doubtful, -1, labels)


def connected(scene: Scene, labels: np.ndarray) -> np.ndarray:
    """Return the labels with hair that does not touch the head's own made other, and skin far off made other."""
    above = scene.at[1]
    labels = labels.copy()
    near = grown(scene.oval, 0.22 * scene.height)
    for label, seed in ((HAIR, near & (above > 0.1)), (SKIN, scene.oval)):
        count, parts, stats, _ = cv2.connectedComponentsWithStats((labels == label).astype(np.uint8))
        kept = np.zeros(count, bool)
        kept[np.unique(parts[seed])] = True
        kept |= (label == SKIN) & (stats[:, cv2.CC_STAT_AREA] > 0.01 * scene.height**2)
        kept[0] = True
        labels[~kept[parts]] = OTHER
    return labels


def compose(scene: Scene, likely: np.ndarray) -> np.ndarray:
    """Return soft areas float32 (6, h, w) in the order of KEPT: what colours tell, and the mesh's features over it."""
    areas = dict(zip(("skin", "hair", "other", "background"), likely, strict=True))
    features = {name: mask.astype(np.float32) for name, mask in scene.features.items()}
    soft = {name: cv2.GaussianBlur(mask, (0, 0), 0.7) for name, mask in features.items()}
    fringe = np.clip(2 * areas["hair"] - 0.6, 0, 1)  # hair before the eyes or the brows
    if "sunglasses" in scene.tags:
        worn = 1 - np.clip(3 * areas["skin"], 0, 1)
        region = cv2.GaussianBlur(grown((features["eyes"] > 0), 0.04 * scene.height).astype(np.float32), (0, 0), 1.0)
        soft["eyes"], soft["brows"] = np.zeros_like(worn), soft["brows"] * (1 - worn)
        soft["mouth"] = np.maximum(soft["mouth"], region)
    above = {"lips": soft["lips"], "eyes": soft["eyes"] * (1 - fringe), "brows": soft["brows"] * (1 - fringe)}
    left = 1 - np.clip(sum(above.values()) + soft["mouth"], 0, 1)
    out = {**{name: areas[name] * left for name in ("skin", "hair", "background")}, **above}
    return np.stack([out[name] for name in KEPT]).astype(np.float32)


def label(models: Models, portrait: Portrait) -> np.ndarray:
    """Return the teacher's soft areas of a portrait, uint8 (6, h, w) at its own size, in the order of KEPT."""
    scene = scene_of(models, portrait)
    areas = compose(scene, split(scene))
    height, width = portrait.read().shape[:2]
    own = [cv2.resize(area, (width, height), interpolation=cv2.INTER_AREA) for area in areas]
    return (np.stack(own).clip(0, 1) * 255).round().astype(np.uint8)
