"""Results as Markdown and as HTML; nothing of an article can become markup of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, urlsplit

from searchkit.rendering.lines import clean, pieces
from searchkit.rendering.look import Format, Look
from searchkit.rendering.plain import facts, headline, title_of
from searchkit.results import Answer, Hit, PassageHit, Results

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")  # means something to Markdown anywhere on a line
_LEADING = re.compile(r"(\s*)([-+#=:]|\d+(?=[.)]))")  # and these at its start only
_URL_SAFE = "/:?#@!$&'*+,;=%~-._"
_STYLE = (
    "body{max-width:46rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
    "h3{margin:1.5rem 0 0}.reference,.count{color:#666;font-size:.9rem;margin:0}"
    "blockquote{margin:.3rem 0;white-space:pre-line}mark{background:#fd6}.remark,.error{color:#a40}"
)


def markdown_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The answer as a section of a Markdown document."""
    where = f"Line {answer.line}: " if answer.line is not None else ""
    yield f"## {where}{markdown_text(answer.query)}"
    yield ""
    if answer.error is not None:
        yield f"Error: {markdown_text(str(answer.error))}"
        yield ""
    elif answer.results is not None:
        yield from _markdown_results(answer.results)


def _markdown_results(results: Results) -> Iterator[str]:
    yield headline(results)
    yield ""
    for hit in results.hits:
        yield from _markdown_hit(hit)
    for suggestion in results.suggestions:
        yield f"Did you mean: **{markdown_text(suggestion)}**"
        yield ""


def _markdown_hit(hit: Hit) -> Iterator[str]:
    number = f"{hit.rank}. "
    margin = " " * len(number)
    yield f"{number}{_markdown_title(hit)}  "
    yield margin + " · ".join(markdown_text(fact) for fact in facts(hit))
    yield ""
    for passage in hit.passages:
        yield f"{margin}> {_markdown_passage(passage)}"
        yield ""
    for remark in _remarks(hit):
        yield margin + markdown_text(remark)
        yield ""


def _markdown_title(hit: Hit) -> str:
    title = f"**{markdown_text(title_of(hit))}**"
    link = safe_url(hit.url)
    return f"[{title}](<{link}>)" if link else title


def _markdown_passage(passage: PassageHit) -> str:
    return "".join(
        f"**{markdown_text(piece)}**" if lit else markdown_text(piece, strip=False)
        for piece, lit in pieces(passage.text, passage.highlights)
    ).strip()


def markdown_text(text: str, strip: bool = True) -> str:
    """The text on one line, read by Markdown as plain text.

    >>> print(markdown_text("- 5.3: *tỉnh* <b>"))
    \\- 5.3: \\*tỉnh\\* &lt;b&gt;
    """
    text = clean(text).strip() if strip else clean(text)
    text = _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
    return _LEADING.sub(_escape_leading, text, count=1) if _LEADING.match(text) else text


def _escape_leading(found: re.Match[str]) -> str:
    space, sign = found.groups()
    # A number is a list item by the full stop or bracket after it: that one is escaped.
    return f"{space}{sign}\\" if sign.isdigit() else f"{space}\\{sign}"


def html_begin(look: Look) -> Iterator[str]:
    """The head of a page that stands on its own: no script, nothing fetched."""
    yield "<!DOCTYPE html>"
    yield '<html lang="vi">'
    yield '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>searchkit</title><style>{_STYLE}</style></head>"
    yield "<body>"


def html_end(look: Look) -> Iterator[str]:
    """The end of the page."""
    yield "</body>"
    yield "</html>"


def html_lines(answer: Answer, look: Look) -> Iterator[str]:
    """The answer as a section of an HTML page."""
    where = f"Line {answer.line}: " if answer.line is not None else ""
    yield "<section>"
    yield f"<h2>{where}{html_text(answer.query)}</h2>"
    if answer.error is not None:
        yield f'<p class="error">{html_text(str(answer.error))}</p>'
    elif answer.results is not None:
        yield from _html_results(answer.results)
    yield "</section>"


def _html_results(results: Results) -> Iterator[str]:
    yield f'<p class="count">{html_text(headline(results))}</p>'
    for hit in results.hits:
        yield "<article>"
        yield f"<h3>{hit.rank}. {_html_title(hit)}</h3>"
        yield f'<p class="reference">{html_text(" · ".join(facts(hit)))}</p>'
        for passage in hit.passages:
            yield f"<blockquote>{_html_passage(passage)}</blockquote>"
        for remark in _remarks(hit):
            yield f'<p class="remark">{html_text(remark)}</p>'
        yield "</article>"
    for suggestion in results.suggestions:
        yield f"<p>Did you mean: <strong>{html_text(suggestion)}</strong></p>"


def _html_title(hit: Hit) -> str:
    link = safe_url(hit.url)
    title = html_text(title_of(hit))
    return f'<a href="{escape(link)}" rel="noopener noreferrer">{title}</a>' if link else title


def _html_passage(passage: PassageHit) -> str:
    return "".join(
        f"<mark>{html_text(piece)}</mark>" if lit else html_text(piece)
        for piece, lit in pieces(passage.text, passage.highlights)
    )


def html_text(text: str) -> str:
    """The text with everything that HTML would read escaped, and its control characters gone.

    >>> html_text('<b onclick="x">Tỉnh & ủy')
    '&lt;b onclick=&quot;x&quot;&gt;Tỉnh &amp; ủy'
    """
    return escape("\n".join(clean(line) for line in text.split("\n")))


def _remarks(hit: Hit) -> Iterator[str]:
    if hit.missing:
        yield f"lacks: {', '.join(hit.missing)}"
    if hit.duplicates:
        yield f"{len(hit.duplicates)} more like it: {', '.join(hit.duplicates)}"


def safe_url(url: str | None) -> str | None:
    """A web address fit for a link, or None for anything that is not http or https.

    >>> safe_url("https://báo.vn/a b"), safe_url("javascript:alert(1)")
    ('https://b%C3%A1o.vn/a%20b', None)
    """
    if not url:
        return None
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return quote(url.strip(), safe=_URL_SAFE, errors="replace")


FORMATS = {
    "markdown": Format(markdown_lines),
    "html": Format(html_lines, begin=html_begin, end=html_end),
}
