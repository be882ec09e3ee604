"""The read-only status page: rooms, what plays, and why."""

from datetime import datetime
from html import escape

from spottypottysense.api.overview import DecisionLine, Overview, RoomOverview

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>SpottyPottySense</title>
<link rel="stylesheet" href="/app/status.css">
</head>
<body>
<header><h1>SpottyPottySense</h1><p>{at} UTC</p></header>
<main>
{notices}
<section aria-label="Rooms" class="rooms">
{rooms}
</section>
<section aria-labelledby="decisions">
<h2 id="decisions">Latest decisions</h2>
<table>
<thead><tr><th>Time (UTC)</th><th>Room</th><th>What</th><th>Why</th></tr></thead>
<tbody>
{decisions}
</tbody>
</table>
</section>
</main>
</body>
</html>
"""

STYLE = """
:root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 14%, transparent);
  --plays: #1a7f4b; font-family: system-ui, sans-serif; line-height: 1.45; }
@media (prefers-color-scheme: dark) { :root { --plays: #5fd39a; } }
body { margin: 0 auto; max-width: 60rem; padding: 1rem; }
header { display: flex; justify-content: space-between; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; }
.rooms { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
article { border: 1px solid var(--soft); border-radius: .6rem; padding: .8rem 1rem; }
article h2 { margin: 0 0 .3rem; } article p { margin: .15rem 0; }
.plays { border-color: var(--plays); } .plays .music { color: var(--plays); font-weight: 600; }
.small { font-size: .85rem; opacity: .8; }
.notice { border-left: .25rem solid #c77700; padding: .3rem .8rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; padding: .25rem .5rem .25rem 0; border-bottom: 1px solid var(--soft);
  vertical-align: top; } td:first-child { white-space: nowrap; font-variant-numeric: tabular-nums; }
"""


def status_page(house: Overview) -> str:
    """Return the page as HTML; everything that came from outside is escaped."""
    return _PAGE.format(
        at=_clock(house.at),
        notices="\n".join(f'<p class="notice">{escape(notice)}</p>' for notice in house.notices),
        rooms="\n".join(_card(room) for room in house.rooms) or "<p>There are no rooms yet.</p>",
        decisions="\n".join(_row(line) for line in house.decisions)
        or '<tr><td colspan="4">Nothing has moved yet.</td></tr>',
    )


def _card(room: RoomOverview) -> str:
    plays = room.music == "plays"
    music = f"♪ {escape(room.speaker)} plays" if plays else escape(room.music)
    todo = f'<p class="small">{escape(room.advice)}</p>' if room.advice else ""
    here = "Somebody is here" if room.occupied else "Nobody is here"
    until = f"; it counts as empty at {_clock(room.ends_at)} unless something moves" if room.ends_at else ""
    since = f" since {_clock(room.since)}" if room.occupied else ""
    sensors = escape(", ".join(room.sensors) or "no sensor yet")
    return (
        f'<article class="{"plays" if plays else "silent"}"><h2>{escape(room.name)}</h2>'
        f"<p>{here}{since}{until}.</p>"
        f'<p class="music">{music}</p>{todo}<p class="small">{sensors}</p></article>'
    )


def _row(line: DecisionLine) -> str:
    what = f"{line.event.replace('_', ' ')}: {line.action}"
    cells = (_clock(line.at), line.room or line.sensor, what, f"{line.why} {line.advice}".strip())
    return "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>"


def _clock(moment: datetime | None) -> str:
    return f"{moment:%H:%M:%S}" if moment is not None else ""
