import stat
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from tools.sandbox.certificates import Authority
from tools.sandbox.kubectl import client, write_kubeconfig


def test_user_and_groups_are_in_the_subject_and_the_authority_signed_it(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    file, _ = authority.issue("a", "team-a-submitter", ["spark-on-ack:team-a:submit"])
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    ca = x509.load_pem_x509_certificate(authority.certificate_file.read_bytes())
    certificate.verify_directly_issued_by(ca)
    found = {each.oid: each.value for each in certificate.subject}
    assert found == {
        NameOID.COMMON_NAME: "team-a-submitter",
        NameOID.ORGANIZATION_NAME: "spark-on-ack:team-a:submit",
    }


def test_nothing_is_issued_twice_so_that_a_second_up_changes_nothing(tmp_path: Path) -> None:
    first = [file.read_bytes() for file in Authority(tmp_path).issue("a", "a")]
    assert [file.read_bytes() for file in Authority(tmp_path).issue("a", "a")] == first


def test_keys_and_kubeconfigs_are_for_their_owner_only(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "certificates")
    authority.service_account_key()
    write_kubeconfig(tmp_path / "kubeconfig", "https://127.0.0.1:1", authority, {"a": client(authority, "a", "a")})
    for file in (*tmp_path.glob("certificates/*.key"), tmp_path / "kubeconfig"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert "insecure" not in (tmp_path / "kubeconfig").read_text()
