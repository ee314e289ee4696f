"""What trainings learn from: batches of known truth from the studio, and of creators' photos."""
