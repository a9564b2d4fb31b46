from parvis.documents.models.files import Document, DocumentProposal, DocumentWord, FileText, StoredFile
from parvis.documents.models.templates import LetterTemplate

__all__ = ["Document", "DocumentProposal", "DocumentWord", "FileText", "LetterTemplate", "StoredFile"]
