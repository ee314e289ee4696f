"""What a written picture says of itself: which model made it, in whose look, and by what consent."""
