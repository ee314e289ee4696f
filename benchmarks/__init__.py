"""What measures the project, and what made the files that ship with it. See README.md."""
