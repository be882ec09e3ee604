"""Commands that run something: the appliance, its demo, the simulator, one motion."""

import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from spottypottysense import ids
from spottypottysense.clock import SystemClock
from spottypottysense.errors import Invalid, NotFound, Unavailable
from spottypottysense.runtimes.appliance import demo as demonstration
from spottypottysense.runtimes.appliance import logs, settings
from spottypottysense.runtimes.appliance.appliance import Appliance
from spottypottysense.runtimes.appliance.cli.entering import say_how_to_begin
from spottypottysense.runtimes.appliance.endpoint import Endpoint
from spottypottysense.runtimes.appliance.wiring import build
from spottypottysense.simulator import server
from spottypottysense.simulator.home import PretendSensor

_PUBLISH_SECONDS = 10.0


def add_to(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(up)
    app.command()(demo)
    app.command()(simulator)
    app.command()(motion)


def up() -> None:
    """Run the appliance until Ctrl-C: broker, core, HTTP."""
    values = settings.read(os.environ)
    logs.set_up(values.log_level, values.log_format, sys.stderr)
    house = build(values)
    try:
        appliance = Appliance(house)
    except BaseException:
        house.close()
        raise
    with_signals = stop_signal()
    try:
        appliance.start()
        typer.echo(f"Status page: {appliance.url}")
        say_how_to_begin(house, appliance.url.removesuffix("/app/"))
        with_signals.wait()
    finally:
        appliance.stop()


def demo(
    seconds: Annotated[float | None, typer.Option(help="Stop by itself after so many seconds.")] = None,
    directory: Annotated[Path, typer.Option("--in", help="Where the demo keeps its things.")] = Path(".demo"),
) -> None:
    """Run everything on this machine, with a simulated Spotify and a simulated home."""
    demonstration.run(directory, stop_signal(), seconds)


def simulator(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8790,
) -> None:
    """Run the simulated Spotify alone, on 127.0.0.1, until Ctrl-C."""
    server.serve(port=port, announce=typer.echo)


def motion(
    sensor: Annotated[str, typer.Argument(help="Sensor id, as `spotty sensor list` shows it.")],
    cleared: Annotated[bool, typer.Option("--cleared", help="Say that nobody is seen any more.")] = False,
) -> None:
    """Publish one motion as a registered sensor, with its own certificate."""
    values = settings.read(os.environ)
    bundle = values.data / "sensors" / ids.sensor_id(sensor)
    if not bundle.is_dir():
        raise NotFound("sensor", sensor)
    broker = _running_broker(values)
    pretend = PretendSensor(
        sensor,
        broker.host,
        broker.port,
        ca_file=bundle / "ca.pem",
        cert_file=bundle / "cert.pem",
        key_file=bundle / "key.pem",
    )
    pretend.start()
    said = pretend.motion(SystemClock().now(), detected=not cleared)
    said.wait_for_publish(_PUBLISH_SECONDS)
    pretend.stop()
    if not said.is_published():
        message = f"The broker at {broker.url} did not take it: does `spotty up` still run?"
        raise Unavailable(message)
    typer.echo(f"{sensor} said {'that nobody is there' if cleared else 'that somebody moved'}.")


def _running_broker(values: settings.Settings) -> Endpoint:
    if values.mqtt_url is not None:
        raise Invalid("This publishes to the embedded broker only: use your own broker's tools for it.")
    try:
        endpoints = json.loads((values.data / "endpoints.json").read_text())
    except FileNotFoundError:
        raise Unavailable("The appliance does not run: start it with `spotty up`.") from None
    return Endpoint.from_url(endpoints["mqtt"])


def stop_signal() -> threading.Event:
    """Return an event that Ctrl-C and SIGTERM set."""
    stopping = threading.Event()

    def stop(_number: int, _frame: object) -> None:
        if stopping.is_set():
            logging.getLogger("spotty").warning("stopping already; a moment")
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    return stopping
