"""Sessions in, figures out; recorded homes in, scores out."""
