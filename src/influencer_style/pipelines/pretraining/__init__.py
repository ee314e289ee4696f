"""An endless stream of studio looks in; the base, a generator that knows looks in general, out."""
