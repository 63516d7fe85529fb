"""What is asked of a password, and what a new one ends. Named in `AUTH_PASSWORD_VALIDATORS`."""

from django.contrib.auth.password_validation import MinimumLengthValidator

from modules.kernel.identity.provider.tokens import take_back_all_of


class PasswordRule(MinimumLengthValidator):
    """This asks for a length, and has programs let in anew under a new password.

    A validator, since those are what Django tells of every password that is changed, wherever
    that is done: in its admin, by a command, in a page of a module.
    """

    def password_changed(self, password: str, user: object) -> None:
        """This takes back what programs were given: one of them may be why it was changed."""
        take_back_all_of(user)
