"""The saga benchmark: checkouts of four steps, against DBOS doing the same writes."""
