"""Closed lists other contexts may name."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class NameKind(models.TextChoices):
    OFFICIAL = "official", _("Official name")
    BIRTH = "birth", _("Name at birth")
    ALIAS = "alias", _("Also known as")


class Sex(models.TextChoices):
    FEMALE = "F", _("Woman")
    MALE = "M", _("Man")
    OTHER = "X", _("Other")
    UNKNOWN = "", _("Not known")


class ResidenceTitle(models.TextChoices):
    """On what ground a person stays in Belgium: the papers that a counter is shown. What follows from each is for the rules to say."""

    BELGIAN = "belgian", _("Belgian")
    CARD_A = "card_a", _("Card A (limited stay)")
    CARD_B = "card_b", _("Card B (unlimited stay)")
    CARD_EU = "card_eu", _("Card EU or E (Union citizen)")
    CARD_EU_PLUS = "card_eu_plus", _("Card EU+ or E+ (permanent stay, Union citizen)")
    CARD_F = "card_f", _("Card F (family of a Union citizen)")
    CARD_F_PLUS = "card_f_plus", _("Card F+ (permanent stay, family of a Union citizen)")
    CARD_H = "card_h", _("Card H (European blue card)")
    CARD_K = "card_k", _("Card K or C (establishment)")
    CARD_L = "card_l", _("Card L or D (long-term resident)")
    CARD_M = "card_m", _("Card M or N (withdrawal agreement)")
    ORANGE = "orange", _("Orange card (certificate of registration)")
    ANNEX_8 = "annex_8", _("Annex 8 (Union citizen, registered)")
    ANNEX_15 = "annex_15", _("Annex 15 (waiting for a card)")
    ANNEX_19 = "annex_19", _("Annex 19 (Union citizen, asked)")
    ANNEX_19TER = "annex_19ter", _("Annex 19ter (family of a Union citizen, asked)")
    ANNEX_26 = "annex_26", _("Annex 26 (international protection, asked)")
    ANNEX_26Q = "annex_26q", _("Annex 26quinquies (international protection, asked again)")
    ANNEX_35 = "annex_35", _("Annex 35 (appeal pending)")
    ORDER = "order", _("Order to leave the territory")
    NONE = "none", _("No residence title")
    OTHER = "other", _("Another title")


class IdentifierKind(models.TextChoices):
    NISS = "niss", _("National number")
    BIS = "bis", _("Bis number")
    SPECIMEN = "specimen", _("Specimen number")
    AVS = "avs", _("Swiss social insurance number")
    NIR = "nir", _("French social security number")
    CARD = "card", _("Identity card number")


class AddressKind(models.TextChoices):
    DOMICILE = "domicile", _("Domicile")
    RESIDENCE = "residence", _("Actual residence")
    REFERENCE = "reference", _("Reference address")
    POSTAL = "postal", _("Postal address")


class OfficeKind(models.TextChoices):
    """Addresses of an organisation."""

    SEAT = "seat", _("Registered office")
    SITE = "site", _("Place of activity")
    POSTAL = "postal", _("Postal address")
    BILLING = "billing", _("Address for invoices")


class PointKind(models.TextChoices):
    PHONE = "phone", _("Phone")
    EMAIL = "email", _("E-mail address")


class Channel(models.TextChoices):
    """The way that a person or organisation prefers for our mail."""

    ANY = "", _("No preference")
    POST = "post", _("by post")
    EMAIL = "email", _("by e-mail")


class PartyKind(models.TextChoices):
    """What an organisation, or a person on their own account, is to the centre. Filters the address book."""

    LANDLORD = "landlord", _("Landlord")
    DOCTOR = "doctor", _("Doctor")
    CARE = "care", _("Care provider or hospital")
    PHARMACY = "pharmacy", _("Pharmacy")
    CURATOR = "curator", _("Administrator of persons and property")
    LAWYER = "lawyer", pgettext_lazy("kind of contact", "Lawyer")
    BAILIFF = "bailiff", _("Bailiff")
    INSURER = "insurer", _("Health insurance fund")
    SCHOOL = "school", _("School")
    EMPLOYER = "employer", _("Employer")
    JOB_OFFICE = "job_office", _("Employment office")
    UTILITY = "utility", _("Energy or water supplier")
    AUTHORITY = "authority", _("Public authority")
    ASSOCIATION = "association", _("Association")
    SUPPLIER = "supplier", _("Supplier")
    OTHER = "other", pgettext_lazy("kind of contact", "Other contact")


class OrgNumberKind(models.TextChoices):
    ENTERPRISE = "enterprise", _("Enterprise number")
    VAT = "vat", _("VAT number")
    INAMI = "inami", _("INAMI number")
    UID = "uid", _("Swiss enterprise number")
    SIRET = "siret", _("SIRET number")


class RoleKind(models.TextChoices):
    """What a person is in, or to, an organisation. Those in CLIENT_ROLES are its clients; the others work there."""

    DIRECTOR = "director", pgettext_lazy("role in an organisation", "director")
    CONTACT = "contact", pgettext_lazy("role in an organisation", "contact person")
    STAFF = "staff", pgettext_lazy("role in an organisation", "member of staff")
    OWNER = "owner", pgettext_lazy("role in an organisation", "owner")
    TRUSTEE = "trustee", pgettext_lazy("role in an organisation", "member of the board")
    PRACTITIONER = "practitioner", pgettext_lazy("role in an organisation", "practitioner")
    SIGNATORY = "signatory", pgettext_lazy("role in an organisation", "who may sign")
    TENANT = "tenant", pgettext_lazy("role in an organisation", "tenant")
    PATIENT = "patient", pgettext_lazy("role in an organisation", "patient")
    INSURED = "insured", pgettext_lazy("role in an organisation", "insured person")
    PUPIL = "pupil", pgettext_lazy("role in an organisation", "pupil or student")
    EMPLOYEE = "employee", pgettext_lazy("role in an organisation", "employee")
    PROTECTED = "protected", pgettext_lazy("role in an organisation", "protected person")
    CUSTOMER = "customer", pgettext_lazy("role in an organisation", "customer")


CLIENT_ROLES = (
    RoleKind.TENANT,
    RoleKind.PATIENT,
    RoleKind.INSURED,
    RoleKind.PUPIL,
    RoleKind.EMPLOYEE,
    RoleKind.PROTECTED,
    RoleKind.CUSTOMER,
)


class RelationKind(models.TextChoices):
    """What ``person`` is to ``other``. Names by sex and from the other side: ``kinship``."""

    PARENT = "parent", _("parent of")
    CHILD = "child", _("child of")
    ADOPTER = "adopter", _("adoptive parent of")
    STEP_PARENT = "step_parent", _("step-parent of")
    FOSTER = "foster", _("foster parent of")
    SPOUSE = "spouse", _("married to")
    EX_SPOUSE = "ex_spouse", _("divorced from")
    COHABITANT = "cohabitant", _("legal cohabitant of")
    PARTNER = "partner", _("partner of")
    EX_PARTNER = "ex_partner", _("former partner of")
    SIBLING = "sibling", _("brother or sister of")
    GRANDPARENT = "grandparent", _("grandparent of")
    GUARDIAN = "guardian", _("guardian of")
    CURATOR = "curator", _("administrator of the property of")
    DEBTOR = "debtor", _("maintenance debtor of, by judgment,")
    TRUSTED = "trusted", _("trusted person of")
    OTHER = "other", _("other relation with")
    #: No family: a landlord who is a person, and the tenant. Read through ``tenancy.selectors``.
    LANDLORD = "landlord", _("landlord of")


class HouseholdRole(models.TextChoices):
    HEAD = "head", _("reference person")
    PARTNER = "partner", pgettext_lazy("role in the household", "partner")
    CHILD = "child", pgettext_lazy("role in the household", "child")
    PARENT = "parent", pgettext_lazy("role in the household", "parent")
    OTHER = "other", pgettext_lazy("role in the household", "other member")


class ContactLanguage(models.TextChoices):
    FRENCH = "fr", _("French")
    DUTCH = "nl", _("Dutch")
    GERMAN = "de", _("German")
    ENGLISH = "en", _("English")
