"""Read the `@recipe(...)` declaration of a module with libcst; nothing of it is executed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import libcst

from codemods.recipe.metadata import MetadataError, RecipeInfo

_TEXTS = ("summary", "epoch", "min_rust")
_REQUIRED = (*_TEXTS, "applicability", "pattern")


def read(path: Path, content_hash: str) -> RecipeInfo:
    """Return what the module at `path` declares; its origin is a guess, for the caller to replace.

    Raises:
        MetadataError: it is not Python, or declares no recipe, several, or one not made of literals.
    """
    try:
        module = libcst.parse_module(path.read_bytes())
    except libcst.ParserSyntaxError as error:
        where = f"{path}:{error.raw_line}:{error.raw_column + 1}"
        raise MetadataError("this recipe is not valid Python", where=where) from error
    except (OSError, UnicodeDecodeError) as error:
        raise MetadataError(f"this recipe cannot be read: {error}", where=str(path)) from error
    name, arguments = _the_declaration(module, path)
    reader = _Reader(module, path)
    for required in _REQUIRED:
        if required not in arguments:
            raise MetadataError(f"recipe {name} does not say its {required}", where=str(path))
    texts = {key: reader.text(key, arguments[key]) for key in _TEXTS}
    return RecipeInfo(
        id=name.replace("_", "-"),
        summary=texts["summary"],
        epoch=texts["epoch"],
        min_rust=texts["min_rust"],
        applicability=reader.applicability(arguments["applicability"]),
        docstring=module.get_docstring() or "",
        after=tuple(reader.text("after", each) for each in reader.elements(arguments.get("after"))),
        needs=tuple(reader.code(each) for each in reader.elements(arguments.get("facts"))),
        settings=tuple(reader.setting(name, each) for each in reader.elements(arguments.get("settings"))),
        codes=tuple(reader.pairs("codes", arguments.get("codes"))),
        origin="workspace",
        path=path,
        content_hash=content_hash,
    )


def _the_declaration(module: libcst.Module, path: Path) -> tuple[str, Mapping[str, libcst.BaseExpression]]:
    found = list(_declarations(module))
    if not found:
        raise MetadataError(
            "this module declares no recipe",
            where=str(path),
            hint="A recipe is a function under @recipe(...).",
        )
    if len(found) > 1:
        names = ", ".join(name for name, _ in found)
        raise MetadataError(
            f"this module declares several recipes: {names}",
            where=str(path),
            hint="Give each its own module.",
        )
    name = found[0][0]
    expected = path.parent.name if path.name == "__init__.py" else path.stem
    if name != expected:
        raise MetadataError(
            f"the recipe in {path.name} is called {name}",
            where=str(path),
            hint=f"One name serves for the module and the function: call it {expected}.",
        )
    return found[0]


def _declarations(module: libcst.Module) -> Iterator[tuple[str, Mapping[str, libcst.BaseExpression]]]:
    for statement in module.body:
        if not isinstance(statement, libcst.FunctionDef):
            continue
        for decorator in statement.decorators:
            call = decorator.decorator
            if isinstance(call, libcst.Call) and _last_name(call.func) == "recipe":
                arguments = {arg.keyword.value: arg.value for arg in call.args if arg.keyword is not None}
                yield statement.name.value, arguments


def _last_name(node: libcst.BaseExpression) -> str:
    if isinstance(node, libcst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, libcst.Name) else ""


class _Reader:
    """Reads literals, and names that the module's top level gives one."""

    def __init__(self, module: libcst.Module, path: Path) -> None:
        self._module = module
        self._path = path
        self._constants = dict(_constants(module))

    def text(self, what: str, node: libcst.BaseExpression) -> str:
        """Return the value of a string literal, or of a constant that is one."""
        node = self._resolved(node)
        if isinstance(node, libcst.SimpleString | libcst.ConcatenatedString):
            value = node.evaluated_value
            if isinstance(value, str):
                return value
        raise MetadataError(
            f"{what} is not a plain text: {self.code(node)}",
            where=str(self._path),
            hint="It is read without running the module, so it must be written out.",
        )

    def applicability(self, node: libcst.BaseExpression) -> str:
        """Return `machine-applicable` for `Applicability.MACHINE_APPLICABLE`."""
        node = self._resolved(node)
        if isinstance(node, libcst.Attribute):
            return node.attr.value.lower().replace("_", "-")
        return self.text("applicability", node)

    def elements(self, node: libcst.BaseExpression | None) -> list[libcst.BaseExpression]:
        """Return the elements of a tuple or list; none where there is neither."""
        node = None if node is None else self._resolved(node)
        if isinstance(node, libcst.Tuple | libcst.List):
            return [self._resolved(element.value) for element in node.elements]
        return []

    def pairs(self, what: str, node: libcst.BaseExpression | None) -> Iterator[tuple[str, str]]:
        """Yield the keys and values of a dictionary of texts; nothing where there is none."""
        node = None if node is None else self._resolved(node)
        if isinstance(node, libcst.Dict):
            for element in node.elements:
                if isinstance(element, libcst.DictElement):
                    yield self.text(what, element.key), self.text(what, element.value)

    def setting(self, recipe: str, node: libcst.BaseExpression) -> str:
        """Return how to set a `Setting(name, default, help, choices)`, and what it does."""
        names = ("name", "default", "help", "choices")
        if not isinstance(node, libcst.Call):
            return self.code(node)
        values = {
            argument.keyword.value if argument.keyword is not None else names[index]: argument.value
            for index, argument in enumerate(node.args[: len(names)])
        }
        if not {"name", "default", "help"} <= values.keys():
            return self.code(node)
        key = f"{recipe.replace('_', '-')}.{self.text('a setting', values['name'])}"
        choices = [self.text("a choice", each) for each in self.elements(values.get("choices"))]
        default = self.code(values["default"]).strip("\"'")
        others = f"; one of {', '.join(choices)}" if choices else ""
        return f"`{key}={default}` (the default{others}): {self.text('a help text', values['help'])}"

    def code(self, node: libcst.BaseExpression) -> str:
        """Return the source of `node` on one line."""
        text = " ".join(self._module.code_for_node(node).split())
        return text.replace("( ", "(").replace(", )", ")")

    def _resolved(self, node: libcst.BaseExpression) -> libcst.BaseExpression:
        return self._constants.get(node.value, node) if isinstance(node, libcst.Name) else node


def _constants(module: libcst.Module) -> Iterator[tuple[str, libcst.BaseExpression]]:
    for line in module.body:
        if not isinstance(line, libcst.SimpleStatementLine):
            continue
        for statement in line.body:
            if isinstance(statement, libcst.Assign) and len(statement.targets) == 1:
                target = statement.targets[0].target
                if isinstance(target, libcst.Name):
                    yield target.value, statement.value
            elif (
                isinstance(statement, libcst.AnnAssign)
                and isinstance(statement.target, libcst.Name)
                and statement.value is not None
            ):
                yield statement.target.value, statement.value
