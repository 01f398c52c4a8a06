"""Who is at the other end: exactly one name of this trust domain in the certificate that TLS verified, or nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis import peers as module
from services.chassis.peers import Peers
from xiezhi.errors import Reason, Unauthenticated

NOW = datetime(2026, 11, 24, tzinfo=UTC)
GATEWAY = "spiffe://xiezhi.jx/service/gateway"


class Context:
    """gRPC's context of a call over a connection with these certificates; None without TLS."""

    def __init__(self, *pems):
        self._pems = pems

    def auth_context(self):
        return {"transport_security_type": [b"ssl"], **({"x509_pem_cert": list(self._pems)} if self._pems else {})}


def certificate(*names):
    key, name = Ed25519PrivateKey.generate(), x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=True)
    return builder.sign(key, None)


def pem(*names):
    return certificate(*names).public_bytes(Encoding.PEM)


@pytest.fixture
def peers():
    return Peers("xiezhi.jx")


def test_a_peer_is_its_name_and_its_certificate(peers):
    made = certificate(x509.DNSName("gateway.service.xiezhi"), x509.UniformResourceIdentifier(GATEWAY))
    peer = peers.read(Context(made.public_bytes(Encoding.PEM)), NOW)
    assert (peer.name, peer.certificate_sha256) == (GATEWAY, made.fingerprint(SHA256()))


def test_a_certificate_seen_before_is_the_same_peer_and_memory_has_its_bound(peers, monkeypatch):
    monkeypatch.setattr(module, "MAX_CACHED", 2)
    contexts = [Context(pem(x509.UniformResourceIdentifier(f"{GATEWAY}/{n}"))) for n in range(5)]
    for _ in range(2):
        assert [peers.read(context, NOW).name for context in contexts] == [f"{GATEWAY}/{n}" for n in range(5)]
    assert peers.read(contexts[4], NOW) is peers.read(contexts[4], NOW)


@pytest.mark.parametrize(
    "names",
    [
        (),
        (x509.DNSName("gateway.service.xiezhi"),),
        (x509.UniformResourceIdentifier("spiffe://xiezhi.jx.example/service/gateway"),),
        (x509.UniformResourceIdentifier("spiffe://other/service/gateway"),),
        (x509.UniformResourceIdentifier("https://xiezhi.jx/service/gateway"),),
        (x509.UniformResourceIdentifier(GATEWAY), x509.UniformResourceIdentifier(f"{GATEWAY}/2")),
    ],
)
def test_a_certificate_that_names_no_system_or_several_is_refused(peers, names):
    with pytest.raises(Unauthenticated) as caught:
        peers.read(Context(pem(*names)), NOW)
    assert caught.value.reason is Reason.CERTIFICATE_UNKNOWN


@pytest.mark.parametrize("pems", [(), (b"",)])
def test_a_connection_without_a_certificate_is_nobody(peers, pems):
    with pytest.raises(Unauthenticated) as caught:
        peers.read(Context(*pems), NOW)
    assert caught.value.reason is Reason.CERTIFICATE_UNKNOWN


def test_a_connection_that_outlasts_its_certificate_is_nobody(peers):
    context = Context(pem(x509.UniformResourceIdentifier(GATEWAY)))
    peers.read(context, NOW + timedelta(days=1) - timedelta(seconds=1))
    with pytest.raises(Unauthenticated) as caught:
        peers.read(context, NOW + timedelta(days=1))
    assert caught.value.reason is Reason.CERTIFICATE_UNKNOWN
