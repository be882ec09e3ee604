"""What is done with grants: users connect and disconnect; tokens are kept fresh and handed out."""

from spottypottysense.grants.use_cases.app_health import AppWatch
from spottypottysense.grants.use_cases.connecting import Connections
from spottypottysense.grants.use_cases.refreshing import Grants

__all__ = ["AppWatch", "Connections", "Grants"]
