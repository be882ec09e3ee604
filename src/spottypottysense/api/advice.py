"""What to do about a reason, in words: one phrase for each fix, and the page of all reasons."""

import re
import shlex
import sys
from pathlib import Path

from spottypottysense import reasons
from spottypottysense.reasons import Fix, Reason, fix, sentence

_PHRASES: dict[Fix, str] = {
    Fix.PLAY_HERE: "Play here all the same: `spotty play ROOM`.",
    Fix.END_SNOOZE: "End the snooze: `spotty snooze --end`, or for one room `spotty snooze ROOM --end`.",
    Fix.COME_HOME: "Switch the house to home: `spotty switch home`.",
    Fix.CONNECT: "Connect Spotify: `spotty connect EMAIL`.",
    Fix.SET_UP_APP: "Set id and secret of the Spotify app and start again; `spotty doctor` looks at them.",
    Fix.CHOOSE_ACCOUNT: "Choose whose Spotify plays: `spotty room set ROOM --account EMAIL`.",
    Fix.CHOOSE_SPEAKER: "Choose one of `spotty speakers EMAIL`: `spotty room set ROOM --speaker NAME`.",
    Fix.TEST_SPEAKER: "Switch the speaker on and test it: `spotty test-speaker ROOM`.",
    Fix.CHOOSE_CONTENT: "Choose what plays: `spotty room set ROOM --content LINK`.",
    Fix.ENABLE_SENSOR: "Switch the sensor on: `spotty sensor set SENSOR --on`.",
    Fix.REGISTER_SENSOR: "Register it: `spotty sensor add SENSOR --room ROOM`.",
}

_OVER_THEIR_MUSIC = "Play here all the same: `spotty play ROOM --take-over`."
_SOMEBODYS_OWN = frozenset({Reason.OWN_MUSIC, Reason.USER_TOOK_OVER})


def advice(reason: Reason, room: str = "", sensor: str = "", email: str = "") -> str:
    """Return what to do about `reason`, with its command, or nothing where nothing is to be mended.

    Names that are known stand in the command as a shell takes them; ROOM, SENSOR and EMAIL stay for others.
    """
    mended_by = fix(reason)
    if mended_by is None:
        return ""
    phrase = _OVER_THEIR_MUSIC if reason in _SOMEBODYS_OWN else _PHRASES[mended_by]
    words = {"ROOM": room, "SENSOR": sensor, "EMAIL": email}
    known = {word: shlex.quote(name) for word, name in words.items() if name}
    return re.sub(r"\b(ROOM|SENSOR|EMAIL)\b", lambda match: known.get(match[1], match[1]), phrase)


def with_advice(reason: Reason, room: str = "", sensor: str = "", email: str = "") -> str:
    """Return the sentence of `reason`, and what to do about it if anything is."""
    return " ".join(filter(None, (sentence(reason), advice(reason, room, sensor, email))))


def as_markdown() -> str:
    """Return the page of all reasons."""
    return _PAGE + "\n".join(_section(title, codes) for title, codes in _groups())


def _groups() -> list[tuple[str, list[Reason]]]:
    """Return the reasons as their table is ordered, under the comments that divide it."""
    source = Path(reasons.__file__).read_text(encoding="utf-8")
    table = source[source.index("class Reason") : source.index("_SENTENCES")]
    groups: list[tuple[str, list[Reason]]] = []
    for title, code in re.findall(r'^    (?:# (.+)\.|[A-Z_]+ = "(\w+)")$', table, re.M):
        if title:
            groups.append((title, []))
        else:
            groups[-1][1].append(Reason(code))
    return groups


def _section(title: str, codes: list[Reason]) -> str:
    rows = "".join(f"| `{code}` | {sentence(code)} | {advice(code)} |\n" for code in codes)
    return f"## {title}\n\n| reason | sentence | what to do |\n| --- | --- | --- |\n{rows}"


_PAGE = """# Reasons

Whatever the house does or leaves undone has one of these reasons. `spotty decisions` and the status page show
the sentence, and what to do about it. Written from the table in `reasons.py`; after a change, write it anew:

    .venv/bin/python -m spottypottysense.api.advice > docs/reasons.md

"""

if __name__ == "__main__":
    sys.stdout.write(as_markdown())
