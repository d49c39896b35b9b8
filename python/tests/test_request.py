"""`masque/_request.py`, the types of what `Spec` takes, is made from the program's table of flags; `MASQUE_BLESS=1` writes it anew."""

import json
import keyword
import os
import pathlib
import textwrap

from masque import _masque

FILE = pathlib.Path(__file__).parent.parent / "masque/_request.py"

HEAD = '''"""What `masque.Spec` takes, for type checkers: names of `masque generate`'s flags. Made by tests/test_request.py; not for editing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

Value = str | float | os.PathLike[str] | Mapping[str, Any]


class Distribution(TypedDict, total=False):
    """A quantity that is spread: one of `value`, `mean` with `stddev` or `median`, `uniform`, `points` or `peaks`; and bounds."""

    value: float
    mean: float
    stddev: float
    median: float
    uniform: Sequence[float]
    points: Sequence[Mapping[str, float]]
    peaks: Sequence[Mapping[str, float]]
    min: float
    max: float


Quantity = float | Distribution
'''


def is_group(schema):
    return schema.get("type") == "object"


def kind(name, schema):
    """The type of a flag's value."""
    if is_group(schema):
        return "".join(part.title() for part in name.split("-")) + "Group"
    if schema.get("type") == "boolean":
        return "bool"
    if "anyOf" not in schema:
        return "Value"
    one, other = schema["anyOf"]
    if other.get("type") == "array":
        return f"{kind(name, one)} | Sequence[{kind(name, one)}]"
    if "enum" in one:
        number = " | float" if any(choice.isdigit() for choice in one["enum"]) else ""
        return f"Literal[{', '.join(json.dumps(choice) for choice in one['enum'])}]{number}"
    return "Quantity"


def fields(names):
    """Lines of a class with these names."""
    for name, schema in sorted(names.items()):
        if keyword.iskeyword(name):
            continue  # its other name can be written
        yield f"    {name.replace('-', '_')}: {kind(name, schema)}"
        if "description" in schema:
            text = schema["description"].replace('"', "'").replace("\\", "\\\\")
            yield from textwrap.wrap(f'"""{text}"""', 136, initial_indent="    ", subsequent_indent="    ", break_long_words=False)


def generate(schema):
    whole = schema["properties"]
    share = whole.pop("mix")["items"]["properties"]
    common = {name: one for name, one in share.items() if whole.get(name) == one}
    text = [HEAD]

    def add(title, told, names, base="TypedDict"):
        text.append(f'\n\nclass {title}({base}, total=False):\n    """{told}"""\n\n' + "\n".join(fields(names)))

    for name, group in sorted({**whole, **common}.items()):
        if is_group(group):
            members = "".join(f'    "{key.replace("-", "_")}": {kind(key, one)},\n' for key, one in sorted(group["properties"].items()))
            title = kind(name, group)
            text.append(f'\n{title} = TypedDict("{title}", {{\n{members}}}, total=False)\n')
    add("_OfAShare", "Flags that a share of a mix may have of its own.", common)
    text.append("\n")
    add("Share", "One shape of requests in a mix.", {"weight": {"type": "number", "anyOf": [{}, {}]}}, "_OfAShare")
    text[-1] = text[-1].replace("weight: Quantity", "weight: float") + "\n"
    add("Request", "What `Spec` takes.", {name: one for name, one in whole.items() if name not in common}, "_OfAShare")
    text.append('\n    mix: Sequence[Share]\n    """Shapes of requests, of which each record is one."""\n')
    return "".join(text)


def test_the_types_are_those_of_the_flags():
    made = generate(json.loads(_masque._schema()))
    if os.environ.get("MASQUE_BLESS"):
        FILE.write_text(made)
    assert FILE.read_text() == made, "run it again with MASQUE_BLESS=1"
