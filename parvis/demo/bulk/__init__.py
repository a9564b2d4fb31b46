"""Realistic data by bulk, for measuring: persons, households, dated addresses, dossiers, requests, decisions, money, ten years of journal.

Written past the services, in batches of ``plan.BATCH`` persons, each in a transaction of its own with one mutation line and the digest
of what it wrote. The same seed gives the same data. Interrupted, it goes on where it stopped; done, it does nothing again.
Nothing is imported here: the processes that make batches start with ``worker`` alone.
"""
