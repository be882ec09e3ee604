"""What the house shows and takes over HTTP: one ASGI app for every runtime."""
