"""Reads pickles of strangers: only named classes, and no opcode that runs or allocates anything else.

Whoosh keeps its table of contents and schema as pickles. They are read here, never with `pickle.load`.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any

from searchkit.engines.arrays import damaged

_LARGEST = 1 << 24
_OPCODES = b"".join(
    (
        pickle.PROTO, pickle.FRAME, pickle.STOP, pickle.MARK, pickle.POP, pickle.POP_MARK, pickle.NONE, pickle.NEWTRUE, pickle.NEWFALSE,
        pickle.BININT, pickle.BININT1, pickle.BININT2, pickle.LONG1, pickle.BINFLOAT,
        pickle.BINUNICODE, pickle.SHORT_BINUNICODE, pickle.BINBYTES, pickle.SHORT_BINBYTES, pickle.BINSTRING, pickle.SHORT_BINSTRING,
        pickle.TUPLE, pickle.TUPLE1, pickle.TUPLE2, pickle.TUPLE3, pickle.EMPTY_TUPLE,
        pickle.EMPTY_LIST, pickle.APPEND, pickle.APPENDS, pickle.EMPTY_DICT, pickle.SETITEM, pickle.SETITEMS,
        pickle.EMPTY_SET, pickle.ADDITEMS, pickle.FROZENSET,
        pickle.GLOBAL, pickle.STACK_GLOBAL, pickle.REDUCE, pickle.NEWOBJ, pickle.BUILD,
        pickle.BINGET, pickle.LONG_BINGET, pickle.BINPUT, pickle.LONG_BINPUT, pickle.MEMOIZE,
    )
)  # fmt: skip


class _Unpickler(pickle._Unpickler):  # type: ignore[name-defined]
    # The plain-Python one: its memo is a dict, so that a large index in the file allocates nothing.
    dispatch = {code: load for code, load in pickle._Unpickler.dispatch.items() if code in _OPCODES}  # type: ignore[attr-defined]

    def __init__(self, file: io.BytesIO, allowed: Mapping[tuple[str, str], Callable[..., Any]]):
        super().__init__(file)
        self._allowed = allowed

    def find_class(self, module: str, name: str) -> Callable[..., Any]:
        try:
            return self._allowed[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"it names {module}.{name}") from None


def unpickle(data: bytes, allowed: Mapping[tuple[str, str], Callable[..., Any]], name: str) -> Any:
    """The pickled value; `allowed` maps (module, name) to what may be called for it. IndexDamaged for anything else.

    >>> import pickle
    >>> unpickle(pickle.dumps(["Hà Nội", 3]), {}, "mục lục")
    ['Hà Nội', 3]
    """
    if len(data) > _LARGEST:
        raise damaged(name, f"its pickle has {len(data)} bytes")
    try:
        return _Unpickler(io.BytesIO(data), allowed).load()
    except Exception as error:  # what a broken pickle raises is not limited to one kind
        raise damaged(name, f"it cannot be read safely ({error or type(error).__name__})") from error
