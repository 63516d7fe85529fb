"""Tokens: what is refused, attack by attack. Each attack differs from a good token in one thing."""

import base64
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

from modules.kernel.interfaces.tokens import (
    KeyFolder,
    KeysMissing,
    Signer,
    TokenRefused,
    Verifier,
    make_keys,
)

NOW = 1_800_000_000.0
ISSUER = "quarry"

Sign = Callable[..., str]


class Clock:
    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_keys(tmp_path, "ordering")
    make_keys(tmp_path, "catalog")
    return tmp_path


@pytest.fixture
def clock() -> Clock:
    return Clock(NOW)


@pytest.fixture
def verifier(folder: Path, clock: Clock) -> Verifier:
    return Verifier(KeyFolder(folder), issuer=ISSUER, clock=clock)


@pytest.fixture
def sign(folder: Path) -> Sign:
    """Signs a good token of ordering for payments, but for what a test changes in it."""

    def sign(
        claims: dict[str, Any] | None = None,
        header: dict[str, Any] | None = None,
        key: Any = None,
        without: str = "",
        payload: bytes | None = None,
    ) -> str:
        mine = key or KeyFolder(folder).private("ordering")
        head = {"alg": "ES256", "typ": "quarry-call+jwt", "kid": _kid(folder, "ordering")}
        body = {
            "iss": ISSUER,
            "sub": "ordering",
            "aud": "payments",
            "iat": int(NOW),
            "nbf": int(NOW),
            "exp": int(NOW) + 60,
        }
        head |= header or {}
        body |= claims or {}
        head.pop(without, None)
        body.pop(without, None)
        registry = jws.JWSRegistry(
            algorithms=["ES256", "ES384", "HS256", "RS256", "none"], strict_check_header=False
        )
        content = json.dumps(body).encode() if payload is None else payload
        return jws.serialize_compact(head, content, mine, registry=registry)

    return sign


def _kid(folder: Path, module: str) -> str:
    return str(KeyFolder(folder).private(module).kid)


def _with_header(token: str, changes: dict[str, Any]) -> str:
    header, payload, signature = token.split(".")
    present = json.loads(base64.urlsafe_b64decode(header + "=="))
    return f"{encoded(present | changes)}.{payload}.{signature}"


def encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refusal(verifier: Verifier, token: str, audience: str = "payments") -> str:
    with pytest.raises(TokenRefused) as caught:
        verifier.caller(token, audience=audience)
    return str(caught.value)


class TestAGoodToken:
    def test_tells_the_caller(self, verifier: Verifier, sign: Sign) -> None:
        assert verifier.caller(sign(), audience="payments").module == "ordering"

    def test_is_what_a_signer_makes(self, verifier: Verifier, folder: Path, clock: Clock) -> None:
        signer = Signer(KeyFolder(folder), issuer=ISSUER, clock=clock)
        token = signer.token(caller="catalog", audience="payments")
        assert verifier.caller(token, audience="payments").module == "catalog"

    def test_is_used_for_half_its_life(self, folder: Path, clock: Clock) -> None:
        signer = Signer(KeyFolder(folder), issuer=ISSUER, clock=clock)
        first = signer.token(caller="catalog", audience="payments")
        clock.now += 29
        assert signer.token(caller="catalog", audience="payments") == first
        clock.now += 1
        assert signer.token(caller="catalog", audience="payments") != first

    def test_expires_also_for_who_has_verified_it_before(
        self, verifier: Verifier, sign: Sign, clock: Clock
    ) -> None:
        token = sign()
        verifier.caller(token, audience="payments")
        clock.now += 60
        assert "expired" in refusal(verifier, token)

    def test_is_good_for_no_other_module_by_having_been_verified(
        self, verifier: Verifier, sign: Sign
    ) -> None:
        token = sign()
        verifier.caller(token, audience="payments")
        assert "not for 'inventory'" in refusal(verifier, token, audience="inventory")


