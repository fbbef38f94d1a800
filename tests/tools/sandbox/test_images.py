"""Images are packed from layers that are made once, alike every time, and shared."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tools.sandbox import images
from tools.sandbox.console import SandboxError
from tools.sandbox.images import archive, celeborn, layers, maven, spark
from tools.sandbox.images.archive import Image
from tools.sandbox.images.contents import contents
from tools.sandbox.images.layers import Layer, writing


def hello(name: str = "hello", text: str = "hello", builds: list[str] | None = None) -> Layer:
    """A layer with one file; `builds` notes each time it is made."""

    def make(output: Path) -> None:
        if builds is not None:
            builds.append(name)
        with writing(output) as layer:
            layer.data("etc/hello", text.encode())
            layer.folder("var/work", 185)

    return Layer(name, (text,), make)


def unpacked(content: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        return {member.name: stream.read() for member in tar if (stream := tar.extractfile(member))}


def packed(cache: Path, *wanted: Image) -> dict[str, bytes]:
    images.ensure(cache, wanted)
    stream = io.BytesIO()
    images.write_archive(cache, wanted, stream)
    return unpacked(stream.getvalue())


def json_blob(files: dict[str, bytes], digest: str) -> Any:
    return json.loads(files["blobs/sha256/" + digest.removeprefix("sha256:")])


def test_a_layer_is_made_once_and_anew_when_an_input_changes(tmp_path: Path) -> None:
    builds: list[str] = []
    for text in ("one", "one", "two"):
        images.ensure(tmp_path, [Image("a/b:1", (hello(text=text, builds=builds),))])
    assert builds == ["hello", "hello"]


def test_the_same_layer_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    digests = set()
    for cache in (tmp_path / "a", tmp_path / "b"):
        layers.build(hello(), cache)
        blob = layers.blob(hello(), cache)
        assert blob.digest == "sha256:" + hashlib.sha256(blob.path.read_bytes()).hexdigest()
        digests.add(blob.digest)
    assert len(digests) == 1


def test_files_belong_to_root_and_only_folders_that_are_asked_for_are_entries(tmp_path: Path) -> None:
    layers.build(hello(), tmp_path)
    with tarfile.open(layers.blob(hello(), tmp_path).path) as tar:
        members = {member.name: (member.uid, member.mtime, member.isdir()) for member in tar}
    assert members == {"etc/hello": (0, 0, False), "var/work": (185, 0, True)}


def test_a_layer_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(_: Path) -> None:
        raise SandboxError("no disk")

    with pytest.raises(SandboxError, match="no disk"):
        images.ensure(tmp_path, [Image("a/b:1", (Layer("bad", (), fail),))])
    assert list(layers.folder(tmp_path).iterdir()) == []


def test_layers_that_nobody_asks_for_are_deleted_after_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    images.ensure(tmp_path, [Image("a/b:1", (hello("old"),))])
    monkeypatch.setattr(layers, "UNUSED_DAYS", -1)
    images.ensure(tmp_path, [])
    assert list(layers.folder(tmp_path).iterdir()) == []


def test_an_archive_has_each_image_by_name_and_shared_layers_once(tmp_path: Path) -> None:
    first = Image("registry.test/a:1", (hello("base"), hello("own", "a")), {"User": "185"})
    second = Image("registry.test/b:1", (hello("base"), hello("own", "b")))
    files = packed(tmp_path, first, second)
    index = json.loads(files["index.json"])
    manifests = {
        each["annotations"]["io.containerd.image.name"]: json_blob(files, each["digest"]) for each in index["manifests"]
    }
    assert set(manifests) == {first.name, second.name}
    base = {manifest["layers"][0]["digest"] for manifest in manifests.values()}
    assert len(base) == 1
    blobs = [name for name in files if name.startswith("blobs/")]
    assert len(blobs) == 2 * 2 + 3  # a config and a manifest each, three different layers


def test_an_archives_blobs_are_what_their_names_say(tmp_path: Path) -> None:
    for name, content in packed(tmp_path, Image("a/b:1", (hello(),))).items():
        if name.startswith("blobs/"):
            assert name.rpartition("/")[2] == hashlib.sha256(content).hexdigest()


def test_an_images_configuration_says_how_it_is_started_and_what_it_is_made_of(tmp_path: Path) -> None:
    image = Image("a/b:1", (hello(),), {"Entrypoint": ["/opt/entrypoint.sh"]})
    files = packed(tmp_path, image)
    manifest = json_blob(files, json.loads(files["index.json"])["manifests"][0]["digest"])
    config = json_blob(files, manifest["config"]["digest"])
    assert config["config"] == {"Entrypoint": ["/opt/entrypoint.sh"]}
    assert config["rootfs"]["diff_ids"] == [layers.blob(hello(), tmp_path).digest]
    assert config["architecture"] == archive.architecture()


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("spark:3.5.9", "docker.io/library/spark:3.5.9"),
        ("apache/celeborn:0.7.0", "docker.io/apache/celeborn:0.7.0"),
        ("ghcr.io/kubeflow/controller:2.5.2", "ghcr.io/kubeflow/controller:2.5.2"),
        ("localhost/pause:1", "localhost/pause:1"),
        ("registry:5000/a:1", "registry:5000/a:1"),
    ],
)
def test_an_image_is_named_as_the_container_runtime_looks_it_up(short: str, full: str) -> None:
    assert images.reference(short) == full


def test_the_operators_image_shares_base_and_spark_with_the_jobs(tmp_path: Path) -> None:
    wanted = images.wanted(["spark:3.5.9", "ghcr.io/kubeflow/spark-operator/controller:2.5.2"], cache=tmp_path)
    operator, jobs = (next(each for each in wanted if word in each.name) for word in ("controller", "library/spark"))
    assert operator.layers[:2] == jobs.layers[:2]
    assert jobs.config["User"] == str(contents().user)
    assert jobs.config["Entrypoint"] == [contents().entrypoint]


@pytest.mark.parametrize("name", ["nginx:1", "spark:2.4.0", "apache/celeborn:0.7.0"])
def test_an_image_that_cannot_be_made_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=name):
        images.wanted([name], cache=tmp_path)


def test_the_key_of_images_changes_with_what_is_in_them() -> None:
    keys = {images.key([Image("a/b:1", (hello(text=text),))]) for text in ("one", "one", "two")}
    assert len(keys) == 2


def distribution(folder: Path) -> Path:
    """A folder that looks like a Celeborn distribution."""
    for name in (
        "sbin/start-master.sh",
        "jars/a.jar",
        "spark/celeborn-client-spark-3-shaded_2.12-0.7.0.jar",
        "flink/f.jar",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "master-jars").mkdir()
    (folder / "master-jars/a.jar").symlink_to("../jars/a.jar")
    return folder


def archived(folder: Path) -> Path:
    """The same as an archive with one folder at its top."""
    file = folder.with_suffix(".tgz")
    with tarfile.open(file, "w:gz") as tar:
        tar.add(folder, "apache-celeborn-0.7.0-bin")
    return file


@pytest.mark.parametrize("packing", ["folder", "archive"])
def test_celeborn_comes_from_a_folder_or_an_archive(packing: str, tmp_path: Path) -> None:
    path = distribution(tmp_path / "celeborn")
    path = archived(path) if packing == "archive" else path
    assert celeborn.from_environment({"CELEBORN_DIST": str(path)}) == path
    name = contents().jars[2].file(contents().spark["3.5.9"])
    assert celeborn.client_jar(path, name) == f"spark/{name}".encode()
    layer = celeborn.server_layer(path)
    layers.build(layer, tmp_path / "cache")
    with tarfile.open(layers.blob(layer, tmp_path / "cache").path) as tar:
        members = {member.name: member.linkname for member in tar if not member.isdir()}
    assert members == {
        "opt/celeborn/sbin/start-master.sh": "",
        "opt/celeborn/jars/a.jar": "",
        "opt/celeborn/master-jars/a.jar": "../jars/a.jar",  # the jars are there once
    }


def test_without_a_distribution_there_is_none_and_a_wrong_path_is_told(tmp_path: Path) -> None:
    assert celeborn.from_environment({}) is None
    with pytest.raises(SandboxError, match=r"CELEBORN_DIST: .* is no Celeborn distribution"):
        celeborn.from_environment({"CELEBORN_DIST": str(tmp_path)})


def test_a_distribution_for_another_spark_is_told(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match=r"has no other\.jar"):
        celeborn.client_jar(distribution(tmp_path / "celeborn"), "other.jar")


JAR = maven.Jar("org.example:thing:1.0", hashlib.sha256(b"jar").hexdigest())


def stand_in_maven(folder: Path, content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Maven of our own: it writes one jar where it is told to, or fails."""
    program = folder / "bin/mvn"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\nfor each; do case $each in -DoutputDirectory=*) out=${each#*=};; esac; done\n"
        f'grep -q "<artifactId>thing</artifactId><version>1.0</version>" pom.xml || exit 1\n{content}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_a_jar_is_fetched_and_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_maven(tmp_path, 'printf jar > "$out/thing-1.0.jar"', monkeypatch)
    maven.fetch([JAR], tmp_path)
    assert (tmp_path / "thing-1.0.jar").read_bytes() == b"jar"


def test_a_jar_that_differs_from_its_sum_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_maven(tmp_path, 'printf other > "$out/thing-1.0.jar"', monkeypatch)
    with pytest.raises(SandboxError, match=r"org\.example:thing:1\.0 has sha256"):
        maven.fetch([JAR], tmp_path)


def test_a_maven_that_cannot_reach_the_network_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_maven(tmp_path, 'echo "Connection refused" >&2; exit 1', monkeypatch)
    with pytest.raises(SandboxError, match="network cannot be reached"):
        maven.fetch([JAR], tmp_path)


def test_a_machine_without_maven_is_told_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SandboxError, match="apt-get install maven"):
        maven.fetch([JAR], tmp_path)


@pytest.mark.parametrize(
    ("inner", "target"),
    [
        ("deps/jars/spark-core_2.12-3.5.9.jar", "jars/spark-core_2.12-3.5.9.jar"),
        ("deps/bin/spark-submit", "bin/spark-submit"),
        ("deps/examples/pi.py", "examples/src/main/python/pi.py"),
        ("lib/pyspark.zip", "python/lib/pyspark.zip"),
        ("pyspark/sql/session.py", "python/pyspark/sql/session.py"),
        ("pyspark/sql/tests/test_udf.py", None),
        ("pyspark/tests/test_rdd.py", None),
        ("deps/jars/connect-repl/ammonite.jar", None),
        ("deps/data/mllib/a.txt", None),
        ("setup.py", None),
    ],
)
def test_of_pysparks_archive_the_image_gets_what_jobs_need(inner: str, target: str | None) -> None:
    assert spark._target(inner) == target
