from .cases import Case
from .items import WorkItem, WorkItemEvent
from .versions import ProcessVersion

__all__ = ["Case", "ProcessVersion", "WorkItem", "WorkItemEvent"]
