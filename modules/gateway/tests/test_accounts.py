"""Customers' accounts: a guest may shop, log in with a basket, and keep what was ordered."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from modules.gateway.tests.doubles import OrderingDouble
from modules.gateway.web import account
from modules.kernel.identity.models import subject_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ordering")]

PASSWORD = "stone by stone"


def put_something(browser: Client) -> str:
    """This fills a basket, and gives the id that the guest got with it."""
    browser.post("/shop/basket/lines", {"sku": "MUG", "quantity": 1})
    return str(browser.session["quarry_subject"])


def test_a_guest_becomes_a_customer_and_stays_who_they_were(ordering: OrderingDouble) -> None:
    browser = Client()
    guest = put_something(browser)
    said = {"username": "ann", "password1": PASSWORD, "password2": PASSWORD}
    answer = browser.post("/account/new", {**said, "next": "/shop/basket"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/shop/basket")
    assert subject_of(User.objects.get(username="ann")) == guest
    assert browser.session["quarry_subject"] == guest


def test_who_logs_in_keeps_the_basket(ordering: OrderingDouble) -> None:
    user = User.objects.create_user("ann", password=PASSWORD)
    browser = Client()
    put_something(browser)
    basket = browser.session["shop_basket_id"]
    browser.post("/account/login", {"username": "ann", "password": PASSWORD})
    assert browser.session["quarry_subject"] == subject_of(user)
    assert browser.session["shop_basket_id"] == basket


def test_a_wrong_password_is_told() -> None:
    answer = Client().post("/account/login", {"username": "ann", "password": "no"})
    assert answer.status_code == 422
    assert "correct username and password" in answer.text


def test_a_password_that_is_quickly_guessed_is_refused() -> None:
    said = {"username": "ann", "password1": "pebble", "password2": "pebble"}
    answer = Client().post("/account/new", said)
    assert answer.status_code == 422
    assert "at least 8 characters" in answer.text
    assert not User.objects.exists()


@pytest.mark.parametrize("how", ["get", "post"])
def test_who_has_an_account_is_given_no_other(how: str, ordering: OrderingDouble) -> None:
    ann = User.objects.create_user("ann", password=PASSWORD)
    browser = Client()
    browser.post("/account/login", {"username": "ann", "password": PASSWORD})
    said = {"username": "bob", "password1": PASSWORD, "password2": PASSWORD}
    answer = getattr(browser, how)("/account/new", said)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/shop/orders")
    assert [*User.objects.all()] == [ann]
    assert browser.session["quarry_subject"] == subject_of(ann)


def test_who_has_an_account_goes_on_where_they_wanted() -> None:
    browser = Client()
    browser.force_login(User.objects.create_user("ann"))
    answer = browser.get("/account/new", {"next": "/shop/basket"})
    assert answer.headers["Location"] == "/shop/basket"


def test_an_id_that_is_an_accounts_already_becomes_no_second_ones() -> None:
    browser = Client()
    guest = put_something(browser)
    ann = User.objects.create_user("ann")
    subject_of(ann, wanted=guest)  # In another window with the same session, meanwhile.
    said = {"username": "bob", "password1": PASSWORD, "password2": PASSWORD}
    assert browser.post("/account/new", said).status_code == 302
    bobs = subject_of(User.objects.get(username="bob"))
    assert bobs != guest
    assert browser.session["quarry_subject"] == bobs


def test_a_user_without_an_account_is_not_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **kwargs: object) -> str:
        raise OSError("the database is away")

    monkeypatch.setattr(account, "subject_of", fails)
    said = {"username": "bob", "password1": PASSWORD, "password2": PASSWORD}
    Client(raise_request_exception=False).post("/account/new", said)
    assert not User.objects.exists()


def test_nobody_is_sent_to_another_host_after_it() -> None:
    said = {"username": "ann", "password1": PASSWORD, "password2": PASSWORD}
    answer = Client().post("/account/new", {**said, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/shop/orders"


def test_logging_out_leaves_nothing(ordering: OrderingDouble) -> None:
    browser = Client()
    put_something(browser)
    browser.force_login(User.objects.create_user("ann"))
    browser.post("/account/logout")
    assert "quarry_subject" not in browser.session


@pytest.mark.parametrize("ended", ["closed", "deleted", "with a new password"])
def test_an_account_that_is_not_there_any_more_has_no_session(ended: str) -> None:
    user = User.objects.create_user("ann", password=PASSWORD)
    browser = Client()
    browser.post("/account/login", {"username": "ann", "password": PASSWORD})
    assert browser.get("/mobile/orders").status_code == 200
    if ended == "deleted":
        user.delete()
    elif ended == "closed":
        User.objects.update(is_active=False)
    else:
        user.set_password("pebble by pebble")
        user.save()
    assert browser.get("/mobile/orders").status_code == 401
    assert "quarry_subject" not in browser.session


def test_a_form_without_its_token_is_refused(ordering: OrderingDouble) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post("/account/login", {"username": "ann"}).status_code == 403


AUTHORIZE = "/oauth/authorize?client_id=app&redirect_uri=https%3A%2F%2Fapp.example%2Fback"


@pytest.mark.parametrize("path", ["/account/login", "/account/new"])
def test_who_came_from_a_program_goes_on_by_a_page_and_not_by_a_redirect(path: str) -> None:
    """A browser would hold the program's own address to the form's policy, and stop there."""
    if path == "/account/login":
        User.objects.create_user("ann", password=PASSWORD)
    said = {
        "username": "ann",
        "password": PASSWORD,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "next": AUTHORIZE,
    }
    browser = Client()
    answer = browser.post(path, said)
    assert answer.status_code == 200
    assert answer.headers["Refresh"] == f"0; url={AUTHORIZE}"
    assert f'href="{AUTHORIZE.replace("&", "&amp;")}"' in answer.text
    assert "_auth_user_id" in browser.session
