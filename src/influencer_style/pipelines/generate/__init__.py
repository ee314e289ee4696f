"""The champion of synthesis and a seed in; new portraits and their index out."""
