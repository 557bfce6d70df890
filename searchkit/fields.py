"""The fields that a query can name: their names in English and Vietnamese, marks optional."""

from __future__ import annotations

from searchkit.text import fold

TITLE, SUMMARY, TEXT, CAPTION = "title", "summary", "text", "caption"
AUTHOR, SOURCE, SECTION, DATE = "author", "source", "section", "date"
PATH, ID, URL, HAS = "path", "id", "url", "has"

_NAMES = {
    TITLE: "tựa tựa-đề tiêu-đề tít",
    SUMMARY: "sapo tóm-tắt",
    TEXT: "bài nội-dung",
    CAPTION: "chú-thích",
    AUTHOR: "tác-giả",
    SOURCE: "báo nguồn",
    SECTION: "mục chuyên-mục",
    DATE: "ngày",
    PATH: "đường-dẫn tệp",
    ID: "mã",
    URL: "liên-kết link",
    HAS: "có",
}
FIELDS = tuple(name for name in _NAMES if name != HAS)
KINDS = {TITLE: ("title",), SUMMARY: ("summary",), CAPTION: ("caption",), TEXT: ("body", "caption")}
EXAMPLES = {
    TITLE: "title:Huế",
    SUMMARY: "summary:Huế",
    TEXT: "text:Huế",
    CAPTION: "caption:Huế",
    AUTHOR: 'author:"Duy Tuấn"',
    SOURCE: "source:BHG",
    SECTION: "section:kinh-tế",
    DATE: "date:2021-03 or date:>=2021-03-05",
    PATH: "path:2021",
    ID: "id:bhg*",
    URL: "url:dantri",
    HAS: "has:author",
}


def find(name: str) -> str | None:
    """The field of that name, in any case, with or without marks; None where there is none.

    >>> find("tựa"), find("Tac_gia"), find("tuổi")
    ('title', 'author', None)
    """
    return _by_name().get(_plain(name))


def nearest(name: str) -> list[str]:
    """The fields with names like this one, the likeliest first.

    >>> nearest("autor")
    ['author']
    """
    from difflib import get_close_matches

    names = {alias: field for alias, field in _by_name().items() if len(alias) > 3}  # short names are near to anything
    close = get_close_matches(_plain(name), names, n=3, cutoff=0.7)
    return list(dict.fromkeys(names[found] for found in close))


def _plain(name: str) -> str:
    return fold(name).replace("_", "-")


def _by_name() -> dict[str, str]:
    return {_plain(alias): name for name, aliases in _NAMES.items() for alias in (name, *aliases.split())}
