"""An environment's levels and figures: `policies/<pack>/<environment>.json`, read strictly.

The policy engine ignores a misspelt rule and accepts a misspelt figure, so both are refused here: when a pack starts,
when a preview runs, and in the tests.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from components.base.mistakes import InputError
from components.base.sentences import nearest, unknown_key
from policies.base import allow
from policies.base.rule import LEVELS, Context, Level, Rule

ALL = "all"
LEVEL = "enforcementLevel"
UNDECIDED = "undecided"
"""Level of a mandatory rule that met a value which is known only later; like the allow-list it holds for both packs and
is in the JSON of the pack `isolation`. To the engine it looks like the level of a rule that no pack has."""
POLICIES = Path(__file__).resolve().parent.parent
OWNER = "isolation"
FALLBACK = "prod"
"""The file of environments without one of their own: the strictest."""


@dataclass(frozen=True)
class Config:
    """Level and figures of each rule, by rule id, and how what is known only later is treated."""

    levels: dict[str, Level]
    figures: dict[str, dict[str, Any]]
    undecided: Level = "advisory"


def config_file(pack: Path, environment: str) -> Path:
    """The JSON of an environment; one without its own gets prod's, so that a new environment starts strict."""
    path = pack / f"{environment}.json"
    return path if path.is_file() else pack / f"{FALLBACK}.json"


def load(path: Path, rules: Sequence[Rule]) -> Config:
    """The file's levels and figures over the rules' own defaults. Raises InputError with every mistake in it."""
    return read(_data(path), rules, path.name)


def context_of(environment: str, region: str | None, policies: Path = POLICIES) -> Context:
    """What rules know of an environment besides resources; both packs have the allow-list of one JSON.

    Raises InputError with every mistake in the allow-list.
    """
    path = config_file(policies / OWNER, environment)
    data = _data(path)
    rule = data.get(allow.RULE) if isinstance(data, dict) else None
    listed = rule.get(allow.ALLOW, {}) if isinstance(rule, dict) else {}
    wrong = allow.mistakes(listed)
    if wrong:
        raise InputError(f"{path.name}: {sentence}" for sentence in wrong)
    return Context(region=region, environment=path.stem, allow=allow.read(listed))


def _data(path: Path) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_no_key_twice)
    except json.JSONDecodeError as e:
        raise InputError([f"{path.name}: line {e.lineno}: not JSON ({e.msg})"]) from None


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON silently keeps the last of two equal keys; here they are a mistake."""
    keys = [key for key, _ in pairs]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise InputError([f"{key}: appears twice; allowed: once" for key in twice])
    return dict(pairs)


def read(data: object, rules: Sequence[Rule], title: str = "config") -> Config:
    """The levels and figures of parsed JSON. Raises InputError with every mistake, each with its path."""
    if not isinstance(data, dict):
        raise InputError([f"{title}: allowed: an object with rule ids as keys"])
    by_id = {r.id: r for r in rules}
    wrong = [f"{title}: {s}" for key, value in data.items() for s in _mistakes(str(key), value, by_id)]
    if wrong:
        raise InputError(wrong)
    whole: Level | None = _level_of(data.get(ALL))
    levels = {r.id: _level_of(data.get(r.id)) or whole or r.level for r in rules}
    figures = {r.id: _figures(r, data.get(r.id)) for r in rules}
    return Config(levels, figures, data.get(UNDECIDED, "advisory"))


def defaults(rules: Sequence[Rule]) -> Config:
    """The rules' own levels and figures."""
    return read({}, rules)


def check_all(pack: Path, rules: Sequence[Rule]) -> None:
    """Reads every environment's JSON of a pack. Raises InputError with the mistakes of all files."""
    wrong: list[str] = []
    for path in sorted(pack.glob("*.json")):
        try:
            load(path, rules)
        except InputError as e:
            wrong += e.sentences
    if wrong:
        raise InputError(wrong, f"wrong policy configuration in {pack.name}/")


def figure_mistakes(rule: Rule, values: dict[str, Any], path: str) -> list[str]:
    """One sentence for each figure of a rule that is unknown or out of its bounds."""
    wrong: list[str] = []
    for name, value in values.items():
        if name not in rule.figures:
            wrong.append(unknown_key(name, [LEVEL, *rule.figures], f"{path}.{name}"))
            continue
        figure, default = rule.figures[name]
        if rule.id == allow.RULE:
            wrong += allow.mistakes(value)
            continue
        allowed = _not_allowed(value, figure.schema(default))
        if allowed:
            wrong.append(f"{path}.{name}: {value!r} is not allowed; allowed: {allowed}")
    return wrong


def _mistakes(key: str, value: object, by_id: dict[str, Rule]) -> list[str]:
    whole = {ALL} | ({UNDECIDED} if allow.RULE in by_id else set())
    if key not in whole and key not in by_id:
        if key in (UNDECIDED, allow.RULE):
            return [f"{key}: belongs into the JSON of {OWNER}/, for both packs"]
        return [unknown_key(key, [*sorted(whole), *by_id])]
    if key == UNDECIDED and value not in ("advisory", "mandatory"):
        return [f"{key}: {value!r} is not allowed; allowed: advisory, mandatory"]
    if isinstance(value, str):
        return _level_mistakes(value, key)
    if not isinstance(value, dict) or key == ALL:
        return [f"{key}: {value!r} is not allowed; allowed: {', '.join(LEVELS)}"]
    level = _level_mistakes(value[LEVEL], f"{key}.{LEVEL}") if LEVEL in value else []
    return level + figure_mistakes(by_id[key], {k: v for k, v in value.items() if k != LEVEL}, key)


def _level_mistakes(value: object, path: str) -> list[str]:
    if value in LEVELS:
        return []
    close = nearest(str(value), LEVELS)
    hint = f"; did you mean {close!r}?" if close else ""
    return [f"{path}: {value!r} is not allowed; allowed: {', '.join(LEVELS)}{hint}"]


def _not_allowed(value: object, schema: dict[str, Any]) -> str:
    """What is allowed where the value is not; empty for an allowed value."""
    kind = schema["type"]
    if kind == "boolean":
        return "" if isinstance(value, bool) else "true or false"
    if kind in ("integer", "number"):
        types: tuple[type, ...] = (int,) if kind == "integer" else (int, float)
        fits = isinstance(value, types) and not isinstance(value, bool) and value >= schema["minimum"]
        return "" if fits else f"{'a whole number' if kind == 'integer' else 'a number'}, {schema['minimum']:g} or more"
    choices = schema.get("enum") or schema.get("items", {}).get("enum")
    words = f"of {', '.join(choices)}" if choices else ""
    if kind == "string":
        fits = isinstance(value, str) and (not choices or value in choices)
        return "" if fits else f"text {words}".strip()
    fits = isinstance(value, list) and all(isinstance(v, str) and (not choices or v in choices) for v in value)
    return "" if fits else f"a list of texts {words}".strip()


def _level_of(value: object) -> Level | None:
    level = value.get(LEVEL) if isinstance(value, dict) else value
    return cast(Level, level) if level is not None else None


def _figures(rule: Rule, value: object) -> dict[str, Any]:
    configured = value if isinstance(value, dict) else {}
    return {k: configured.get(k, list(d) if isinstance(d, tuple) else d) for k, (_, d) in rule.figures.items()}
