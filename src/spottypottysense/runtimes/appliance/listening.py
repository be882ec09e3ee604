"""Ports that can be listened on."""

import random
import socket

_OURS = range(20_000, 32_000)
"""Below the ports that systems lend to outgoing connections, so that none is lent away before it is used."""

_TRIES = 50


def free_port(host: str = "127.0.0.1", port: int = 0) -> int:
    """Return `port`, or a free one for 0; raises `OSError` if it cannot be listened on."""
    if port:
        return _tried(host, port)
    for candidate in random.sample(_OURS, _TRIES):
        try:
            return _tried(host, candidate)
        except OSError:
            continue
    return _tried(host, 0)


def _tried(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])
