"""Who is in which room: from motion to sessions. Asks playback for the music."""
