"""Rooms, their sensors and the certificates by which a sensor is known."""
