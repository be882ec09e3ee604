"""`spotty`: everything that is done at the machine itself."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from spottypottysense import __version__
from spottypottysense.errors import SpottyError
from spottypottysense.runtimes.appliance.cli.checking import add_to as add_checking
from spottypottysense.runtimes.appliance.cli.connecting import add_to as add_connecting
from spottypottysense.runtimes.appliance.cli.entering import add_to as add_entering
from spottypottysense.runtimes.appliance.cli.people import add_to as add_people
from spottypottysense.runtimes.appliance.cli.playing import add_to as add_playing
from spottypottysense.runtimes.appliance.cli.replaying import add_to as add_replaying
from spottypottysense.runtimes.appliance.cli.rooms import add_to as add_rooms
from spottypottysense.runtimes.appliance.cli.running import add_to as add_running
from spottypottysense.runtimes.appliance.cli.sensing import add_to as add_sensing
from spottypottysense.runtimes.appliance.cli.speakers import add_to as add_speakers
from spottypottysense.runtimes.appliance.cli.tending import add_to as add_tending

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Music that follows presence.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def common(
    data: Annotated[Path | None, typer.Option(help="Directory of all that is kept (SPOTTY_DATA).")] = None,
    version: Annotated[  # noqa: ARG001  its callback has acted by now
        bool, typer.Option("--version", help="Show the version.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Music that follows presence."""
    if data is not None:
        os.environ["SPOTTY_DATA"] = str(data)


_SUBJECTS = (
    add_running,
    add_people,
    add_entering,
    add_rooms,
    add_sensing,
    add_playing,
    add_speakers,
    add_connecting,
    add_tending,
    add_replaying,
    add_checking,
)
for add_to in _SUBJECTS:
    add_to(app)


def main() -> None:
    """Run the command line; an error that we foresee is one sentence and exit code 1."""
    try:
        app()
    except SpottyError as error:
        sys.stderr.write(f"spotty: {error}\n")
        raise SystemExit(1) from None
    except OSError as error:
        if error.filename is None:
            raise
        sys.stderr.write(f"spotty: {error.filename} cannot be used: {error.strerror}.\n")
        raise SystemExit(1) from None
