from parvis.documents.models.files import Document, StoredFile
from parvis.documents.models.templates import LetterTemplate

__all__ = ["Document", "LetterTemplate", "StoredFile"]
