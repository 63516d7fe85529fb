"""The mobile front end, ``/mobile``: the same pages in a quarter of the bytes at the most.

Fields can be chosen (``?fields=id,status``), an answer that the client has already is 304, and
what is empty or null is not sent.
"""
