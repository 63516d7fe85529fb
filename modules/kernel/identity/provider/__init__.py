"""This installation as an OAuth 2 and OpenID Connect provider, on django-oauth-toolkit.

Authorization code with PKCE for people, whatever they use; client credentials for partners. What
it gives out are the same tokens as `manage.py token`, after RFC 9068; nobody but `urls` and the
settings refers to what is here.
"""
