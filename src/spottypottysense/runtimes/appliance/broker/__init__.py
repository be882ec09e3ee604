"""The embedded MQTT broker: who may connect, what each may say, and keeping it alive."""
