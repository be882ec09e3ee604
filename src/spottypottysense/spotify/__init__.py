"""The one door to Spotify: what the music does, what it should do, and the tokens for both."""
