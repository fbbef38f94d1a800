"""What is generated is current, and says everything."""

import pytest
import yaml

from components.base.sentences import model_in
from components.platform.inputs import Settings
from tests.conftest import ROOT
from tools.generate import GENERATED
from tools.generate_settings import section_of


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_is_current(name: str) -> None:
    path = ROOT / name
    recorded = path.read_text() if path.exists() else ""
    assert recorded == GENERATED[name](), f"{name} is not current: run `make generate`"


def test_the_settings_reference_has_every_key_of_every_section() -> None:
    published = yaml.safe_load((ROOT / "Pulumi.README.yaml").read_text())["config"]
    keys = {k.split(":")[1]: v for k, v in published.items()}
    missing: list[str] = []

    def compare(model: type, reference: dict[str, object], path: str) -> None:
        for key, field in model.model_fields.items():  # type: ignore[attr-defined]
            here = f"{path}{key}"
            if key not in reference:
                missing.append(here)
                continue
            nested, many = section_of(field)
            if nested is not None:
                value = reference[key]
                compare(nested, value[0] if many and isinstance(value, list) else value, f"{here}.")  # type: ignore[arg-type]

    compare(Settings, keys, "")
    assert missing == []


def test_every_setting_has_a_description() -> None:
    bare: list[str] = []

    def collect(model: type, path: str) -> None:
        for key, field in model.model_fields.items():  # type: ignore[attr-defined]
            nested = section_of(field)[0] or model_in(field.annotation)
            if nested is not None:
                collect(nested, f"{path}{key}.")
            elif not field.description:
                bare.append(f"{path}{key}")

    collect(Settings, "")
    assert bare == []
