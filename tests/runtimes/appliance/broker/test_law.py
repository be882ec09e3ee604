from pathlib import Path

from spottypottysense.runtimes.appliance.broker.law import Place, people_law, server_law

HUB = "CN=spotty.hub,OU=ff"


def place(directory: Path) -> Place:
    """Return a place whose paths hold what a home directory may hold."""
    paths = [directory / name for name in ("server.pem", "ca.pem", "people.conf", "store", "nats.log")]
    return Place("127.0.0.1", 8883, 1, 2, *paths)


def test_a_sensor_speaks_and_hears_for_itself_alone() -> None:
    """A sensor's line names its own topics and no other; the hub mirrors them for all."""
    law = people_law(HUB, {"CN=bath,OU=1": "bath", "CN=hall,OU=2": "hall"})
    bath = law[law.index("CN=bath") : law.index("CN=hall")]
    says = ", ".join(f'"sensors.bath.{word}"' for word in ("motion", "switch", "status", "register"))
    assert f"publish: {{ allow: [{says}] }}" in bath
    assert 'subscribe: { allow: ["sensors.bath.config", "sensors.bath.commands", "$MQTT.sub.>"] }' in bath
    assert "hall" not in bath
    assert law.count("*") == 6
    assert law.count('allowed_connection_types: ["MQTT"]') == 3


def test_the_law_does_not_depend_on_the_order_of_admission() -> None:
    """The same people make the same text."""
    people = {"CN=b,OU=2": "b", "CN=a,OU=1": "a"}
    assert people_law(HUB, people) == people_law(HUB, dict(reversed(people.items())))


def test_paths_cannot_break_out_of_their_quotes() -> None:
    """A quote or backslash in a directory's name stays part of the name."""
    law = server_law(place(Path('/home/a "b\\c/é')))
    assert 'store_dir: "/home/a \\"b\\\\c/é/store"' in law
    assert "sync_interval: always" in law
    assert "max_payload: 131072" in law
    assert law.count("verify_and_map: true") == 2
