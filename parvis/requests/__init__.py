"""Every demand with its receipt, lines, legal clocks and progress, whatever the channel."""
