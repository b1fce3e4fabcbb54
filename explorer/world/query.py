"""Asks for images in words, as in ``label == "cat" and wrong``: a safe evaluator over whole arrays.

The text is read by Python's own parser and then only a few kinds of nodes are followed, none of which can call
or reach anything; each works on all images at once. Two words are ours: ``file ~ "n02*"`` (a pattern) and
``file startswith "n02"``.
"""

from __future__ import annotations

import ast
import difflib
import io
import operator
import re
import tokenize
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

from explorer.errors import QueryError
from explorer.world.compare import Value, compared, flags, numbers
from explorer.world.properties import Bool, Flags, Numbers, Property, Words

LONGEST = 2000
"""Characters of a query."""

_LIKE, _STARTS = "@", "<<"
"""Operators of Python that stand for ours while it is parsed; both bind tighter than a comparison."""

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}  # fmt: skip

_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "none": None}


def matching(text: str, properties: Mapping[str, Property]) -> Bool:
    """The images (N,) bool that a query describes.

    Args:
        text: names of properties, texts in quotes and numbers; ``and or not``, ``== != < <= > >=``, ``in``,
            ``~`` with ``*`` for anything, ``startswith``, ``+ - * / %``; ``none`` for what is not known.
        properties: by name.

    Raises:
        QueryError: what is wrong, and which names there are.
    """
    try:
        return flags(_value(_parsed(text), properties))
    except OverflowError as error:
        raise QueryError("a number of the query is too large") from error
    except ZeroDivisionError as error:  # of two numbers; those of images are not a number then
        raise QueryError("the query divides by zero") from error
    except (RecursionError, MemoryError) as error:
        raise QueryError("the query is nested too deeply; write it in a flatter way") from error


def _parsed(text: str) -> ast.expr:
    """The query as a tree."""
    if not text.strip():
        raise QueryError('the query is empty; try label == "cat" and wrong, or confidence < 0.5')
    if len(text) > LONGEST:
        raise QueryError(f"the query has {len(text)} characters; at most {LONGEST} are read")
    try:
        return ast.parse(_translated(text.strip()), mode="eval").body
    except (SyntaxError, tokenize.TokenError, ValueError) as error:
        raise QueryError(f'{_where(text, error)}; a query reads like label == "cat" and confidence < 0.5') from error


def _translated(text: str) -> str:
    """The text with our own words as operators of Python's."""
    tokens = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.string in (_LIKE, _STARTS) and token.type == tokenize.OP:
            raise SyntaxError(f"{token.string!r} means nothing here")
        ours = {"~": _LIKE, "startswith": _STARTS}.get(token.string) if token.type != tokenize.STRING else None
        tokens.append((token.type, token.string) if ours is None else (tokenize.OP, ours))
    return tokenize.untokenize(tokens)


def _where(text: str, error: Exception) -> str:
    """What the parser did not understand, in a few words."""
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return "two things are compared by == and not by ="
    reason = str(error.msg if isinstance(error, SyntaxError) else error.args[0] if error.args else error)
    return f"the query cannot be read ({reason})"


def _value(node: ast.expr, properties: Mapping[str, Property]) -> Value:
    """What a part of the query stands for."""
    match node:
        case ast.Constant(value=str() | bool() | int() | float() | None as value):
            return value
        case ast.Name(id=name):
            return _named(name, properties)
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return tuple(_value(part, properties) for part in parts)
        case ast.BoolOp(op=op, values=parts):
            join = np.logical_and if isinstance(op, ast.And) else np.logical_or
            return Flags(reduce(join, (flags(_value(part, properties)) for part in parts)))
        case ast.UnaryOp(op=ast.Not(), operand=part):
            return Flags(~flags(_value(part, properties)))
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return _number(-numbers(_value(part, properties)))
        case ast.Compare(left=left, ops=ops, comparators=others):
            values = [_value(part, properties) for part in (left, *others)]
            pairs = zip(ops, values, values[1:], strict=False)
            return Flags(reduce(np.logical_and, (compared(type(op).__name__, a, b) for op, a, b in pairs)))
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return Flags(compared("Like", _value(left, properties), _value(right, properties)))
        case ast.BinOp(left=left, op=ast.LShift(), right=right):
            return Flags(compared("StartsWith", _value(left, properties), _value(right, properties)))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            with np.errstate(all="ignore"):  # what cannot be worked out is not a number, and compares as false
                done = _ARITHMETIC[type(op)](numbers(_value(left, properties)), numbers(_value(right, properties)))
            return _number(done)
    raise QueryError(f"{_shown(node)} is not part of a query; it takes names, texts, numbers, and, or, not, in, ~")


def _number(value: Any) -> Value:
    """A number of every image, or one for all."""
    return Numbers(value) if isinstance(value, np.ndarray) else float(value)


def _named(name: str, properties: Mapping[str, Property]) -> Value:
    if name.lower() in _CONSTANTS and name not in properties:
        return _CONSTANTS[name.lower()]
    if name in properties:
        return properties[name]
    owner = next((key for key, found in properties.items() if isinstance(found, Words) and name in found.names), None)
    if owner is not None:
        raise QueryError(f'a text is written in quotes: {owner} == "{name}"')
    close = difflib.get_close_matches(name, properties, 1)
    meant = f", did you mean {close[0]}?" if close else ""
    raise QueryError(f"nothing is called {name}{meant}; there are {', '.join(sorted(properties))}")


def _shown(node: ast.expr) -> str:
    """A part of the query as it was written, shortened."""
    text = ast.unparse(node).replace(f" {_LIKE} ", " ~ ").replace(f" {_STARTS} ", " startswith ")
    return text if len(text) <= 40 else f"{text[:39]}…"
