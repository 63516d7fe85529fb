"""What operators fill in."""

from django import forms


class DropForm(forms.Form):
    """This is why a message is given up, which stays in the audit trail, and how much with it."""

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
        help_text="Stays in the audit trail, for whoever asks later where the message went.",
        error_messages={"required": "Say why: a message is dropped with a reason only."},
    )
    whole_key = forms.BooleanField(required=False)


class SettleForm(forms.Form):
    """This is why a step of a saga is taken as done; it stays in the audit trail."""

    reason = forms.CharField(
        label="Reason",
        max_length=1000,
        widget=forms.Textarea(attrs={"class": "input", "rows": 4}),
        help_text="What was done by hand, or why nothing need be done. Stays in the audit trail.",
        error_messages={"required": "Say why: a step is settled with a reason only."},
    )
