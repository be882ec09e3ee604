"""A bare route of the framework that the API stands on, to compare with. Run: python hello.py PORT-FILE."""

import sys
from pathlib import Path

from fastapi import FastAPI

from spottypottysense.runtimes.appliance.web import WebServer

app = FastAPI()


@app.get("/hello")
def hello() -> dict[str, str]:
    """Say hello."""
    return {"hello": "world"}


def main() -> None:
    """Serve until standard input ends; the address goes to the file that is named."""
    server = WebServer(app, "127.0.0.1", 0)
    server.start()
    Path(sys.argv[1]).write_text(server.url, encoding="ascii")
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
