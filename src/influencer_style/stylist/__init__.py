"""The Python API: the Stylist, what it is asked and what it answers, and whether a look may be used."""
