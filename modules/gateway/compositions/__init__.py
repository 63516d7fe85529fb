"""What the front ends show, each an answer in parts over what modules publish.

The shop's pages and the three front ends are made of these; they only shape what is found. No
rule of the business is here: what an order's state means is said by ordering, and in a
customer's words by `order_progress`.
"""
