"""Reads a Belgian identity card on the agent's own machine and hands its files to the open page. Nothing is kept."""
