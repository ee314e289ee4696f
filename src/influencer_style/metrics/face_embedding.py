"""The face embedding: a judge of identity for photographs, by dlib's network (King 2017), fetched at set-up.

A picture's face is first laid into a square of 150 px as the network learnt it: eye corners and the base of the nose
are found by the face mesh. What everybody's embedding has in common is taken off, so that strangers have a cosine of
about 0, as with the studio's judge. Colours, light and framing hardly move it; `benchmarks/results/
likeness_photographs.json` says how often it is right.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor

from influencer_style.faces.mesh import SIDE as MESH_SIDE
from influencer_style.faces.mesh import FaceMesh
from influencer_style.metrics.colour import require_pictures
from influencer_style.metrics.face_network import CENTRE, DIMENSION, SIDE, FaceNetwork, read_face_network
from influencer_style.metrics.identity import LikenessScale
from influencer_style.pretrained.catalogue import CATALOGUE, ModelName, load
from influencer_style.storage.fingerprint import fingerprint

# The mesh's points that align a face: outer and inner corner of one eye, of the other, and the base of the nose.
_POINTS = [263, 362, 33, 133, 2]
# Where they lie in the aligned square, as shares of its side (dlib's landmarks of a mean face, with its border).
_ALIGNED = np.array([[0.7397, 0.3090], [0.5974, 0.3193], [0.2470, 0.3091], [0.3894, 0.3194], [0.4934, 0.5852]])
# Where they lie in an aligned face crop, as shares of its side: the mean of 55 portraits, each moved by 3 to 5%.
_USUAL = np.array([[0.671, 0.450], [0.567, 0.458], [0.340, 0.448], [0.440, 0.456], [0.497, 0.628]])
# The square in which the mesh looks: its centre's height and its side, as shares of a crop's side. Of the squares
# tried, the points come nearest in it to those that are found again and again in a square around themselves.
_SEEN = (0.56, 0.9)
# An alignment further off the usual one is no face's: in scale (ratio), in angle (radians), in place (of the side).
_MOST_SCALE, _MOST_ANGLE, _MOST_PLACE = 1.9, 0.5, 0.2
_BATCH = 32
FILES: tuple[ModelName, ...] = ("face_embedding", "face_mesh")
# The digest of the weights and of how faces are aligned, hex: known without the files, see `FaceJudge.sha256`.
FACE_JUDGE = fingerprint([CATALOGUE[name].sha256 for name in FILES], CENTRE, _ALIGNED, _SEEN)


@dataclass(frozen=True)
class FaceJudge:
    """The network with its weights, and the mesh that aligns faces for it. Threads must not share one.

    Attributes:
        network: The network in evaluation mode, float32.
        mesh: The face mesh.
    """

    network: FaceNetwork
    mesh: FaceMesh

    name = "the face embedding (dlib's face_recognition_resnet)"
    of_photographs = True
    sha256 = FACE_JUDGE
    dimension = DIMENSION
    # Of portraits, a crop of 128 px has a cosine of .99 or more to one of 256 px; of 64 px, .90 to .95.
    side = 128
    # 1 of 100 pairs of strangers is above (people who do not exist, see likeness_photographs.json); two photos of one
    # person had .84 and .93.
    threshold = 0.65
    # 1 of 100 results that stayed the user's lies beyond .08 or .13, as people happen to be drawn.
    # What a look explains was .01 on average, and .04 at most.
    scale = LikenessScale(threshold=0.15, most_explained=0.1, explained_by_a_photo=0.01)

    def embed(self, pictures: np.ndarray) -> np.ndarray:
        """Return the embedding of each portrait.

        A face whose points the mesh does not find is taken to lie where faces usually lie in aligned crops.

        Args:
            pictures: Uint8 sRGB (n, s, s, 3), aligned face crops with s at least 32.

        Returns:
            (n, 128) float32 unit vectors.

        Raises:
            ValueError: If the pictures are anything else.
        """
        require_pictures(pictures, least=32)
        parts = [self.raw(pictures[i : i + _BATCH]) for i in range(0, len(pictures), _BATCH)]
        found = np.concatenate(parts) - CENTRE if parts else np.zeros((0, DIMENSION), np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    @torch.inference_mode()
    def raw(self, pictures: np.ndarray) -> np.ndarray:
        """Return the network's own vectors of face crops, (n, 128) float32: strangers' have a cosine of .8 or so."""
        faces = torch.from_numpy(np.stack([self.align(picture) for picture in pictures])).permute(0, 3, 1, 2).float()
        embedded: Tensor = self.network(faces.contiguous(memory_format=torch.channels_last))
        return embedded.numpy()

    def align(self, picture: np.ndarray) -> np.ndarray:
        """Return the face of a crop, uint8 (s, s, 3), as the network learnt it: uint8 (150, 150, 3)."""
        side = len(picture)
        usual = _laid_over(_USUAL * side, _ALIGNED * SIDE)
        matrix = _laid_over(self.points(picture), _ALIGNED * SIDE)
        if not _plausible(matrix, usual, side):
            matrix = usual
        scale = float(np.linalg.norm(matrix[:, 0]))
        if scale < 1:  # averaged down first, so that nothing aliases
            small = max(SIDE // 2, round(side * scale))
            picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
            matrix = np.column_stack([matrix[:, :2] * (side / small), matrix[:, 2]])
        # Places are continuous; OpenCV's pixels have their centres at whole numbers.
        matrix[:, 2] += matrix[:, :2] @ np.array([0.5, 0.5]) - 0.5
        return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)

    def points(self, picture: np.ndarray) -> np.ndarray:
        """Return eye corners and base of the nose, (5, 2) in continuous pixels of a crop, wherever the mesh sees them.

        The mesh is run once, and not asked whether it sees a face.
        """
        side = len(picture)
        height, extent = _SEEN
        scale = MESH_SIDE / (extent * side)
        left, top = side * (0.5 - extent / 2), side * (height - extent / 2)
        matrix = np.array([[scale, 0, scale * (0.5 - left) - 0.5], [0, scale, scale * (0.5 - top) - 0.5]])
        seen = cv2.warpAffine(picture, matrix, (MESH_SIDE, MESH_SIDE), borderMode=cv2.BORDER_REPLICATE)
        return self.mesh.seen(seen)[_POINTS] / scale + np.array([left, top])


def load_face_judge() -> FaceJudge:
    """Return the judge.

    Raises:
        PretrainedError: If a file is missing, damaged, or cannot be run.
    """
    return FaceJudge(read_face_network(load("face_embedding")), FaceMesh())


def _laid_over(points: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Return the similarity (2, 3) that lays points, (n, 2), best over others (Umeyama 1991, without mirroring)."""
    (own, mean), (other, place) = ((each - each.mean(0), each.mean(0)) for each in (points, onto))
    size = max(float((own * own).sum()), 1e-9)
    along = float((own * other).sum()) / size
    across = float((own[:, 0] * other[:, 1] - own[:, 1] * other[:, 0]).sum()) / size
    turn = np.array([[along, -across], [across, along]])
    return np.column_stack([turn, place - turn @ mean])


def _plausible(matrix: np.ndarray, usual: np.ndarray, side: int) -> bool:
    """Return whether an alignment is near enough to the usual one to be a face's."""
    scales = [float(np.linalg.norm(one[:, 0])) for one in (matrix, usual)]
    angle = float(np.arctan2(matrix[1, 0], matrix[0, 0]))
    middle = usual @ np.array([side / 2, side / 2, 1])
    off = float(np.linalg.norm(matrix @ np.array([side / 2, side / 2, 1]) - middle)) / scales[1] / side
    return (
        1 / _MOST_SCALE < scales[0] / max(scales[1], 1e-9) < _MOST_SCALE
        and abs(angle) < _MOST_ANGLE
        and off < _MOST_PLACE
    )
