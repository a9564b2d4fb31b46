"""Reading of Belgian identity cards: pure functions, no database, no network.

``decode`` takes the files of one card (binary card files, the viewer's XML or binary
export) and returns what they say, with the state of their signatures.
"""

from .reading import EidAddress, EidReading, UnreadableCard, decode, decode_address, document_type_label

__all__ = ["EidAddress", "EidReading", "UnreadableCard", "decode", "decode_address", "document_type_label"]
