"""The stores of the appliance, in one SQLite file."""
