"""What is built, and who says so: facility files, the catalog of parts, and the site that the physics reads."""

from facilities.checks import check
from facilities.computing import performance
from facilities.loading import load, names
from facilities.schema import Facility

__all__ = ["Facility", "check", "load", "names", "performance"]
