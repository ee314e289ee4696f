"""Tracking: every node run is an MLflow run, every generator a registered version. Nothing here may end a training."""
