"""The address book: what it shows of organisations and of persons in their capacity."""
