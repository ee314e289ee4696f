"""A tiny training in a process of its own, to be killed: `python tiny_training.py FOLDER`. Tells each step."""

import sys
from pathlib import Path

import torch

from influencer_style.examples.creators import CreatorPhotos
from influencer_style.examples.shard import StreamSettings, kept_shard
from influencer_style.looks.encoder import load_encoder
from influencer_style.looks.pixels import to_tensor
from influencer_style.looks.profile import LookProfile, LookProfiles
from influencer_style.looks.set_statistics import SetStatistics, describe
from influencer_style.training.engine import Watch, train
from influencer_style.training.settings import LossWeights, TrainerSettings
from influencer_style.training.transfer.task import TransferTask

STREAM = StreamSettings(resolution=32, sittings=2, targets=2, looks=1, references=2, grades=1, graded=2, photos=2)
SETTINGS = TrainerSettings(
    steps=24, examples=2, photos=1, channels=8, relativistic=True, head_start=2, ema=0.9, stream=STREAM,
    weights=LossWeights(features=0.1, adversarial=0.02, gram=0.02, content=0.02, shape=0.02, r2=1.0, lecam=0.1),
    penalty_every=4, validate_every=1, checkpoint_seconds=1e-9, threads=1,
)  # fmt: skip


def main(folder: Path) -> None:
    encoder = load_encoder()
    shards = [kept_shard(STREAM, number, folder.parent, encoder) for number in range(2)]
    people = shards[0].people
    with torch.no_grad():
        users, own = (SetStatistics.of(*describe(encoder, to_tensor(part))) for part in (people, people // 2))
    looks = LookProfiles(users, [LookProfile("dark", "Dark", own)], encoder.sha256, encoder.groups)
    creators = CreatorPhotos(people, {"dark": people // 2}, looks, 32)

    def tell(step, generator):
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()

    task = TransferTask(settings=SETTINGS, encoder=encoder, creators=creators, shards_at=lambda step: shards)
    state = train(task, folder / "checkpoint.pt", Watch(samples=tell))
    torch.save(state.average.state_dict(), folder / "weights.pt")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
