"""What to do about the music: start, stay silent, pause, and never touch what is not ours."""
