from .drafts import Draft
from .forms import FormVersion

__all__ = ["Draft", "FormVersion"]
