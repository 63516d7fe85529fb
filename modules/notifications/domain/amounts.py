"""Amounts of money for people to read."""

# ISO 4217 gives most currencies two decimals; these are the others that are in use.
_NAMES_WITHOUT_DECIMALS = """
    BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF
"""
_WITHOUT_DECIMALS = frozenset(_NAMES_WITHOUT_DECIMALS.split())
_WITH_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def formatted(amount_minor: int, currency: str) -> str:
    """This gives an amount such as ``USD 1,234.50``."""
    decimals = 2
    if currency in _WITHOUT_DECIMALS:
        decimals = 0
    elif currency in _WITH_THREE_DECIMALS:
        decimals = 3
    sign = "−" if amount_minor < 0 else ""
    whole, fraction = divmod(abs(amount_minor), 10**decimals)
    tail = f".{fraction:0{decimals}d}" if decimals else ""
    return f"{currency} {sign}{whole:,}{tail}"
