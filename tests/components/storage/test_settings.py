"""Storage settings: what is refused, and the sentence that says why."""

import pytest

from components.base.mistakes import InputError
from components.base.regions import REGIONS
from components.storage.inputs import HDFS_REGIONS, StorageInputs, StorageSettings, StorageWiring

GOOD = {"region": "cn-hangzhou", "bucket_prefix": "acme-dev"}


def refused(**args: object) -> list[str]:
    with pytest.raises(InputError) as caught:
        StorageInputs.of(args, "Storage s")
    return caught.value.sentences


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"region": "cn-chengdu"}, "region: 'cn-chengdu' is not allowed; OSS-HDFS is not offered there; allowed: ap-"),
        ({"region": "cn-hangzou"}, "did you mean 'cn-hangzhou'?"),
        ({"bucket_prefix": "Acme"}, "bucket_prefix: 'Acme' is not allowed; allowed: 3 to 48 lower-case"),
        ({"bucket_prefix": None}, "bucket_prefix: missing; allowed: text, the first part of the buckets' names"),
        ({"hdfs_bucket": "ab"}, "hdfs_bucket: 'ab' is not allowed; allowed: 3 to 63"),
        ({"hdfs_bucket": "a" * 64}, "allowed: 3 to 63"),
        ({"hdfs_bucket": "ends-in-dash-"}, "no dash at either end"),
        (
            {"hdfs_versioning": True},
            "hdfs_versioning: True is not allowed; allowed: false (OSS-HDFS may become unavail",
        ),
        ({"hdfs_worm": True}, "hdfs_worm: True is not allowed; allowed: false (under a retention policy OSS-HDFS can"),
        ({"hdfs_storage_class": "Archive"}, "allowed: Standard, IA (OSS-HDFS does not work on the archive classes)"),
        ({"hdfs_storage_class": "ColdArchive"}, "hdfs_storage_class: 'ColdArchive' is not allowed"),
        ({"files_storage_class": "Archive"}, "archived objects cannot be read by a job that starts"),
        (
            {"hdfs_expire_days": {"": 30}},
            "hdfs_expire_days: a rule on '' would delete the data of OSS-HDFS under '.dls",
        ),
        ({"hdfs_expire_days": {".dls": 30}}, "a rule on '.dls' would delete the data"),
        ({"hdfs_expire_days": {".dlsdata/a/": 30}}, "a rule on '.dlsdata/a/' would delete the data"),
        ({"hdfs_expire_days": {"tmp": 30}}, "'tmp' is not a folder; allowed: prefixes such as 'tmp/'"),
        ({"hdfs_expire_days": {"tmp/": 0}}, "a whole number from 1 to 3650"),
        (
            {"files_expire_days": {"": 30}},
            "files_expire_days: a rule on the whole bucket; allowed: prefixes other than",
        ),
        ({"files_expire_days": {"logs/x/": 3}}, "a rule on 'logs/x/', which logs_days controls"),
        ({"files_expire_days": {"a/": 3, "a/b/": 2}}, "'a/b/' lies inside 'a/'; allowed: prefixes that do not overlap"),
        ({"hdfs_mode": "console"}, "hdfs_mode: 'console' is not allowed; allowed: ros, preexisting"),
        ({"hdfs_mode": "preexisting"}, "hdfs_bucket: missing; allowed: the name of the existing bucket"),
        (
            {"hdfs_mode": "preexisting", "hdfs_bucket": "their-data", "hdfs_redundancy": "ZRS"},
            "hdfs_redundancy: has no effect with mode preexisting; allowed: leave it out",
        ),
        ({"hdfs_adopt": True}, "hdfs_adopt: has no effect with mode ros; allowed: leave it out"),
        ({"hdfs_kms_key": "key-bjj1abc"}, "hdfs_kms_key: 'key-bjj1abc' has no effect with encryption AES256"),
        ({"hdfs_encryption": "KMS", "hdfs_kms_key": "*"}, "hdfs_kms_key: '*' is not allowed; allowed: a KMS key id"),
        ({"hdfs_encryption": "none"}, "hdfs_encryption: 'none' is not allowed; allowed: AES256, KMS"),
        (
            {"files_bucket": "acme-dev-hdfs"},
            "files_bucket: 'acme-dev-hdfs' is the HDFS bucket; allowed: another bucket",
        ),
        ({"team_buckets": ["a", "a"]}, "team_buckets[1]: 'a' is listed twice; allowed: each team once"),
        ({"team_buckets": ["t" * 30], "bucket_prefix": "p" * 40}, "allowed: at most 63, so shorten bucket_prefix"),
        ({"service_role": "mine"}, "service_role: 'mine' is not allowed; allowed: existing, create"),
        ({"bucket_prefx": "x"}, "bucket_prefx: unknown key; did you mean 'bucket_prefix'?"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_sentence(args: dict[str, object], sentence: str) -> None:
    sentences = refused(**(GOOD | args))
    assert [s for s in sentences if sentence in s], sentences


def test_all_mistakes_come_at_once() -> None:
    sentences = refused(region="mars", bucket_prefix="acme", hdfs_versioning=True, hdfs_worm=True, files_logs_days=0)
    assert len(sentences) == 4


def test_names_and_roots_follow_from_the_prefix() -> None:
    settings = StorageSettings.read({"bucket_prefix": "acme-dev", "team_buckets": ["payments"]})
    assert (settings.hdfs_bucket, settings.files_bucket) == ("acme-dev-hdfs", "acme-dev-files")
    root = "oss://acme-dev-hdfs.cn-hangzhou.oss-dls.aliyuncs.com/teams/ads"
    assert settings.team_root("ads", "cn-hangzhou") == root
    assert settings.team_folder("ads") == "teams/ads/"
    own = "oss://acme-dev-hdfs-payments.cn-hangzhou.oss-dls.aliyuncs.com"
    assert settings.team_root("payments", "cn-hangzhou") == own


def test_settings_are_wired_unchanged() -> None:
    settings = StorageSettings.read({"hdfs": {"mode": "preexisting", "bucket": "their-data"}, "bucket_prefix": "acme"})
    again = StorageInputs.wired(settings, StorageWiring(region="cn-beijing"))
    assert again.hdfs == settings.hdfs


def test_every_region_has_the_form_of_a_region() -> None:
    assert "cn-hangzhou" in HDFS_REGIONS
    assert all(region.count("-") in (1, 2) and facts.name for region, facts in REGIONS.items())
