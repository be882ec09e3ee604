"""Carries notices to people: by whatever Apprise speaks, and always to the log."""

import logging
import threading
from collections.abc import Callable
from typing import Any

from spottypottysense.grants.model import Secret
from spottypottysense.notices.model import Notice
from spottypottysense.reasons import sentence

_log = logging.getLogger("spotty.notices")

_TITLE = "SpottyPottySense"


class Messenger:
    """Writes each notice to the log once, and sends it to the addresses in `urls` (Apprise's, by spaces).

    Addresses hold passwords: they are told apart by number, and Apprise's own log stays silent.
    `name_of` returns what people call a notice's subject.
    """

    def __init__(self, urls: Secret | None, name_of: Callable[[str], str]) -> None:
        self._urls = urls.reveal().split() if urls is not None else []
        self._name_of = name_of
        self._logged: set[str] = set()
        self._failing: set[int] = set()
        self._services: list[Any] | None = None
        self._guard = threading.Lock()

    def deliver(self, notice: Notice) -> bool:
        """Send the notice; it counts as delivered once one address took it, or if there is none."""
        name = self._name_of(notice.subject)
        if notice.id not in self._logged:
            self._logged.add(notice.id)
            said = {"subject": notice.subject, "reason": notice.reason, "detail": sentence(notice.reason)}
            _log.warning("notice", extra=said)
        if not self._urls:
            return True
        text = f"{name}: {sentence(notice.reason)}"
        taken = [self._send(number, service, text) for number, service in enumerate(self._loaded(), start=1)]
        return any(taken)

    def unusable(self) -> tuple[int, ...]:
        """Return the numbers, from 1, of addresses that Apprise does not understand."""
        return tuple(number for number, service in enumerate(self._loaded(), start=1) if not service)

    def _send(self, number: int, service: Any, text: str) -> bool:
        try:
            taken = bool(service) and bool(service.notify(body=text, title=_TITLE))
        except Exception as error:
            _log.debug("address fails", extra={"number": number, "error": type(error).__name__})
            taken = False
        if not taken and number not in self._failing:
            _log.error("a notice cannot be sent", extra={"address": number, "what_now": _WHAT_NOW})
        elif taken and number in self._failing:
            _log.info("notices can be sent again", extra={"address": number})
        self._failing = self._failing - {number} if taken else self._failing | {number}
        return taken

    def _loaded(self) -> list[Any]:
        """Return one Apprise per address, empty where it is not understood; loading takes 0.1 s, so late."""
        with self._guard:
            if self._services is None:
                self._services = _services(self._urls)
            return self._services


_WHAT_NOW = "It is tried again every minute; look at the address of this number in SPOTTY_NOTIFY_URLS."


def _services(urls: list[str]) -> list[Any]:
    if not urls:
        return []
    from apprise import Apprise  # noqa: PLC0415  heavy, and most houses do without

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    services = []
    for url in urls:
        service = Apprise()
        service.add([url])
        services.append(service)
    return services
