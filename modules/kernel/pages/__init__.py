"""Pages as every module draws them: one layout, one set of design tokens, one content policy.

A module's template extends ``pages/base.html`` and loads its own small stylesheet beside
``pages/quarry.css``. Nothing is loaded from another host and nothing stands inline, so
that the policy in `content_policy` can refuse both.
"""
