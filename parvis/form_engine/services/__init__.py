from .drafts import close_draft, draft_by_code, drop_expired_drafts, open_draft, save_draft
from .publishing import publish_form
from .uploads import attach_uploads, remove_upload

__all__ = [
    "attach_uploads",
    "close_draft",
    "draft_by_code",
    "drop_expired_drafts",
    "open_draft",
    "publish_form",
    "remove_upload",
    "save_draft",
]
