"""A pretend Spotify and a pretend home: strict as the real ones, with every fault at the turn of a switch."""
