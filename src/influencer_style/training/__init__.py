"""Adversarial training: the discriminator, the losses, the loop, its checkpoints, the guard."""
