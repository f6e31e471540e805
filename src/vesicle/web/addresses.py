"""Which address a request comes from, also behind proxies that the operator trusts."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
UNKNOWN = "unknown"


def networks(setting: str) -> list[Network]:
    """The setting ``trusted_proxies`` as networks."""
    return [ip_network(one.strip(), strict=False) for one in setting.split(",") if one.strip()]


def client_address(peer: str | None, forwarded: str | None, trusted: Iterable[Network]) -> str:
    """The nearest address that is no proxy of ours.

    ``X-Forwarded-For`` is read from its end, and only as far as trusted proxies wrote it: what a client itself puts
    there changes nothing. Of IPv6 the first 64 bits count: a customer of a provider has at least as many addresses.
    """
    found = _parsed(peer)
    hops = [hop.strip() for hop in (forwarded or "").split(",") if hop.strip()]
    while hops and found is not None and any(found in one for one in trusted):
        nearer = _parsed(hops.pop())
        if nearer is None:
            break
        found = nearer
    if isinstance(found, IPv6Address):
        return str(ip_network((found, 64), strict=False))
    return str(found) if found else UNKNOWN


def _parsed(text: str | None) -> Address | None:
    """Also ``address:port`` and ``[address]:port``, as some proxies write them."""
    bare = (text or "").strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ip_address(bare)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
