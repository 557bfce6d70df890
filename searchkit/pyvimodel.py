"""pyvi's model and dictionary, read from the files of the installed package; pyvi itself is not imported.

pyvi ships a conditional random field (CRFsuite's own file format, inside a pickle of a scikit-learn
object) and a word list. The pickle is never executed: its opcodes are listed and the CRFsuite file is
the one string among them that starts with that format's mark. The format is the one that
CRFsuite 0.12 writes (`crf1d_model.c`, `cqdb.c`): little-endian, weights as 64-bit floats, which a
textual dump would round to six decimals. Reading takes about 30 ms, so nothing is cached on disk.
"""

from __future__ import annotations

import functools
import importlib.util
import pickletools
import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

from searchkit.errors import SearchkitError

BEGIN, INSIDE = 0, 1
_LABELS = ["B_W", "I_W"]
_MARK = "lCRF"
_HEADER = struct.Struct("<4sI4s9I")  # mark, size, type, version, counts of features, labels, attributes; offsets
_FEATURE = np.dtype([("kind", "<u4"), ("source", "<u4"), ("label", "<u4"), ("weight", "<f8")])
_STATE, _TRANSITION = 0, 1
_TOKEN = "word.lower():"
_FLAGS = (
    "bias", "word.isupper()", "word.istitle()", "word.isdigit()",
    "-1:word.istitle()", "-1:word.isupper()", "-1:word.bi_gram()", "-2:word.tri_gram()",
    "+1:word.istitle()", "+1:word.isupper()", "+1:word.bi_gram()", "+2:word.tri_gram()",
)  # fmt: skip


class Dictionary(NamedTuple):
    """Two- and three-syllable words as numbers: pair = first * size + second, triple = pair * size + third."""

    syllables: dict[str, int]  # numbered from 1: 0 is a syllable that is in no such word
    pairs: np.ndarray  # int64, not sorted
    triples: np.ndarray  # int64, sorted

    @property
    def size(self) -> int:
        """One more than the greatest number of a syllable."""
        return len(self.syllables) + 1


class Model(NamedTuple):
    """pyvi's weights, each as its score for "inside a word" less its score for "begins a word"."""

    here: dict[str, float]  # by the lower-cased token itself
    before: dict[str, float]  # by the token before
    after: dict[str, float]  # by the token after
    flags: dict[str, float]  # by pyvi's own names of its yes/no attributes
    transitions: np.ndarray  # 2 x 2, from label to label
    dictionary: Dictionary


@functools.cache
def read_model() -> Model:
    """The model of the installed pyvi; SearchkitError when it is not there or not of the known kind."""
    folder = _folder()
    try:
        weights, transitions = read_crf(crf_bytes((folder / "pyvi3.pkl").read_bytes()))
        dictionary = _read_dictionary((folder / "words.txt").read_bytes().decode())
    except (OSError, ValueError, struct.error) as error:
        raise SearchkitError(f"pyvi's model in {folder} cannot be read ({error})", _REINSTALL) from error
    return _model(weights, transitions, dictionary)


_REINSTALL = "Install pyvi again: python -m pip install --force-reinstall pyvi"


def _folder() -> Path:
    """Where pyvi keeps its models; finding a top-level package does not import it."""
    spec = importlib.util.find_spec("pyvi")
    if spec is None or not spec.submodule_search_locations:
        raise SearchkitError("pyvi is not installed", _REINSTALL)
    return Path(next(iter(spec.submodule_search_locations))) / "models"


def crf_bytes(pickled: bytes) -> bytes:
    """The CRFsuite file inside a pickle, found without executing the pickle.

    Protocols before 3 have no bytes: there it is a string whose code points are the bytes.
    """
    for _, argument, _ in pickletools.genops(pickled):
        if isinstance(argument, str) and argument.startswith(_MARK):
            return argument.encode("latin-1")
        if isinstance(argument, bytes) and argument.startswith(_MARK.encode()):
            return argument
    raise ValueError("no CRFsuite model in it")


def read_crf(data: bytes) -> tuple[dict[str, float], np.ndarray]:
    """A CRFsuite file's weight per attribute (inside less begin) and its transition scores, 2 x 2."""
    _, _, kind, version, _, _, _, features_at, labels_at, attributes_at, _, _ = _HEADER.unpack_from(data)
    if (kind, version) != (b"FOMC", 100):
        raise ValueError(f"unknown kind of model {kind!r} {version}")
    labels = _read_strings(data, labels_at)
    if labels != _LABELS:
        raise ValueError(f"unknown labels {labels}")
    attributes = _read_strings(data, attributes_at)
    count = struct.unpack_from("<4sII", data, features_at)[2]
    features = np.frombuffer(data, _FEATURE, count, features_at + 12)
    scores = np.zeros((len(attributes), 2))
    state = features[features["kind"] == _STATE]
    scores[state["source"], state["label"]] = state["weight"]
    transitions = np.zeros((2, 2))
    transition = features[features["kind"] == _TRANSITION]
    transitions[transition["source"], transition["label"]] = transition["weight"]
    return dict(zip(attributes, (scores[:, INSIDE] - scores[:, BEGIN]).tolist(), strict=True)), transitions


def _read_strings(data: bytes, at: int) -> list[str]:
    """The strings of a CQDB chunk in the order of their numbers, by its list of record offsets."""
    mark, _, _, _, count, offsets_at = struct.unpack_from("<4s5I", data, at)
    if mark != b"CQDB":
        raise ValueError("a table of strings is missing")
    strings = []
    for record in struct.unpack_from(f"<{count}I", data, at + offsets_at):
        start = at + record + 8  # after its number and its length
        strings.append(data[start : data.index(0, start)].decode())
    return strings


def _read_dictionary(lines: str) -> Dictionary:
    """The words of exactly two and three syllables; those with capitals can never match pyvi's look-up."""
    words = lines.split("\n")
    pairs = [word for word in words if word.count(" ") == 1]
    triples = [word for word in words if word.count(" ") == 2]
    flat = " ".join(pairs + triples).split(" ")
    syllables = {syllable: number for number, syllable in enumerate(dict.fromkeys(flat), 1)}
    numbers = np.fromiter(map(syllables.__getitem__, flat), np.int64, len(flat))
    size = len(syllables) + 1
    first, second = numbers[: 2 * len(pairs)].reshape(-1, 2).T
    a, b, c = numbers[2 * len(pairs) :].reshape(-1, 3).T
    return Dictionary(syllables, first * size + second, np.sort((a * size + b) * size + c))


def _model(weights: dict[str, float], transitions: np.ndarray, dictionary: Dictionary) -> Model:
    here, before, after, flags = {}, {}, {}, dict.fromkeys(_FLAGS, 0.0)
    by_token = {"": here, "-1:": before, "+1:": after}
    for name, weight in weights.items():
        place, is_token, token = name.partition(_TOKEN)
        table, attribute = (by_token.get(place), token) if is_token else (flags if name in flags else None, name)
        if table is None:
            raise SearchkitError(f"pyvi's model has an unknown attribute {name!r}", _REINSTALL)
        table[attribute] = weight
    return Model(here, before, after, flags, transitions, dictionary)
