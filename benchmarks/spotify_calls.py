"""How often Spotify is asked in a visit, on the way in and out; between them nobody asks anything.

With --scenarios each trouble that was met in earnest is lived
through as well. Run: .venv/bin/python benchmarks/spotify_calls.py [--scenarios] [--json]
"""

import argparse
import itertools
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from spottypottysense.sensors.model import Ending
from spottypottysense.simulator.demo_world import OWNER, playlist_uri
from spottypottysense.simulator.remote import Remote
from spottypottysense.simulator.server import running
from support.progress import counted
from support.scenarios import Result, lived_through, show_results
from support.tables import show_tables
from support.troubles import TROUBLES
from support.visits import KITCHEN, Visited, Visitors, visitors

WARM, COLD, FADES, FIRST = 6, 9, 6, 2
"""What a visit may cost: at an active speaker, at one that is not; besides, for fading in and out, and for
music whose length is not known yet (once a day)."""


def warm(house: Visitors) -> Visited:
    """The speaker is active under the id that we know, and its volume is right."""
    house.lived_in()
    house.somebody("play", speaker="bathroom")
    house.somebody("pause")
    return house.comes_and_goes()


def cold(house: Visitors) -> Visited:
    """Nothing has played for hours, and somebody has turned the speaker up."""
    house.lived_in()
    house.let_pass(timedelta(hours=9))
    house.happens_to("bathroom", "volume", percent=60)
    return house.comes_and_goes()


def warm_with_fades(house: Visitors) -> Visited:
    """Warm, softly in and out."""
    house.wants(fades_in=True, ending=Ending.FADE)
    return warm(house)


def cold_with_fades(house: Visitors) -> Visited:
    """Cold, softly in and out."""
    house.wants(fades_in=True, ending=Ending.FADE)
    return cold(house)


def handed_over(house: Visitors) -> Visited:
    """Somebody goes from the bathroom to the kitchen, and the music comes along."""
    house.lived_in()
    bath = house.visit()
    house.playback.arrive(bath)
    house.let_pass(timedelta(minutes=5))
    house.forget_calls()
    there = replace(bath.stay, seen_at=house.clock.now())
    wishes = replace(house.wishes, speaker=KITCHEN)
    kitchen = house.visit("kitchen", wishes, elsewhere=(there,))
    house.let_pass(timedelta(seconds=30))
    arrival = house.playback.arrive(kitchen)
    calls, heard = house.calls(), house.heard()
    house.let_pass(timedelta(minutes=5))
    house.forget_calls()
    departure = house.playback.depart(OWNER, kitchen.session_id)
    return Visited(arrival, heard, departure, house.heard(), calls, house.calls(), timedelta(0))


def came_back(house: Visitors) -> Visited:
    """A minute after the room was empty somebody comes back, and the song goes on."""
    house.lived_in()
    house.comes_and_goes()
    house.let_pass(timedelta(minutes=1))
    return house.comes_and_goes()


def asleep(house: Visitors) -> Visited:
    """The speaker sleeps and cannot be woken."""
    house.lived_in()
    house.happens_to("bathroom", "sleep")
    return house.comes_and_goes()


def own_music(house: Visitors) -> Visited:
    """Somebody listens to music of his own."""
    house.somebody("play", speaker="iphone")
    return house.comes_and_goes()


def first_visit(house: Visitors) -> Visited:
    """A playlist of one's own is played for the first time: its length is asked for."""
    return house.comes_and_goes()


def unknown_length(house: Visitors) -> Visited:
    """A playlist of somebody else, whose length is never told."""
    house.wants(content=playlist_uri("focus"))
    return house.comes_and_goes()


VISITS: dict[str, tuple[Callable[[Visitors], Visited], int | None]] = {
    "warm": (warm, WARM),
    "cold": (cold, COLD),
    "warm_with_fades": (warm_with_fades, WARM + FADES),
    "cold_with_fades": (cold_with_fades, COLD + FADES),
    "handed_over": (handed_over, None),
    "came_back": (came_back, WARM),
    "own_music": (own_music, None),
    "speaker_asleep": (asleep, None),
    "first_visit": (first_visit, COLD + FIRST),
    "first_visit_length_not_told": (unknown_length, COLD + FIRST),
}


def main() -> None:
    options = _options()
    with running() as url, tempfile.TemporaryDirectory() as directory:
        spotify, places = Remote(url), _places(Path(directory))
        visits = {}
        for name in counted(list(VISITS), "visits"):
            with visitors(spotify, next(places)) as house:
                visits[name] = VISITS[name][0](house)
        chosen = TROUBLES if options.scenarios else []
        results = [lived_through(each, spotify, next(places)) for each in counted(chosen, "scenarios")]
    if options.json:
        print(json.dumps(_figures(visits, results)))
    else:
        _show(visits, results)
    over = [name for name, each in visits.items() if each.all_calls > (VISITS[name][1] or each.all_calls)]
    if over:
        raise SystemExit(f"Over budget: {', '.join(over)}.")


def _figures(visits: dict[str, Visited], results: list[Result]) -> dict[str, object]:
    return {
        "calls_per_visit": {name: _row(name, each) for name, each in visits.items()},
        "calls": {name: _words(each) for name, each in visits.items()},
        "scenarios": [
            {
                "scenario": each.scenario.name,
                "seen": each.scenario.seen,
                "outcome": each.outcome,
                "plays": each.plays,
                "calls": each.visited.all_calls,
            }
            for each in results
        ],
    }


def _show(visits: dict[str, Visited], results: list[Result]) -> None:
    table = {name: _row(name, each) for name, each in visits.items()}
    show_tables("Calls to Spotify in a visit", {}, {"visit": table}, False)
    print()
    for name, each in visits.items():
        print(f"  {name.replace('_', ' '):<32}{_words(each)}")
    if results:
        show_results(results)


def _row(name: str, visited: Visited) -> dict[str, object]:
    calls, budget = visited.all_calls, VISITS[name][1]
    return {"in": len(visited.calls), "out": len(visited.calls_out), "calls": calls, "budget": budget or "-"}


def _words(visited: Visited) -> str:
    return f"{', '.join(visited.calls)} | {', '.join(visited.calls_out) or '-'}"


def _places(directory: Path) -> Iterator[Path]:
    """Return one empty directory after the other."""
    for number in itertools.count():
        place = directory / str(number)
        place.mkdir()
        yield place


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--scenarios", action="store_true", help="live through each known trouble, too")
    return parser.parse_args()


if __name__ == "__main__":
    main()
