"""What customers fill in."""

from dataclasses import dataclass

from django import forms

from modules.shipping.contracts import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class TestCard:
    """This is a card of the sandbox payment provider, whose behaviour is known."""

    __test__ = False  # pytest would take the name for a test

    token: str
    digits: str
    title: str
    explanation: str


TEST_CARDS = (
    TestCard(
        token="tok_ok",
        digits="4242",
        title="Works",
        explanation="The payment is approved at once.",
    ),
    TestCard(
        token="tok_declined",
        digits="0002",
        title="Declined",
        explanation="The bank says no; the order is undone and nothing is charged.",
    ),
    TestCard(
        token="tok_flaky",
        digits="0119",
        title="Flaky",
        explanation="The provider fails twice, then works: the order takes a moment longer.",
    ),
    TestCard(
        token="tok_timeout",
        digits="0044",
        title="Never answers",
        explanation="The provider stays silent; what it did is found out, then undone.",
    ),
)


#: What a browser may fill each field of an address with (HTML, 4.10.18.7).
_AUTOCOMPLETE = {
    "name": "name",
    "line1": "address-line1",
    "postal_code": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
    "country": "country-name",
}


class BasketLineForm(forms.Form):
    """This is how many of a SKU; with `add`, on top of what is there."""

    sku = forms.CharField(max_length=64)
    quantity = forms.IntegerField(min_value=0, max_value=999)
    add = forms.BooleanField(required=False)


class CheckoutForm(forms.Form):
    """This is where to send an order and how it is paid."""

    basket_id = forms.CharField(max_length=64, widget=forms.HiddenInput)
    name = forms.CharField(label="Full name", max_length=120)
    line1 = forms.CharField(label="Street and number", max_length=200)
    postal_code = forms.CharField(
        label="Postal code",
        max_length=20,
        required=False,
        help_text="Leave empty where there are none. The carrier refuses 00000.",
    )
    city = forms.CharField(label="City", max_length=120)
    region = forms.CharField(label="Region or state", max_length=120, required=False)
    country = forms.CharField(label="Country", max_length=120)
    payment_token = forms.ChoiceField(
        label="Card", choices=[(card.token, card.title) for card in TEST_CARDS], initial="tok_ok"
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Form's own arguments, handed on
        for name, purpose in _AUTOCOMPLETE.items():
            self.fields[name].widget.attrs |= {"class": "input", "autocomplete": purpose}

    def address(self) -> Address:
        """This gives the address that was filled in."""
        filled = self.cleaned_data
        return Address(**{name: filled[name] for name in _AUTOCOMPLETE})
