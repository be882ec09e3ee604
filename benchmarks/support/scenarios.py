"""What real speakers, Spotify and people do to a visit, and what has to come of it.

Each scenario sets the stage, yields when somebody comes into the bathroom, and goes on with what people do
during the visit; after a second yield it looks at what the visit has left behind. `seen` tells where it was
met on real devices.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spottypottysense.reasons import Reason
from spottypottysense.simulator.remote import Remote
from support.visits import Visited, Visitors, visitors

Stage = Callable[[Visitors], Iterator[None]]
_MOST_CALLS = {True: 12, False: 10}
"""Of a visit with music that was never played before, with one retry; and of one that stays silent."""
PATIENT = 20
"""Most calls of a visit in which a speaker has to be asked again and again."""
MUSIC = (Reason.STARTED, Reason.RESUMED, Reason.ALREADY_PLAYING, Reason.HANDED_OVER)


@dataclass(frozen=True)
class Scenario:
    """What is set up, and what is expected.

    `arrival` and `departure` are the reasons told; `on` is the speaker (its key) on which music is heard
    during the visit, `after` after it. `volume` is how loud our music is, and has ever been; None does not
    matter. At most `calls` are made, and none that is in `never`.
    """

    name: str
    seen: str
    stage: Stage
    arrival: Reason
    departure: Reason
    on: str | None
    after: str | None
    volume: int | None
    calls: int
    never: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A scenario that was lived through."""

    scenario: Scenario
    visited: Visited

    @property
    def outcome(self) -> str:
        """The reasons told, on the way in and out; nothing has to be told of the end of silence."""
        told = (self.visited.arrival.reason, self.visited.departure.reason)
        silent = not self.visited.arrival.playing and told[1] is Reason.ALREADY_SILENT
        return told[0] if silent else ", ".join(told)

    @property
    def plays(self) -> str:
        """Where music is heard during the visit, how loud, and what is heard after it."""
        heard, left = self.visited.heard, self.visited.left
        during = f"{heard.speaker} at {heard.volume}" if heard.speaker else "silence"
        return during if left.speaker is None else f"{during}, then {left.speaker}"


class Scenarios:
    """A list into which stages enter themselves."""

    def __init__(self) -> None:
        self.all: list[Scenario] = []

    def enter(
        self,
        name: str,
        seen: str,
        arrival: Reason = Reason.STARTED,
        departure: Reason | None = None,
        *,
        on: str | None = "",
        after: str | None = None,
        volume: int | None = 30,
        calls: int | None = None,
        never: tuple[str, ...] = (),
    ) -> Callable[[Stage], Stage]:
        """Enter a stage; what starts plays in the bathroom and is paused, if nothing else is said."""
        plays = arrival in MUSIC
        where = on if on != "" else ("bathroom" if plays else None)
        ends = departure or (Reason.PAUSED if plays else Reason.ALREADY_SILENT)
        loud = volume if plays else None
        most = calls if calls is not None else _MOST_CALLS[plays]

        def entered(stage: Stage) -> Stage:
            self.all.append(Scenario(name, seen, stage, arrival, ends, where, after, loud, most, never))
            return stage

        return entered


def lived_through(each: Scenario, spotify: Remote, directory: Path) -> Result:
    """Set the stage, let somebody come and go, look around, and return what became of it."""
    with visitors(spotify, directory) as house:
        acts = each.stage(house)
        next(acts)

        def meanwhile(_house: Visitors) -> None:
            next(acts, None)

        result = Result(each, house.comes_and_goes(meanwhile))
        next(acts, None)
        return result


def show_results(results: Sequence[Result]) -> None:
    """Print what came of scenarios: one line each."""
    print(f"\n{'scenario':<80}  {'outcome':<29}  {'plays':<32}  calls  seconds")
    for each in results:
        calls, seconds = each.visited.all_calls, each.visited.took.total_seconds()
        print(f"{each.scenario.name:<80}  {each.outcome:<29}  {each.plays:<32}  {calls:>5}  {seconds:>7.1f}")
