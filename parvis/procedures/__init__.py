"""A published service: its form, process, letter, lines of request and terms, in numbered versions."""
