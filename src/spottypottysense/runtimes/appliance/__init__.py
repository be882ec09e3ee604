"""The whole house in one process on one machine."""
