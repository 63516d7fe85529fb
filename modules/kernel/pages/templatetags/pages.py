"""Template tags and filters of all pages: money, icons, and the link to where one is."""

from decimal import Decimal

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
#: Currencies whose minor unit is not a hundredth (ISO 4217).
_MINOR_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "VND": 0, "BHD": 3, "KWD": 3, "TND": 3}

#: In seconds, from the largest, each with the one below it.
_UNITS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


@register.filter
def money(amount_minor: int | None, currency: str) -> str:
    """This writes an amount in minor units for people: ``$1,234.50``; a dash where unknown."""
    if amount_minor is None:
        return "–"
    digits = _MINOR_DIGITS.get(currency, 2)
    amount = f"{Decimal(abs(amount_minor)).scaleb(-digits):,.{digits}f}"
    sign = "−" if amount_minor < 0 else ""
    symbol = _SYMBOLS.get(currency)
    return f"{sign}{symbol}{amount}" if symbol else f"{sign}{amount} {currency}"


@register.filter
def duration(seconds: float) -> str:
    """This writes a time span for people, by its two largest units: ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, smaller, smaller_unit in _UNITS:
        if whole >= size:
            rest = whole % size // smaller
            return f"{whole // size} {unit}" + (f" {rest} {smaller_unit}" if rest else "")
    return f"{whole} s"


@register.simple_tag
def icon(name: str) -> SafeString:
    """This draws an icon of the sprite; it is decoration, the words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" width="16" height="16"><use href="{}#{}"/></svg>',
        static("pages/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def current(context: template.Context, *url_names: str) -> SafeString | str:
    """This marks a navigation link as that of the present page."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name not in url_names:
        return ""
    return format_html(' aria-current="{}"', "page")
