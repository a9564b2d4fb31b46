"""What happens to papers and concerns others."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from parvis.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class PaperBroughtHome(Event):
    """A paper that no file held lies in this one now."""

    document_id: int
    dossier_id: int
    title: str
    data_class: str
    on: dt.date
