"""The provider: tokens of people by code and PKCE, of partners by credentials, and their end."""

import base64
import hashlib
import json
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils.crypto import get_random_string
from joserfc import jwt
from joserfc.jwk import KeySet
from pytest_django import Settings

from modules.kernel.contracts import Principal, PrincipalKind
from modules.kernel.identity import BadToken, TokenVerifier, issuing
from modules.kernel.identity.issuers import issuers_of
from modules.kernel.identity.models import subject_of
from modules.kernel.identity.revocations import Revocations

pytestmark = pytest.mark.django_db

REDIRECT = "https://app.example/back"


@pytest.fixture(autouse=True)
def scopes(settings: Any) -> None:
    settings.QUARRY_SCOPES = {
        f"things:{one}": f"To {one} things" for one in ("read", "write", "import", "delete")
    }


def registered(*arguments: str) -> dict[str, str]:
    out = StringIO()
    call_command("oauth_client", *arguments, stdout=out)
    return dict(line.split(": ") for line in out.getvalue().splitlines())


def verifier(*, every_seconds: float = 0.0) -> TokenVerifier:
    ours = issuing()
    return TokenVerifier(
        issuers_of(own=ours.keys, issuer=ours.issuer, audience=ours.audience, others=[]),
        is_revoked=Revocations(every_seconds=every_seconds, clock=Ticking()).has,
    )


