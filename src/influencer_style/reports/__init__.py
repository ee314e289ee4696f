"""Pages, sheets and curves: what people look at."""
