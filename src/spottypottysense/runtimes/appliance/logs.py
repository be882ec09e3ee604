"""One line per piece of work: JSON for machines, short text on a terminal, and never a secret.

Use `logging.getLogger("spotty")` and pass what matters as fields:
`logger.info("motion", extra={"sensor": sensor_id, "reason": reason})`.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import TextIO

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_TELLTALE = r"(?:token|secret|password|passphrase|verifier)"
_IS = r"[\\\"']*\s*[:=]\s*"
_QUOTED = r"b?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_RULES = (
    (
        re.compile(r"(?s)-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)"),
        "***",
    ),
    (re.compile(rf"(?i)(authorization{_IS})(?:{_QUOTED}|[\\\"']*[^\r\n\"']+)"), r"\1***"),
    (re.compile(rf"(?i)({_TELLTALE}{_IS})(?:{_QUOTED}|[\\\"']*[^\s\"'&\\]+)"), r"\1***"),
    (re.compile(r"(?i)\b(bearer\s+)[^\s\"',;]+"), r"\1***"),
    (re.compile(r"(?i)\b(basic\s+)[A-Za-z0-9+/=_-]{12,}"), r"\1***"),
    (re.compile(r"([?&](?:code|state)=)[^\s&\"']+"), r"\1***"),
    # Spotify's own: access tokens begin with BQ, refresh tokens and codes with AQ.
    (re.compile(r"\b[AB]Q[A-Za-z0-9_-]{60,}"), "***"),
    # Our own: access tokens, and links that work once.
    (re.compile(r"\bspotty_[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"), "***"),
    (re.compile(r"(/app/(?:set-up|join|reset)#)[A-Za-z0-9_-]+"), r"\1***"),
)


def redacted(text: str) -> str:
    """Return `text` with whatever looks like a token, a password or a private key masked.

    This is the last defence: secrets are `Secret`s and should not come this far.
    """
    for pattern, mask in _RULES:
        text = pattern.sub(mask, text)
    return text


def set_up(level: str, form: str, stream: TextIO) -> logging.Handler:
    """Log what is ours from `level` up, and others' warnings, to `stream`; return the handler.

    `form` is `json`, `text`, or `auto`: text if the stream is a terminal.
    """
    if form == "auto":
        form = "text" if stream.isatty() else "json"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(TextLines() if form == "text" else JsonLines())
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old.formatter, JsonLines)]:
        root.removeHandler(old)
    root.addHandler(handler)
    logging.getLogger("spotty").setLevel(level.upper())
    return handler


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message, the fields, and a traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line without secrets."""
        return json.dumps(self._parts(record) | self._fields(record) | self._traceback(record))

    def _parts(self, record: logging.LogRecord) -> dict[str, object]:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return {
            "at": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(_message(record)),
        }

    def _fields(self, record: logging.LogRecord) -> dict[str, object]:
        return {name: _harmless(name, value) for name, value in vars(record).items() if name not in _STANDARD}

    def _traceback(self, record: logging.LogRecord) -> dict[str, object]:
        text = record.exc_text or (self.formatException(record.exc_info) if record.exc_info else "")
        return {"traceback": redacted(text)} if text else {}


class TextLines(JsonLines):
    """`2026-11-22T20:00:00.000Z info motion sensor=bath reason=arrived`, a traceback below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line without secrets, and its traceback on lines of their own."""
        parts = self._parts(record)
        words = [str(parts["at"]), str(parts["level"]), _one_line(str(parts["message"]))]
        words += [f"{name}={_quoted(value)}" for name, value in self._fields(record).items()]
        return "\n".join([" ".join(words), *map(str, self._traceback(record).values())])


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):
        return f"{record.msg} {record.args}"


def _harmless(name: str, value: object) -> object:
    """Return a field as JSON can say it, masked if its name or its text tells of a secret."""
    if re.search(rf"(?i)(?:authorization|{_TELLTALE})\Z", name):
        return "***"
    if value is None or isinstance(value, bool | int | float):
        return value
    return redacted(value.isoformat() if isinstance(value, datetime) else str(value))


def _one_line(text: str) -> str:
    """Return the text with line ends and other control characters spelt out, so that none forges a line."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _quoted(value: object) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) and text.isprintable() else json.dumps(text)
