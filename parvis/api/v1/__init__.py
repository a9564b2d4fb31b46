"""Version 1 of the interface: importing it declares every address."""

from ..endpoint import api
from . import files, me, people, rights

for module in (me, people, files, rights):
    api.add_router("", module.router)
