"""The Python API: the Stylist, its requests and results, and whether a look may be used."""
