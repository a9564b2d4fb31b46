"""Parties: persons and households, each aspect a table of dated versions."""

from .addresses import Address, ContactPoint
from .banking import BankAccount
from .households import Household, HouseholdMember, Relation
from .persons import Identifier, Person, PersonBirth, PersonLanguage, PersonName
from .references import AddressList, ReferenceStreet, ReferenceWord
from .search import PersonIndex, PersonToken

__all__ = [
    "Address",
    "AddressList",
    "BankAccount",
    "ContactPoint",
    "Household",
    "HouseholdMember",
    "Identifier",
    "Person",
    "PersonBirth",
    "PersonIndex",
    "PersonLanguage",
    "PersonName",
    "PersonToken",
    "ReferenceStreet",
    "ReferenceWord",
    "Relation",
]
