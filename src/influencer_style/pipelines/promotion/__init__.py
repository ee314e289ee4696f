"""Two registered versions in; a verdict, and `@champion` where it belongs, out."""
