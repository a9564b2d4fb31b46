"""From the expression back to its text."""

from __future__ import annotations

from typing import Any

from .language import _LEAVES, _ROWS, Ast, _args

_BINDING = {"or": 1, "and": 2, "not": 3, "eq": 4, "ne": 4, "lt": 4, "le": 4, "gt": 4, "ge": 4, "in": 4,
            "add": 5, "sub": 5, "mul": 6, "div": 6, "neg": 7}  # fmt: skip
_WRITTEN = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
            "add": "+", "sub": "-", "mul": "*", "div": "/"}  # fmt: skip


def unparse(ast: Ast) -> str:
    """The textual form of a valid expression; ``parse`` reads it back to one of the same value."""
    return _write(ast, 0)


def _write(node: Ast, binding: int) -> str:
    if node is None or isinstance(node, bool):
        return {None: "null", True: "true", False: "false"}[node]
    if isinstance(node, int):
        return f"({node})" if node < 0 and binding > 6 else str(node)
    if isinstance(node, str):
        return '"' + node.replace("\\", "\\\\").replace('"', '\\"') + '"'
    operator, args = _args(node)
    if operator in _LEAVES:
        text = str(node[operator])
        return f"@{text}" if operator == "date" else f"{text}.0" if operator == "dec" and "." not in text else text
    if operator == "list":
        return "[" + ", ".join(_write(item, 0) for item in args) + "]"
    if operator in _ROWS:
        return f"{operator}({args[1]} in {_write(args[0], 5)}: {_write(args[2], 0)})"
    mine = _BINDING.get(operator)
    if mine is None:
        return f"{operator}(" + ", ".join(_write(item, 0) for item in args) + ")"
    text = _write_infix(operator, args, mine)
    return f"({text})" if mine < binding else text


def _write_infix(operator: str, args: list[Any], mine: int) -> str:
    if operator in {"and", "or"}:
        return f" {operator} ".join(_write(item, mine + 1) for item in args)
    if operator == "not":
        return f"not {_write(args[0], mine)}"
    if operator == "neg":
        return f"-({_write(args[0], 0)})"
    left = _write(args[0], 5 if mine == 4 else mine)
    return f"{left} {_WRITTEN[operator]} {_write(args[1], mine + 1)}"
