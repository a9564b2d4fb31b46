"""Official address lists: read (``formats``), loaded (``loading``), suggested while typing (``suggesting``). All offline."""
