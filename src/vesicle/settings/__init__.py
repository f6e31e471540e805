"""What an operator may set; every setting is declared once, in ``declared``."""

from vesicle.settings.declared import Settings
from vesicle.settings.declaring import SettingsError
from vesicle.settings.forms import S3Access
from vesicle.settings.loading import as_environment, load

__all__ = ["S3Access", "Settings", "SettingsError", "as_environment", "load"]
