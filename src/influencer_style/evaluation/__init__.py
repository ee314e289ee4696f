"""What a model is worth: cases, rivals, scorecards, and whether a challenger becomes the champion."""
