"""Texts of clauses as HTML: Markdown and what editors paste, with everything taken out that could run or load."""

from html import escape, unescape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "blockquote", "ul", "ol", "li", "dl", "dt", "dd", "h4", "h5", "h6"),
    *("table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
    *("strong", "b", "em", "i", "u", "s", "del", "sub", "sup", "code", "a"),
}
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
LEVEL = {"h1": "h4", "h2": "h4", "h3": "h4", "h4": "h5"}  # below the headings of the page around the text

# HTML is let through to be cleaned: what is harmless stays, what is not goes instead of standing there as code.
# An indented line is an indented line of an official text, no program; dashes under a line make it no heading; of
# pictures the words remain.
_markdown = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable("table")
_markdown.disable(["code", "lheading"])
_markdown.validateLink = lambda url: True  # addresses that are none of ours lose them below, the words stay
_markdown.add_render_rule("image", lambda self, tokens, place, options, env: escape(tokens[place].content))


def html(text: str) -> SafeString:
    """Return a clause text (Markdown, possibly with HTML in it) as HTML that is safe in any page."""
    tokens = _markdown.parse(text or "")
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = LEVEL.get(token.tag, "h6")
    raw = _markdown.renderer.render(tokens, _markdown.options, {})
    clean = nh3.clean(raw, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES)
    return mark_safe(clean)  # noqa: S308 (nh3 has just cleaned it)


def plain(text: str) -> str:
    """Return the words of a clause text without any mark-up, for feeds and messages. It is not escaped."""
    return unescape(nh3.clean(html(text), tags=set(), attributes={})).strip()
