"""docs/json.md as data, and what a real document has that the page does not say, and the other way round.

A path names a value: `a` a field, `a[]` an element of the list `a`, `a.b` a field of an object. Where the last name of a
documented path is in capitals it stands for every name.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_HEADING = re.compile(r"^## (.+)$")
_ROW = re.compile(r"^\| `([^`]+)` \| ([^|]*) \|([^|]*)\|(.*)\|$")
_COMMAND = re.compile(r"`([^`]+)`")

_TYPES = {
    "text": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= -1,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}


@dataclass(frozen=True)
class Field:
    path: str
    type: str       # of _TYPES
    nullable: bool


def read_page(text: str) -> dict[str, list[Field]]:
    """command (without `json`) -> the fields of its document, those of documents inside it included."""
    rows: dict[str, list[tuple[str, str]]] = {}
    commands: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        if heading := _HEADING.match(line):
            commands = _COMMAND.findall(heading[1])
            if set(commands) & set(rows):
                raise ValueError(f"json.md:{number}: {heading[1]} is described twice")
            rows.update({command: [] for command in commands})
        elif row := _ROW.match(line):
            if not row[4].strip():
                raise ValueError(f"json.md:{number}: {row[1]} has no meaning")
            for command in commands:
                rows[command].append((row[1], row[2].strip()))
        elif line.startswith("| `"):
            raise ValueError(f"json.md:{number}: not a row of field, type, unit and meaning")
    return {command: list(_fields(rows, command, "")) for command in rows}


def _fields(rows: dict, command: str, prefix: str) -> Iterator[Field]:
    for path, type_text in rows[command]:
        nullable = type_text.endswith(" or null")
        type_name = type_text.removesuffix(" or null")
        inner = _COMMAND.fullmatch(type_name)
        if not inner and type_name not in _TYPES:
            raise ValueError(f"{command}: {path}: type {type_text!r}, expected one of {', '.join(_TYPES)} or a command")
        yield Field(prefix + path, "object" if inner else type_name, nullable)
        if inner:
            yield from _fields(rows, inner[1], f"{prefix}{path}.")


def values(document: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Every value of the document with its path; a list gives its elements only, an object itself and its fields."""
    if isinstance(document, list):
        for element in document:
            yield from values(element, f"{prefix}[]")
        return
    if prefix:
        yield prefix, document
    if isinstance(document, dict):
        for name, value in document.items():
            yield from values(value, f"{prefix}.{name}" if prefix else name)


def differences(fields: list[Field], documents: list[object]) -> list[str]:
    """What the page and the documents of one command do not agree about; the documents count together."""
    found = []
    seen: set[str] = set()
    for document in documents:
        for path, value in values(document):
            field = _field_of(fields, path)
            if field is None:
                found.append(f"{path}: not documented")
            elif not (field.nullable and value is None) and not _TYPES[field.type](value):
                found.append(f"{path}: {value!r} is not {field.type}")
            if field is not None:
                seen.add(field.path)
    found += [f"{field.path}: documented, but in no document" for field in fields if field.path not in seen]
    return sorted(set(found))


def _field_of(fields: list[Field], path: str) -> Field | None:
    parent = path.rpartition(".")[0]
    for field in fields:
        field_parent, _, name = field.path.rpartition(".")
        if field.path == path or (name.isupper() and field_parent == parent):
            return field
        # The object that holds names of a table needs no row of its own.
        if name.isupper() and field_parent == path and not any(each.path == path for each in fields):
            return Field(path, "object", False)
    return None
