"""Does an answer keep what the OpenAPI document promises? The part of JSON Schema that the document uses, strictly: what is not promised is a
fault."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from typing import Any

KNOWN = {
    "$ref", "anyOf", "type", "properties", "required", "items", "additionalProperties", "enum", "const", "pattern", "format", "title", "description",
    "default", "examples", "minimum", "maximum", "minLength", "maxLength",
}  # fmt: skip
TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
    "array": list,
    "null": type(None),
    "number": (int, float),
}
FORMATS = {"uuid": uuid.UUID, "date": dt.date.fromisoformat, "date-time": dt.datetime.fromisoformat}


def faults(value: Any, schema: dict[str, Any], parts: dict[str, Any], at: str = "$") -> list[str]:
    unknown = set(schema) - KNOWN
    assert not unknown, f"{at}: this check does not know {unknown}"
    if "$ref" in schema:
        return faults(value, parts[schema["$ref"].rsplit("/", 1)[1]], parts, at)
    if "anyOf" in schema:
        tried = [faults(value, one, parts, at) for one in schema["anyOf"]]
        return [] if [] in tried else [f"{at}: {value!r} is none of them: {tried}"]
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (kind == "integer" and isinstance(value, bool))):
        return [f"{at}: {value!r} is no {kind}"]
    found = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{at}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{at}: {value!r} does not fit {schema['pattern']}")
        if schema.get("format") in FORMATS:
            try:
                read = FORMATS[schema["format"]](value)
            except ValueError:
                found.append(f"{at}: {value!r} is no {schema['format']}")
            else:
                if isinstance(read, dt.datetime) and read.tzinfo is None:
                    found.append(f"{at}: {value!r} has no zone")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value]
        if schema.get("additionalProperties") is False:
            found += [f"{at}: {name} is not promised" for name in value if name not in known]
        for name, one in value.items():
            if name in known:
                found += faults(one, known[name], parts, f"{at}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            found += faults(one, schema["items"], parts, f"{at}[{number}]")
    return found
