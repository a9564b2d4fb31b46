"""An agent leaves."""
