"""Links to the next page of a list and back to its top."""

from __future__ import annotations


def pager(following: str, after: str) -> dict[str, str] | None:
    """``following``: cursor of the last row when there are others; ``after``: the cursor that this page follows."""
    if not following and not after:
        return None
    return {"next": f"?after={following}" if following else "", "previous": "?" if after else "", "text": ""}
