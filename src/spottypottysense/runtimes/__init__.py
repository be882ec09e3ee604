"""The machinery that carries the house: a machine at home, or AWS."""
