"""The web front end, ``/web``: whole pages in one answer, with the state of each of their parts."""
