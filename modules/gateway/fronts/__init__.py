"""Three front ends over the same compositions: web (rich), mobile (small), partner (stable).

Each has its own URLs, shapes, OpenAPI document and scopes. They decide what is shown and how
much of it; what may be done is decided by the modules.
"""
