"""What users gave us at Spotify: kept fresh, kept secret, never lost."""
