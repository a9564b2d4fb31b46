from .aways import Away
from .cases import Case
from .items import WorkItem, WorkItemEvent
from .versions import ProcessVersion

__all__ = ["Away", "Case", "ProcessVersion", "WorkItem", "WorkItemEvent"]
