import json
import subprocess
import sys

HEAVY = (
    "pydantic",
    "fastapi",
    "starlette",
    "uvicorn",
    "requests",
    "httpx",
    "boto3",
    "asyncio",
    "cryptography",
)
LOOK = """
import json, ssl, sys
made = []
real = ssl.SSLContext.__new__
ssl.SSLContext.__new__ = lambda cls, *args, **kwargs: made.append(1) or real(cls, *args, **kwargs)
import spottypottysense.spotify.player, spottypottysense.spotify.accounts
from spottypottysense.spotify.client import Client
Client()
print(json.dumps({"modules": sorted(sys.modules), "contexts": len(made)}))
"""


def test_the_door_to_spotify_opens_lightly() -> None:
    """Importing it loads no web framework and no second HTTP client, and makes no SSL context."""
    done = subprocess.run([sys.executable, "-I", "-c", LOOK], capture_output=True, text=True, check=True)
    seen = json.loads(done.stdout)
    assert set(HEAVY).isdisjoint(seen["modules"])
    assert seen["contexts"] == 0
