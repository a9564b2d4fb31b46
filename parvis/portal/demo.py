"""Citizens of the demonstration with an account. Nobody here exists."""

from __future__ import annotations

#: Their mailboxes: messages stay in the folder of the instance.
MAILBOXES = ("citoyen@courriel.example", "burger@courriel.example")
