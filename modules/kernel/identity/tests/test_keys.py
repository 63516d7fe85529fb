"""Keys: our own over their rotation, and others' as they publish them."""

import json
import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from joserfc.jwk import RSAKey
from pytest_django import Settings

from modules.kernel.identity import SigningKeys, SigningKeysMissing
from modules.kernel.identity.issuers import PublishedKeys
from modules.kernel.identity.keys import add_key


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Publisher:
    """This publishes keys, and counts how often it is asked."""

    def __init__(self) -> None:
        self.keys = [RSAKey.generate_key(2048, {"kid": "first"})]
        self.asked = 0
        self.down = False

    def __call__(self, url: str) -> bytes:
        self.asked += 1
        if self.down:
            raise ValueError("HTTP 503")
        keys = [key.as_dict(private=False) for key in self.keys]
        return json.dumps({"keys": [*keys, {"kty": "AKP", "kid": "of-the-future"}]}).encode()


class TestOurKeys:
    def test_are_made_where_that_is_allowed(self, tmp_path: Path) -> None:
        with pytest.raises(SigningKeysMissing, match=r"`manage\.py token_keys` makes it"):
            SigningKeys(tmp_path).signing()
        made = SigningKeys(tmp_path, makes=True).signing()
        assert SigningKeys(tmp_path).signing().kid == made.kid
        assert (tmp_path / "signing.json").stat().st_mode & 0o777 == 0o600

    def test_are_made_once_by_what_starts_an_installation(
        self, tmp_path: Path, settings: Settings
    ) -> None:
        settings.QUARRY_TOKEN_KEYS = str(tmp_path)
        call_command("token_keys", "--if-none")
        first = SigningKeys(tmp_path).signing().kid
        call_command("token_keys", "--if-none")
        assert [key.kid for key in SigningKeys(tmp_path).all()] == [first]
        call_command("token_keys")
        assert len(SigningKeys(tmp_path).all()) == 2

    @pytest.mark.parametrize(
        "torn", ['{"keys": [', '{"keys": [{"kty": "RSA"}]}', '{"key": []}', "[]"]
    )
    def test_that_are_known_go_on_while_the_file_is_torn(self, tmp_path: Path, torn: str) -> None:
        clock = Clock()
        keys = SigningKeys(tmp_path, makes=True, clock=clock)
        known = keys.signing().kid
        keys.path.write_text(torn)
        clock.now += 5
        assert keys.signing().kid == known
        with pytest.raises(SigningKeysMissing, match=r"signing\.json is no JWK Set"):
            SigningKeys(tmp_path).signing()

    def test_are_named_by_the_one_that_signs_where_another_was_first(self, tmp_path: Path) -> None:
        first = add_key(tmp_path / "signing.json", only_first=True)
        assert add_key(tmp_path / "signing.json", only_first=True) == first

    def test_are_made_once_by_several_at_once(self, tmp_path: Path) -> None:
        found: list[object] = []
        at_once = [
            threading.Thread(
                target=lambda: found.append(SigningKeys(tmp_path, makes=True).signing().kid)
            )
            for _ in range(4)
        ]
        for one in at_once:
            one.start()
        for one in at_once:
            one.join()
        assert len(set(found)) == 1

    def test_are_rotated_while_the_old_one_is_still_good(self, tmp_path: Path) -> None:
        clock = Clock()
        keys = SigningKeys(tmp_path, makes=True, clock=clock)
        old = keys.signing().kid
        new = add_key(tmp_path / "signing.json")
        clock.now += 5
        assert keys.signing().kid == new
        assert keys.key(str(old)) is not None
        published = keys.published()["keys"]
        assert [key["kid"] for key in published] == [new, old]
        assert not any("d" in key for key in published)


class TestOthersKeys:
    def test_are_asked_for_once(self) -> None:
        publisher = Publisher()
        keys = PublishedKeys("https://x/keys", fetch=publisher, clock=Clock())
        assert keys.key("first") is keys.key("first")
        assert publisher.asked == 1

    def test_that_are_unknown_are_asked_for_at_a_limited_rate(self) -> None:
        publisher, clock = Publisher(), Clock()
        keys = PublishedKeys("https://x/keys", fetch=publisher, clock=clock)
        assert [keys.key(f"invented-{n}") for n in range(100)] == [None] * 100
        assert publisher.asked == 1
        publisher.keys.append(RSAKey.generate_key(2048, {"kid": "second"}))
        clock.now += 30
        assert keys.key("second") is not None
        assert publisher.asked == 2

    def test_stay_good_while_the_issuer_is_away(self) -> None:
        publisher, clock = Publisher(), Clock()
        keys = PublishedKeys("https://x/keys", fetch=publisher, clock=clock)
        assert keys.key("first") is not None
        publisher.down = True
        clock.now += 3_600
        assert keys.key("first") is not None
        assert publisher.asked == 2

    def test_that_were_taken_away_are_not_good_any_more(self) -> None:
        publisher, clock = Publisher(), Clock()
        keys = PublishedKeys("https://x/keys", fetch=publisher, clock=clock)
        assert keys.key("first") is not None
        publisher.keys = [RSAKey.generate_key(2048, {"kid": "second"})]
        clock.now += 3_600
        assert keys.key("first") is None