class TestAttacks:
    """Source: RFC 8725; the CVEs of JWT libraries that it lists."""

    def test_no_algorithm(self, verifier: Verifier, sign: Sign) -> None:
        _, payload, signature = sign().split(".")
        header = {"alg": "none", "typ": "quarry-call+jwt", "kid": "x"}
        assert "alg" in refusal(verifier, f"{encoded(header)}.{payload}.")
        assert "alg" in refusal(verifier, f"{encoded(header)}.{payload}.{signature}")

    @pytest.mark.parametrize("name", ["None", "NONE", "nOnE", "", None])
    def test_no_algorithm_in_other_words(
        self, verifier: Verifier, sign: Sign, name: str | None, folder: Path
    ) -> None:
        header = {"alg": name, "typ": "quarry-call+jwt", "kid": _kid(folder, "ordering")}
        _, payload, signature = sign().split(".")
        refusal(verifier, f"{encoded(header)}.{payload}.{signature}")

    def test_the_public_key_as_a_shared_secret(
        self, verifier: Verifier, sign: Sign, folder: Path
    ) -> None:
        token = _with_header(sign(), {"alg": "HS256"}).rpartition(".")[0]
        pem = KeyFolder(folder).private("ordering").as_pem(private=False)
        # By hand: joserfc would not take a public key for a secret.
        signature = hmac.digest(pem, token.encode(), "sha256")
        signed = f"{token}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        assert "alg is 'HS256'" in refusal(verifier, signed)

    def test_another_algorithm_of_another_key(self, verifier: Verifier, sign: Sign) -> None:
        key = RSAKey.generate_key(2048)
        assert "alg is 'RS256'" in refusal(verifier, sign(header={"alg": "RS256"}, key=key))

    @pytest.mark.parametrize("typ", ["JWT", "at+jwt", "QUARRY-CALL+JWT", ""])
    def test_a_token_that_was_made_for_something_else(
        self, verifier: Verifier, sign: Sign, typ: str
    ) -> None:
        assert "typ" in refusal(verifier, sign(header={"typ": typ}))

    def test_no_type(self, verifier: Verifier, sign: Sign) -> None:
        assert "typ" in refusal(verifier, sign(without="typ"))

    @pytest.mark.parametrize(
        "header",
        [
            {"crit": ["b64"], "b64": False},
            {"crit": ["exp"]},
            {"jku": "https://attacker.example/keys.json"},
            {"x5u": "https://attacker.example/cert.pem"},
            {"x5c": ["MIIB"]},
            {"cty": "JWT"},
            {"zip": "DEF"},
            {"b64": True},
        ],
        ids=lambda header: next(iter(header)),
    )
    def test_headers_that_no_token_of_ours_has(
        self, verifier: Verifier, sign: Sign, header: dict[str, Any]
    ) -> None:
        said = refusal(verifier, _with_header(sign(), header))
        assert "which no token of ours has" in said

    def test_the_attackers_own_key_in_the_header(self, verifier: Verifier, sign: Sign) -> None:
        key = ECKey.generate_key("P-256")
        token = sign(header={"jwk": key.as_dict(private=False)}, key=key)
        assert "'jwk'" in refusal(verifier, token)

    def test_another_key_under_a_known_id(self, verifier: Verifier, sign: Sign) -> None:
        assert "signature" in refusal(verifier, sign(key=ECKey.generate_key("P-256")))

    @pytest.mark.parametrize(
        "kid", ["ordering.unknown", "../../etc/passwd", "ordering.x' OR '1'='1", "", None, 7]
    )
    def test_an_unknown_key(self, verifier: Verifier, sign: Sign, kid: object) -> None:
        refusal(verifier, _with_header(sign(), {"kid": kid}))

    def test_no_key_named(self, verifier: Verifier, sign: Sign) -> None:
        assert "does not name its key" in refusal(verifier, sign(without="kid"))

    def test_another_modules_name(self, verifier: Verifier, sign: Sign) -> None:
        assert "with a key of 'ordering'" in refusal(verifier, sign({"sub": "catalog"}))

    def test_a_key_that_claims_another_modules_name(self, folder: Path) -> None:
        stolen = json.loads((folder / "catalog.public.json").read_text())
        stolen["keys"][0]["kid"] = "ordering.mine"
        (folder / "catalog.public.json").write_text(json.dumps(stolen))
        assert KeyFolder(folder).public("ordering.mine") is None

    @pytest.mark.parametrize("issuer", ["other", "Quarry", "", None, ["quarry"]])
    def test_another_issuer(self, verifier: Verifier, sign: Sign, issuer: object) -> None:
        assert "issuer" in refusal(verifier, sign({"iss": issuer}))

    @pytest.mark.parametrize("audience", ["inventory", "", "*", None, ["payments", "inventory"]])
    def test_another_audience(self, verifier: Verifier, sign: Sign, audience: object) -> None:
        assert "not for 'payments'" in refusal(verifier, sign({"aud": audience}))

    def test_an_expired_token(self, verifier: Verifier, sign: Sign) -> None:
        at = int(NOW) - 60
        token = sign({"iat": at, "nbf": at, "exp": at + 60})
        assert "expired" in refusal(verifier, token)

    @pytest.mark.parametrize("late", ["nbf", "iat"])
    def test_a_token_of_the_future(self, verifier: Verifier, sign: Sign, late: str) -> None:
        token = sign({late: int(NOW) + 30, "exp": int(NOW) + 60})
        assert "not valid yet" in refusal(verifier, token)

    @pytest.mark.parametrize("seconds", [61, 3600, 0, -1, 10**12])
    def test_a_life_that_is_too_long_or_none(
        self, verifier: Verifier, sign: Sign, seconds: int
    ) -> None:
        assert "lives" in refusal(verifier, sign({"exp": int(NOW) + seconds}))

    @pytest.mark.parametrize("exp", ["9999999999", 9e99, True, None, NOW + 30.5])
    def test_times_that_are_no_whole_numbers(
        self, verifier: Verifier, sign: Sign, exp: object
    ) -> None:
        assert "whole numbers" in refusal(verifier, sign({"exp": exp}))

    @pytest.mark.parametrize("claim", ["iss", "sub", "aud", "iat", "nbf", "exp"])
    def test_a_claim_left_out(self, verifier: Verifier, sign: Sign, claim: str) -> None:
        assert f"{claim!r} too many, or not at all" in refusal(verifier, sign(without=claim))

    def test_a_claim_too_many(self, verifier: Verifier, sign: Sign) -> None:
        assert "'admin' too many" in refusal(verifier, sign({"admin": True}))

    def test_a_payload_that_was_changed(self, verifier: Verifier, sign: Sign) -> None:
        header, payload, signature = sign().split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        token = f"{header}.{encoded(claims | {'aud': 'inventory'})}.{signature}"
        assert "signature" in refusal(verifier, token, audience="inventory")

    def test_a_signature_cut_off_or_changed(self, verifier: Verifier, sign: Sign) -> None:
        header, payload, signature = sign().split(".")
        refusal(verifier, f"{header}.{payload}.")
        refusal(verifier, f"{header}.{payload}.{'A' * len(signature)}")
        refusal(verifier, f"{header}.{payload}.{'A' * 86}")

    @pytest.mark.parametrize("payload", [b"[]", b"null", b"{", b"", b'"x"'])
    def test_a_payload_that_is_no_object(
        self, verifier: Verifier, sign: Sign, payload: bytes
    ) -> None:
        refusal(verifier, sign(payload=payload))

    @pytest.mark.parametrize(
        "token",
        ["", ".", "..", "...", "a.b.c", "é.é.é", "x" * 5_000, '{"payload":"x"}', "a.b.c.d.e"],
    )
    def test_what_is_no_token(self, verifier: Verifier, token: str) -> None:
        refusal(verifier, token)


