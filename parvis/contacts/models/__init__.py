"""Parties: persons, households and organisations, each aspect a table of dated versions."""

from .addresses import Address, ContactPoint
from .banking import BankAccount
from .handovers import CardHandover
from .households import Household, HouseholdMember, Relation
from .merging import Merge, MergeStep
from .organisations import (
    BookEntry,
    BookToken,
    Organisation,
    OrganisationAddress,
    OrganisationKind,
    OrganisationName,
    OrganisationNumber,
    OrganisationPoint,
    OrganisationProfile,
    PersonCapacity,
    PersonRole,
)
from .persons import Identifier, Person, PersonBirth, PersonLanguage, PersonName, PersonResidence
from .references import AddressList, ReferenceStreet, ReferenceWord
from .search import NumberPiece, PersonIndex, PersonToken

__all__ = [
    "Address",
    "AddressList",
    "BankAccount",
    "BookEntry",
    "BookToken",
    "CardHandover",
    "ContactPoint",
    "Household",
    "HouseholdMember",
    "Identifier",
    "Merge",
    "MergeStep",
    "NumberPiece",
    "Organisation",
    "OrganisationAddress",
    "OrganisationKind",
    "OrganisationName",
    "OrganisationNumber",
    "OrganisationPoint",
    "OrganisationProfile",
    "Person",
    "PersonBirth",
    "PersonCapacity",
    "PersonIndex",
    "PersonLanguage",
    "PersonName",
    "PersonResidence",
    "PersonRole",
    "PersonToken",
    "ReferenceStreet",
    "ReferenceWord",
    "Relation",
]
