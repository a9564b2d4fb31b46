"""Relations between persons: their names by sex and from both sides, the family as list and as picture, and who owes maintenance."""