class TestRotation:
    def test_takes_a_new_key_without_a_restart(
        self, verifier: Verifier, folder: Path, clock: Clock, sign: Sign
    ) -> None:
        before = sign()
        keys = KeyFolder(folder)
        fresh = make_keys(folder, "ordering")
        signer = Signer(keys, issuer=ISSUER, clock=clock)
        after = signer.token(caller="ordering", audience="payments")
        assert json.loads(base64.urlsafe_b64decode(after.split(".")[0] + "=="))["kid"] == fresh
        for token in (before, after):
            assert verifier.caller(token, audience="payments").module == "ordering"

    def test_forgets_a_key_that_was_taken_away(self, folder: Path, sign: Sign) -> None:
        seconds = Clock(0.0)
        keys = KeyFolder(folder, clock=seconds)
        kid = _kid(folder, "ordering")
        assert keys.public(kid) is not None
        (folder / "ordering.public.json").unlink()
        assert keys.public(kid) is not None
        seconds.now += 30
        assert keys.public(kid) is None

    def test_reads_the_folder_seldom_for_unknown_keys(self, folder: Path) -> None:
        seconds = Clock(0.0)
        keys = KeyFolder(folder, clock=seconds)
        assert keys.public("payments.x") is None
        kid = make_keys(folder, "payments")
        assert keys.public(kid) is None
        seconds.now += 1
        assert keys.public(kid) is not None

    def test_says_how_to_make_a_key_that_is_missing(self, folder: Path) -> None:
        with pytest.raises(KeysMissing, match="interface_keys shipping"):
            KeyFolder(folder).private("shipping")

    def test_keeps_private_keys_from_other_users(self, folder: Path) -> None:
        assert (folder / "ordering.private.json").stat().st_mode & 0o077 == 0
        public = (folder / "ordering.public.json").read_text()
        assert '"d"' not in public
