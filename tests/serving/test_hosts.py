"""Only names that no web page can take are answered."""

import pytest

from influencer_style.serving.limits import HostNames

LOOPBACK = [
    "localhost",
    "localhost:5001",
    "LocalHost.:5001",
    "127.0.0.1",
    "127.0.0.1:80",
    "127.8.9.1",
    "[::1]:5001",
    "[0:0::1]",
]
OTHERS = [
    "",
    "evil.example",
    "evil.example:5001",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "evil.example/localhost",
    "localhost evil.example",
    "localhost:80:80",
    "localhost:port",
    "10.0.0.7",
    "0.0.0.0",
    "[::]",
    "[::2]:5001",
    "[fe80::1%lo]",
    "[localhost]",
    "::1",
    "2130706433",
    "0x7f.1",
    "[::1",
    "user@localhost",
    "\u2460localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", LOOPBACK)
def test_loopback_names_and_addresses_are_answered(host):
    assert HostNames().answer_to(host)


@pytest.mark.parametrize("host", OTHERS)
def test_nothing_else_is(host):
    assert not HostNames().answer_to(host)


def test_further_names_may_be_allowed():
    names = HostNames(["Models.Example.org", "192.168.1.5", "fd00::1"])
    for host in ("models.example.org:5001", "192.168.1.5", "[fd00:0::1]:80", "localhost"):
        assert names.answer_to(host)
    assert not names.answer_to("evil.example") and not names.answer_to("sub.models.example.org")


@pytest.mark.parametrize("name", ["", "models.example.org:5001", "http://x", "a b", "*:1", "fd00::zz"])
def test_what_is_no_name_is_refused_at_the_start(name):
    with pytest.raises(ValueError, match="is no host name; write names without a port"):
        HostNames([name])
