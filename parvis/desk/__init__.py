"""The agents' home: what must I do now, where is it, find anything."""
