"""Studio people of whom all is known in; the base of synthesis, a generator of nobodies in looks in general, out."""
