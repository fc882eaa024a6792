"""Settings of a recipe: what `--set RECIPE.KEY=VALUE` may say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from codemods.errors import UsageError

Value = str | bool | int
Settings = Mapping[str, Value]

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; its kind is that of `default`. `choices` limits a text to these."""

    name: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()


def read_settings(recipe: str, declared: Sequence[Setting], given: Mapping[str, object]) -> Settings:
    """Return a value for each declared setting: the given one, else its default.

    Raises:
        UsageError: a given setting is not declared, or its value is of the wrong kind.
    """
    by_name = {setting.name: setting for setting in declared}
    for name in given:
        if name not in by_name:
            near = get_close_matches(name, by_name, n=1)
            known = (
                f"Did you mean {recipe}.{near[0]}?" if near else f"It has: {', '.join(by_name) or 'none'}."
            )
            raise UsageError(f"recipe {recipe} has no setting {name}", hint=known)
    return {
        name: _value(recipe, setting, given[name]) if name in given else setting.default
        for name, setting in by_name.items()
    }


def _value(recipe: str, setting: Setting, given: object) -> Value:
    text = str(given).strip()
    if isinstance(setting.default, bool):
        if text.lower() in _TRUTH:
            return _TRUTH[text.lower()]
        raise UsageError(f"{recipe}.{setting.name} is true or false, not {text}")
    if isinstance(setting.default, int):
        if text.lstrip("-").isdecimal():
            return int(text)
        raise UsageError(f"{recipe}.{setting.name} is a whole number, not {text}")
    if setting.choices and text not in setting.choices:
        raise UsageError(f"{recipe}.{setting.name} is one of {', '.join(setting.choices)}, not {text}")
    return text
