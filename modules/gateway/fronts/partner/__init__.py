"""The partner front end, ``/partner/v1``: for other organisations' systems; stable and versioned.

Within a version nothing is removed or changes its meaning; fields may be added. What changes
something is answered 202 with a URL that tells what becomes of it.
"""
