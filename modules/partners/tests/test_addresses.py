"""Where webhooks may be sent, and where not."""

import socket

import pytest

from modules.kernel import interfaces
from modules.partners.contracts import BadEndpoint, Partners
from modules.partners.domain.addresses import ForbiddenTarget, judged, target_of
from modules.partners.outward.posting import post


class TestTarget:
    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com/",
            "ftp://example.com/",
            "https://",
            "https://user:pass@example.com/",
            "https://example.com/#part",
            "https://example.com:99999/",
            "https://exa mple.com/",
            "https://example.com/\r\nHost: inside",
            "https://[::1",
            "/hooks",
            "https://example.com/" + "a" * 500,
        ],
    )
    def test_refuses(self, url: str) -> None:
        with pytest.raises(ForbiddenTarget):
            target_of(url, private_allowed=False)

    def test_knows_host_port_and_path(self) -> None:
        target = target_of("https://hooks.example:8443/a?b=c", private_allowed=False)
        assert (target.authority, target.path) == ("hooks.example:8443", "/a?b=c")


class TestJudged:
    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1%eth0",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001::1",
        ],
    )
    def test_refuses_what_is_inside_some_house(self, address: str) -> None:
        with pytest.raises(ForbiddenTarget):
            judged([address], private_allowed=False)

    def test_refuses_a_host_that_has_an_address_of_each_kind(self) -> None:
        with pytest.raises(ForbiddenTarget):
            judged(["93.184.216.34", "127.0.0.1"], private_allowed=False)

    @pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
    def test_allows_the_internet(self, address: str) -> None:
        assert judged([address], private_allowed=False) == address


class TestPost:
    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "[::1]"]
    )
    def test_makes_no_connection_to_this_machine_however_it_is_written(self, host: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(0)
            target = target_of(
                f"https://{host}:{listening.getsockname()[1]}/", private_allowed=False
            )
            with pytest.raises(ForbiddenTarget):
                post(target, body=b"{}", headers={}, seconds=1, private_allowed=False)
            with pytest.raises(BlockingIOError):
                listening.accept()


@pytest.mark.django_db
def test_an_endpoint_without_https_is_refused_when_it_is_added() -> None:
    with pytest.raises(BadEndpoint, match="https"):
        interfaces.get(Partners).add_endpoint(partner="acme", url="http://example.com/")
