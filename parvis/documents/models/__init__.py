from parvis.documents.models.files import Document, DocumentProposal, DocumentWord, FileText, StoredFile
from parvis.documents.models.heads import LetterHead
from parvis.documents.models.templates import LetterTemplate

__all__ = ["Document", "DocumentProposal", "DocumentWord", "FileText", "LetterHead", "LetterTemplate", "StoredFile"]
