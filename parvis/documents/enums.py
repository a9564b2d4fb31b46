from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Origin(TextChoices):
    INCOMING = "incoming", _("Received")
    PRODUCED = "produced", _("Produced")


class DocumentKind(TextChoices):
    """What a document is, in the words of the file."""

    IDENTITY = "identity", _("Identity document")
    RESIDENCE = "residence", _("Residence permit")
    INCOME = "income", _("Proof of income")
    HOUSING = "housing", _("Housing: lease, rent receipt")
    HEALTH = "health", _("Medical document")
    BANK = "bank", _("Bank document")
    COURT = "court", _("Judgment or legal document")
    REPORT = "report", _("Social report")
    REGISTER = "register", _("Register extract")
    RECEIPT = "receipt", _("Acknowledgement of receipt")
    PROPOSAL = "proposal", _("Proposal")
    NOTIFICATION = "notification", _("Notification of a decision")
    MINUTES = "minutes", _("Minutes")
    CLAIM = "claim", _("Recovery letter")
    ATTESTATION = "attestation", _("Attestation")
    LETTER = "letter", _("Letter")
    OTHER = "other", _("Other document")


class BlockKind(TextChoices):
    """Who holds the text of a block: the template, the computation or the worker."""

    LEGAL = "legal", _("Text of law")
    COMPUTED = "computed", _("Computed")
    FREE = "free", _("Free text")


#: Class of data of each kind of document: who may open it follows from the class.
DATA_CLASS: dict[str, str] = {
    DocumentKind.IDENTITY: "identity",
    DocumentKind.RESIDENCE: "identity",
    DocumentKind.REGISTER: "identity",
    DocumentKind.INCOME: "money",
    DocumentKind.BANK: "money",
    DocumentKind.ATTESTATION: "money",
    DocumentKind.HEALTH: "health",
    DocumentKind.COURT: "legal",
}