class Ticking:
    """This is a clock that goes on by an hour at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 3_600
        return self.now


def token(**said: str) -> Any:
    return Browser().post("/oauth/token", said)


class TestAPartner:
    @pytest.fixture
    def client(self) -> dict[str, str]:
        return registered("acme", "--scopes", "things:write things:import", "--plan", "gold")

    def asked(self, client: dict[str, str], **more: str) -> Any:
        return token(grant_type="client_credentials", **client, **more)

    def test_gets_a_token_in_its_own_name(self, client: dict[str, str]) -> None:
        answer = self.asked(client, scope="things:write")
        assert answer.status_code == 200, answer.content
        assert verifier().principal(answer.json()["access_token"]) == Principal(
            kind=PrincipalKind.PARTNER,
            subject=client["client_id"],
            client_id=client["client_id"],
            scopes=frozenset({"things:write"}),
            plan="gold",
        )

    def test_gets_no_more_than_it_was_registered_with(self, client: dict[str, str]) -> None:
        answer = self.asked(client, scope="things:write things:delete")
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")

    def test_gets_nothing_with_a_wrong_secret(self, client: dict[str, str]) -> None:
        answer = self.asked(client | {"client_secret": "guessed"})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")

    def test_is_told_that_none_is_given_out_where_no_key_is(
        self, client: dict[str, str], settings: Settings, tmp_path: Path
    ) -> None:
        settings.QUARRY_TOKEN_KEYS, settings.QUARRY_TOKEN_KEYS_MADE = str(tmp_path), False
        answer = self.asked(client)
        assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
        assert str(tmp_path) not in answer.content.decode()

    def test_may_take_its_token_back(self, client: dict[str, str]) -> None:
        got = self.asked(client).json()["access_token"]
        known = verifier(every_seconds=1.0)
        assert known.principal(got).subject == client["client_id"]
        assert Browser().post("/oauth/revoke", {"token": got, **client}).status_code == 200
        with pytest.raises(BadToken, match="taken back"):
            known.principal(got)

    def test_takes_back_nobody_elses(self, client: dict[str, str]) -> None:
        other = registered("other", "--scopes", "things:read")
        got = self.asked(client).json()["access_token"]
        Browser().post("/oauth/revoke", {"token": got, **other})
        assert verifier(every_seconds=1.0).principal(got).subject == client["client_id"]


class TestAPerson:
    @pytest.fixture
    def user(self) -> User:
        return User.objects.create_user("ann", password="a long enough one")

    @pytest.fixture
    def app(self) -> str:
        said = ("--scopes", "things:read things:write", "--redirect-uri", REDIRECT, "--trusted")
        return registered("app", *said)["client_id"]

    def code(self, app: str, user: User, verifier: str, **changed: str) -> dict[str, list[str]]:
        """This has the person log in and agree, and gives what the app is sent."""
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": app,
            "redirect_uri": REDIRECT,
            "scope": "openid things:read",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
            "state": "s",
        } | changed
        browser = Browser()
        browser.force_login(user)
        answer = browser.get("/oauth/authorize", {k: v for k, v in asked.items() if v})
        return parse_qs(urlsplit(answer.headers.get("Location", "")).query)

    def exchanged(self, app: str, code: str, verifier: str) -> Any:
        return token(
            grant_type="authorization_code",
            client_id=app,
            code=code,
            redirect_uri=REDIRECT,
            code_verifier=verifier,
        )

    def test_gets_a_token_by_code_and_pkce(self, app: str, user: User) -> None:
        secret = get_random_string(64)
        sent = self.code(app, user, secret)
        got = self.exchanged(app, sent["code"][0], secret).json()
        found = verifier().principal(got["access_token"])
        assert (found.kind, found.subject) == (PrincipalKind.CUSTOMER, subject_of(user))
        assert sent["iss"] == [issuing().issuer]

    def test_is_named_in_the_id_token_that_the_published_keys_verify(
        self, app: str, user: User
    ) -> None:
        secret = get_random_string(64)
        code = self.code(app, user, secret)["code"][0]
        got = self.exchanged(app, code, secret).json()
        published = KeySet.import_key_set(Browser().get("/.well-known/jwks.json").json())
        claims = jwt.decode(got["id_token"], published, algorithms=["RS256"]).claims
        assert (claims["sub"], claims["aud"]) == (subject_of(user), app)

    def test_must_log_in_first(self, app: str) -> None:
        answer = Browser().get("/oauth/authorize", {"client_id": app, "response_type": "code"})
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith(f"{settings.LOGIN_URL}?next=")

    def test_gets_nothing_with_another_verifier(self, app: str, user: User) -> None:
        code = self.code(app, user, get_random_string(64))["code"][0]
        answer = self.exchanged(app, code, get_random_string(64))
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_gets_nothing_for_a_code_that_was_used(self, app: str, user: User) -> None:
        secret = get_random_string(64)
        code = self.code(app, user, secret)["code"][0]
        assert self.exchanged(app, code, secret).status_code == 200
        assert self.exchanged(app, code, secret).status_code == 400

    def refreshed(self, app: str, got: dict[str, str]) -> Any:
        return token(grant_type="refresh_token", client_id=app, refresh_token=got["refresh_token"])

    def got(self, app: str, user: User) -> dict[str, str]:
        secret = get_random_string(64)
        found: dict[str, str] = self.exchanged(
            app, self.code(app, user, secret)["code"][0], secret
        ).json()
        return found

    def test_stays_logged_in_by_a_refresh_token(self, app: str, user: User) -> None:
        assert self.refreshed(app, self.got(app, user)).status_code == 200

    def test_gets_nothing_more_once_the_account_is_closed(self, app: str, user: User) -> None:
        got, secret = self.got(app, user), get_random_string(64)
        code = self.code(app, user, secret)["code"][0]
        user.is_active = False
        user.save()
        for answer in (self.refreshed(app, got), self.exchanged(app, code, secret)):
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")

    def test_has_every_program_ask_anew_after_a_new_password(self, app: str, user: User) -> None:
        got, known, secret = self.got(app, user), verifier(every_seconds=1.0), get_random_string(64)
        assert known.principal(got["access_token"]).subject == subject_of(user)
        code = self.code(app, user, secret)["code"][0]
        user.set_password("another long one")
        user.save()
        for answer in (self.refreshed(app, got), self.exchanged(app, code, secret)):
            assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        with pytest.raises(BadToken, match="taken back"):
            known.principal(got["access_token"])

    @pytest.mark.parametrize(
        "changed",
        [
            {"code_challenge": "", "code_challenge_method": ""},
            {"code_challenge_method": "plain"},
            {"redirect_uri": "https://evil.example/back"},
            {"response_type": "token"},
        ],
    )
    def test_is_sent_nowhere_with_a_code(
        self, app: str, user: User, changed: dict[str, str]
    ) -> None:
        sent = self.code(app, user, get_random_string(64), **changed)
        assert "code" not in sent
        assert "access_token" not in sent


def test_the_provider_describes_itself() -> None:
    said = Browser().get("/.well-known/openid-configuration").json()
    assert said["issuer"] == issuing().issuer
    assert said["jwks_uri"] == f"{issuing().issuer}/.well-known/jwks.json"
    assert json.dumps(said["code_challenge_methods_supported"]) == '["S256"]'
    # A program without a secret reads here that it may ask for tokens.
    assert "none" in said["token_endpoint_auth_methods_supported"]
    assert "none" in said["revocation_endpoint_auth_methods_supported"]


def test_a_scope_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="there is no scope 'things:steal'"):
        registered("acme", "--scopes", "things:steal")


def test_a_scope_of_the_house_is_given_to_nobody_who_has_made_an_account(settings: Any) -> None:
    settings.QUARRY_HOUSE_SCOPES = ["things:write"]
    with pytest.raises(CommandError, match="'things:write' is for the house only"):
        registered("app", "--scopes", "things:write", "--redirect-uri", "https://app.example/back")
    assert "client_secret" in registered("stock", "--scopes", "things:write")
