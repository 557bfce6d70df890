"""Many short texts analysed in one go: what a call costs is paid once, not for each of ten thousand words."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple, TypeVar

from searchkit.analysis import Joined, Token, joined, tokens

Item = TypeVar("Item", Token, Joined)


class Reading(NamedTuple):
    """The tokens and joined forms of one text; offsets are into it."""

    tokens: tuple[Token, ...]
    joined: tuple[Joined, ...]


def readings(texts: Iterable[str]) -> dict[str, Reading]:
    """The reading of each different text; the texts have no line ends in them.

    >>> [token.key for token in readings(["TP.HCM", "Hoà"])["TP.HCM"].tokens]
    ['tp', 'hcm']
    """
    different = list(dict.fromkeys(texts))
    whole = "\n".join(different)
    starts = list(accumulate((len(text) + 1 for text in different), initial=0))
    all_tokens, all_joined = tokens(whole), joined(whole)
    first_tokens = [bisect_left(all_tokens, start, key=_start) for start in starts]
    first_joined = [bisect_left(all_joined, start, key=_start) for start in starts]
    return {
        text: Reading(
            tuple(_moved(token, -start) for token in all_tokens[first_tokens[n] : first_tokens[n + 1]]),
            tuple(_moved(form, -start) for form in all_joined[first_joined[n] : first_joined[n + 1]]),
        )
        for n, (text, start) in enumerate(zip(different, starts))
    }


def _start(item: Token | Joined) -> int:
    return item.start


def _moved(item: Item, by: int) -> Item:
    return item._replace(start=item.start + by, end=item.end + by)
