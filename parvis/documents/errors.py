from parvis.kernel.errors import DomainError


class DocumentError(DomainError):
    """A gesture on documents that the rules do not allow."""


class UploadRefused(DocumentError):
    """The file was not taken. The message says what is wrong with it and what to do; nothing was kept."""


class BlockLocked(DocumentError):
    """A block of law or of computation cannot be typed over."""


class UnknownTemplate(DocumentError):
    """No letter template has this key."""
