"""The names in a piece of SQL: what may be a table, without what only looks like one.

Called by the query guard. Not a parser of SQL: an owned table's name (``payments_payment``)
is no word that stands anywhere by chance, so every identifier counts, wherever it stands —
in joins, subqueries, common table expressions and qualified columns alike. What must not
count is text: string literals and comments.
"""

import re

# In the order in which they are tried. A block comment may hold others (PostgreSQL), which
# no regular expression follows; it is skipped by hand.
_TOKEN = re.compile(
    r"""
      (?P<line_comment>--[^\n]*)
    | (?P<block_comment>/\*)
    | (?P<escape_string>\b[eE]'(?:[^'\\]|\\.|'')*')
    | (?P<string>'(?:[^']|'')*')
    | (?P<dollar_string>\$(?P<tag>[A-Za-z_]\w*)?\$.*?\$(?(tag)(?P=tag))\$)
    | "(?P<quoted>(?:[^"]|"")+)"
    | `(?P<backticked>[^`]+)`
    | (?P<word>[^\W\d][\w$]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def names_in(sql: str) -> frozenset[str]:
    """This gives every identifier of the statement, in lower case and without its quotes.

    Lower case also for quoted ones: where a database tells ``"Order"`` from ``order``, the
    guard is the stricter of the two.
    """
    names = set()
    at = 0
    while match := _TOKEN.search(sql, at):
        at = match.end()
        if match["block_comment"]:
            at = _end_of_comment(sql, at)
        elif name := match["quoted"] or match["backticked"] or match["word"]:
            names.add(name.replace('""', '"').lower())
    return frozenset(names)


def _end_of_comment(sql: str, at: int) -> int:
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, at)):
        depth += 1 if edge[0] == "/*" else -1
        at = edge.end()
    return at if not depth else len(sql)
