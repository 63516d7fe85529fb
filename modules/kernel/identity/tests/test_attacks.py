"""Tokens that are refused, attack by attack. Each differs from a good token in one thing.

Source: RFC 8725 (what goes wrong with JWTs), RFC 9068 (what an access token has).
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import RSAKey

from modules.kernel.contracts import Principal, PrincipalKind
from modules.kernel.identity import BadToken, SigningKeys, TokenVerifier
from modules.kernel.identity.issuers import Issuer, issuers_of
from modules.kernel.identity.rules import Foreign

NOW = 1_800_000_000
ISSUER, AUDIENCE = "https://shop.example", "quarry"
ABROAD = "https://abroad.example"

Sign = Callable[..., str]
AsksAbroad = Callable[..., Principal]


class KeysAbroad:
    """These are the keys of another issuer that is believed."""

    def __init__(self) -> None:
        self.its = RSAKey.generate_key(2048, {"kid": "abroad"})
        self.is_published = True

    def key(self, kid: str) -> RSAKey | None:
        return self.its if self.is_published and kid == "abroad" else None


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> SigningKeys:
    keys = SigningKeys(tmp_path_factory.mktemp("keys"), makes=True)
    keys.signing()
    return keys


@pytest.fixture(scope="module")
def keys_abroad() -> KeysAbroad:
    return KeysAbroad()


@pytest.fixture
def abroad(keys_abroad: KeysAbroad) -> KeysAbroad:
    keys_abroad.is_published = True
    return keys_abroad


@pytest.fixture
def revoked() -> set[str]:
    return set()


@pytest.fixture
def verifier(keys: SigningKeys, abroad: KeysAbroad, revoked: set[str]) -> TokenVerifier:
    issuers = issuers_of(own=keys, issuer=ISSUER, audience=AUDIENCE, others=[])
    issuers[ABROAD] = Issuer(
        name=ABROAD,
        audience=AUDIENCE,
        algorithm="RS256",
        keys=abroad,
        foreign=Foreign(
            name="abroad",
            kinds=frozenset({PrincipalKind.CUSTOMER}),
            scopes=frozenset({"orders:read"}),
        ),
    )
    return TokenVerifier(issuers, is_revoked=revoked.__contains__, clock=lambda: NOW)


@pytest.fixture
def sign(keys: SigningKeys) -> Sign:
    """Signs a good token, but for what a test changes in it; None takes a thing away."""

    def sign(
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        *,
        key: RSAKey | None = None,
    ) -> str:
        key = key or keys.signing()
        said = {
            "iss": ISSUER,
            "sub": "ann",
            "aud": AUDIENCE,
            "client_id": "web",
            "scope": "orders:read",
            "iat": NOW,
            "exp": NOW + 600,
            "jti": "j-1",
        } | (claims or {})
        head = {"alg": "RS256", "typ": "at+jwt", "kid": key.kid} | (header or {})
        return compact(present(head), present(said), key)

    return sign


def present(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if value is not None}


def part(content: object) -> str:
    text = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def compact(header: dict[str, Any], claims: dict[str, Any], key: RSAKey) -> str:
    """This signs whatever it is given: the library would refuse half of it."""
    signer = jws.JWSRegistry.algorithms["RS256"]
    signed = f"{part(header)}.{part(claims)}"
    return f"{signed}.{part(signer.sign(signed.encode(), key))}"


def test_a_good_token_says_who_asks(verifier: TokenVerifier, sign: Sign) -> None:
    assert verifier.principal(sign()) == Principal(
        kind=PrincipalKind.CUSTOMER,
        subject="ann",
        client_id="web",
        scopes=frozenset({"orders:read"}),
    )


@pytest.mark.parametrize(
    ("claims", "header", "reason"),
    [
        ({}, {"alg": "none"}, "alg is 'none'"),
        ({}, {"alg": "RS512"}, "alg is 'RS512'"),
        ({}, {"alg": "ES256"}, "alg is 'ES256'"),
        ({}, {"typ": "JWT"}, "no access token"),
        ({}, {"typ": None}, "no access token"),
        ({}, {"typ": "quarry-call+jwt"}, "no access token"),
        ({}, {"crit": ["exp"], "exp": NOW}, "crit"),
        ({}, {"kid": None}, "does not name its key"),
        ({}, {"kid": "../../etc/passwd"}, "has no key"),
        ({"iss": "https://shop.example/"}, {}, "not believed"),
        ({"iss": "https://evil.example"}, {}, "not believed"),
        ({"iss": None}, {}, "not believed"),
        ({"iss": [ISSUER]}, {}, "not believed"),
        ({"aud": "somebody-else"}, {}, "not for 'quarry'"),
        ({"aud": []}, {}, "not for 'quarry'"),
        ({"aud": "quarry2"}, {}, "not for 'quarry'"),
        ({"aud": None}, {}, "no aud"),
        ({"exp": NOW - 31}, {}, "expired"),
        ({"exp": None}, {}, "no exp"),
        ({"exp": "never"}, {}, "whole numbers"),
        ({"exp": 1e400}, {}, "no token"),
        ({"exp": True}, {}, "whole numbers"),
        ({"iat": NOW + 31, "exp": NOW + 600}, {}, "not valid yet"),
        ({"nbf": NOW + 31}, {}, "not valid yet"),
        ({"sub": ""}, {}, "sub is no text"),
        ({"sub": {"id": "ann"}}, {}, "sub is no text"),
        ({"client_id": None}, {}, "no client_id"),
        ({"jti": None}, {}, "no jti"),
        ({"scope": ["orders:read"]}, {}, "scope is no text"),
        ({"quarry_kind": "root"}, {}, "which is none"),
    ],
)
def test_what_is_not_as_it_must_be_is_refused(
    verifier: TokenVerifier,
    sign: Sign,
    claims: dict[str, Any],
    header: dict[str, Any],
    reason: str,
) -> None:
    with pytest.raises(BadToken, match=reason):
        verifier.principal(sign(claims, header))


class TestAttacks:
    def test_no_signature(self, verifier: TokenVerifier, sign: Sign) -> None:
        with pytest.raises(BadToken, match="signature"):
            verifier.principal(sign().rpartition(".")[0] + ".")

    def test_claims_changed_behind_the_signature(self, verifier: TokenVerifier, sign: Sign) -> None:
        head, _, signature = sign().split(".")
        _, claims, _ = sign({"sub": "bob"}).split(".")
        with pytest.raises(BadToken, match="signature"):
            verifier.principal(f"{head}.{claims}.{signature}")

    def test_the_public_key_taken_for_a_shared_secret(
        self, verifier: TokenVerifier, sign: Sign, keys: SigningKeys
    ) -> None:
        signed = sign({}, {"alg": "HS256"}).rpartition(".")[0]
        secret = keys.signing().as_pem(private=False)
        forged = part(hmac.digest(secret, signed.encode(), "sha256"))
        with pytest.raises(BadToken, match="alg is 'HS256'"):
            verifier.principal(f"{signed}.{forged}")

    @pytest.mark.parametrize("bring", ["jwk", "jku", "x5u", "x5c"])
    def test_a_key_brought_along(self, verifier: TokenVerifier, sign: Sign, bring: str) -> None:
        own = RSAKey.generate_key(2048, {"kid": "mine"})
        brought = {"jwk": own.as_dict(private=False), "x5c": ["MIIB"]}.get(bring, "https://evil")
        with pytest.raises(BadToken, match=r"has no key|Header size"):
            verifier.principal(sign({}, {bring: brought, "kid": "mine"}, key=own))

    def test_another_key_under_a_known_id(
        self, verifier: TokenVerifier, sign: Sign, keys: SigningKeys
    ) -> None:
        own = RSAKey.generate_key(2048, {"kid": "mine"})
        with pytest.raises(BadToken, match="signature"):
            verifier.principal(sign({}, {"kid": keys.signing().kid}, key=own))

    def test_one_issuers_key_for_anothers_token(
        self, verifier: TokenVerifier, sign: Sign, abroad: KeysAbroad
    ) -> None:
        with pytest.raises(BadToken, match="has no key"):
            verifier.principal(sign({}, {"kid": "abroad"}, key=abroad.its))

    def test_another_issuer_makes_no_operators(
        self, verifier: TokenVerifier, sign: Sign, abroad: KeysAbroad
    ) -> None:
        claims = {"iss": ABROAD, "quarry_kind": "operator", "quarry_plan": "gold"}
        found = verifier.principal(sign(claims, {"kid": "abroad"}, key=abroad.its))
        assert (found.kind, found.plan) == (PrincipalKind.CUSTOMER, "")

    @pytest.mark.parametrize(
        "token", ["", "x", "a.b.c", "....", "é.é.é", "e30.e30.", "x" * 9_000, "e30.W10.x"]
    )
    def test_what_is_no_token(self, verifier: TokenVerifier, token: str) -> None:
        with pytest.raises(BadToken):
            verifier.principal(token)

    def test_one_that_was_taken_back_though_it_is_remembered(
        self, verifier: TokenVerifier, sign: Sign, revoked: set[str]
    ) -> None:
        token = sign()
        assert verifier.principal(token).subject == "ann"
        revoked.add(hashlib.sha256(token.encode()).hexdigest())
        with pytest.raises(BadToken, match="taken back"):
            verifier.principal(token)

    def test_one_that_expires_while_it_is_remembered(self, keys: SigningKeys, sign: Sign) -> None:
        now = [NOW]
        issuers = issuers_of(own=keys, issuer=ISSUER, audience=AUDIENCE, others=[])
        verifier = TokenVerifier(issuers, clock=lambda: now[0])
        token = sign()
        assert verifier.principal(token).subject == "ann"
        now[0] += 631
        with pytest.raises(BadToken, match="expired"):
            verifier.principal(token)


class TestARemembered:
    """What is known of a token ends with the key that signed it."""

    def test_token_ends_with_its_key(self, tmp_path: Path, sign: Sign) -> None:
        now = [0.0]
        own = SigningKeys(tmp_path, makes=True, clock=lambda: now[0])
        stolen = own.signing()
        issuers = issuers_of(own=own, issuer=ISSUER, audience=AUDIENCE, others=[])
        verifier = TokenVerifier(issuers, clock=lambda: NOW)
        token = sign(key=stolen)
        assert verifier.principal(token).subject == "ann"
        own.path.unlink()  # It was stolen, and is taken out of use.
        now[0] += 5
        assert own.signing().kid != stolen.kid
        with pytest.raises(BadToken, match="has no key"):
            verifier.principal(token)

    def test_token_of_another_ends_with_its_key(
        self, verifier: TokenVerifier, sign: Sign, abroad: KeysAbroad
    ) -> None:
        token = sign({"iss": ABROAD}, {"kid": "abroad"}, key=abroad.its)
        verifier.principal(token)
        abroad.is_published = False
        with pytest.raises(BadToken, match="has no key"):
            verifier.principal(token)


def test_a_token_is_verified_once(
    verifier: TokenVerifier, sign: Sign, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = sign()
    first = verifier.principal(token)
    monkeypatch.setattr(TokenVerifier, "_verify", lambda *_: pytest.fail("verified again"))
    assert verifier.principal(token) is first


class TestAnotherIssuer:
    """It speaks for people of its own, for no more than the settings say, and for nobody here."""

    @pytest.fixture
    def asks(self, verifier: TokenVerifier, sign: Sign, abroad: KeysAbroad) -> AsksAbroad:
        def asks(**claims: Any) -> Principal:
            return verifier.principal(
                sign({"iss": ABROAD, **claims}, {"kid": "abroad"}, key=abroad.its)
            )

        return asks

    def test_names_none_of_our_customers(
        self, verifier: TokenVerifier, sign: Sign, asks: AsksAbroad
    ) -> None:
        ours, theirs = verifier.principal(sign()), asks(sub="ann")
        assert theirs.subject == "abroad:ann"
        assert not theirs.acts_for(ours.subject)

    def test_names_none_of_our_programs(self, asks: AsksAbroad) -> None:
        assert asks(client_id="web").client_id == "abroad:web"

    def test_speaks_for_no_kind_that_it_was_not_given(self, asks: AsksAbroad) -> None:
        with pytest.raises(BadToken, match="of a partner, for whom abroad may not speak"):
            asks(sub="acme", client_id="acme")

    def test_gives_no_leave_that_it_was_not_given(self, asks: AsksAbroad) -> None:
        assert asks(scope="orders:read catalog:write").scopes == {"orders:read"}

    def test_has_subjects_that_fit_where_they_are_stored(self, asks: AsksAbroad) -> None:
        one, other = asks(sub="x" * 2_000 + "1"), asks(sub="x" * 2_000 + "2")
        assert one != other
        assert len(one.subject) <= 200


AT_X = {"issuer": "https://x.example/one", "jwks_uri": "https://x.example/keys", "scopes": []}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"algorithm": "HS256"}, "signs with HS256; it is one of"),
        ({"scopes": "orders:read"}, "has scopes 'orders:read'; they are a list"),
        ({"kinds": ["operator"]}, "they are a list of customer and partner"),
        ({"name": "a:b"}, "is called 'a:b'"),
        ({"issuer": "abroad"}, "is called ''"),
    ],
)
def test_a_wrong_issuer_in_the_settings_is_refused(
    tmp_path: Path, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        issuers_in(tmp_path, {**AT_X, **said})


def test_an_issuer_without_scopes_in_the_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no 'scopes'"):
        issuers_in(tmp_path, {"issuer": "https://x.example", "jwks_uri": "https://x.example/keys"})


def test_an_issuer_is_called_as_its_host_unless_it_has_a_name(tmp_path: Path) -> None:
    other = {**AT_X, "issuer": "https://x.example/two"}
    with pytest.raises(ValueError, match=r"two called 'x\.example'; give each a 'name'"):
        issuers_in(tmp_path, AT_X, other)
    found = issuers_in(tmp_path, AT_X, {**other, "name": "two"})
    assert [one.foreign.name for one in found.values() if one.foreign] == ["x.example", "two"]


def issuers_in(folder: Path, *others: dict[str, Any]) -> dict[str, Issuer]:
    return issuers_of(
        own=SigningKeys(folder), issuer=ISSUER, audience=AUDIENCE, others=list(others)
    )
