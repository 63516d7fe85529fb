"""What a visitor does in the shop, by what is written on the screen."""

from playwright.sync_api import Page, expect

FINAL_HEADING_WITHIN_MS = 20_000


def fill_basket(page: Page, *names: str) -> None:
    """This puts one of each product in the basket."""
    for name in names:
        page.goto("/")
        page.get_by_role("link", name=name).click()
        page.get_by_role("button", name="Add to basket").click()


def fill_in_checkout(page: Page, *, card: str = "Works", postal_code: str = "12209") -> None:
    """This fills in the checkout form, up to the button."""
    page.goto("/shop/checkout")
    page.get_by_label("Full name").fill("Maria Anders")
    page.get_by_label("Street and number").fill("Obere Str. 57")
    page.get_by_label("Postal code").fill(postal_code)
    page.get_by_label("City").fill("Berlin")
    page.get_by_label("Country").fill("Germany")
    page.get_by_role("radio", name=card).check()


def place_order(page: Page, *, card: str = "Works", postal_code: str = "12209") -> str:
    """This orders what is in the basket and gives the order's id."""
    fill_in_checkout(page, card=card, postal_code=postal_code)
    page.get_by_role("button", name="Place order").click()
    expect(page.get_by_role("heading", name="Your order", exact=True)).to_be_visible()
    return page.url.rpartition("/")[2]


def make_account(page: Page, name: str, password: str) -> None:
    """This makes an account, which one is then logged in to."""
    page.goto("/account/new")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_label("Password confirmation").fill(password)
    page.get_by_role("button", name="Make the account").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def log_out(page: Page) -> None:
    """This ends the session."""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name="Log in")).to_be_visible()


def log_in(page: Page, name: str, password: str) -> None:
    """This logs in from the page that asks for it."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    expect(page.get_by_role("button", name="Log out")).to_be_visible()


def wait_for(page: Page, headline: str) -> None:
    """This waits until the order's page says so."""
    heading = page.get_by_role("heading", name=headline)
    expect(heading).to_be_visible(timeout=FINAL_HEADING_WITHIN_MS)
