"""Types, bounds and generics of rustdoc's JSON as text, with every path in full: what a signature means.

Two texts are equal where the types are: names of parameters, elided lifetimes and the order of bounds are
left out, `where` and inline bounds are one. The shape of the JSON belongs to one rustdoc; what is not
known here is an error, never a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from codemods.cargo.api_lifetimes import needless
from codemods.errors import CodemodError

Json = Mapping[str, Any]

_ELIDED = "'_"
_STATIC = "'static"
_DEPTH = 24  # aliases of aliases; rustc allows no cycles
# What these aliases of std stand for, by how many types they are given.
_STD_ALIASES = {
    ("core::fmt::Result", 0): "core::result::Result<(), core::fmt::Error>",
    ("std::io::error::Result", 1): "core::result::Result<{}, std::io::error::Error>",
}


class UnknownShapeError(CodemodError):
    """Rustdoc's JSON has a shape that is not known here."""


@dataclass(frozen=True)
class Writer:
    """Writes what one crate's JSON says. `expands`: aliases of the crate itself are written out.

    `names` are what generic parameters stand for, inside of an alias that is written out.
    """

    crate: Json
    expands: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    depth: int = 0

    def path(self, id: object, written: str) -> str:
        """Return the full path of the item `id`; `written` is how the source has it."""
        known = self.crate["paths"].get(str(id))
        if known is None:
            return written.removeprefix("$crate::").removeprefix("::")
        return "::".join(known["path"])

    def type(self, value: Any) -> str:
        """Return a type."""
        if value == "infer":
            return "_"
        kind, inner = _only(value)
        write = getattr(self, f"_{kind}", None)
        if write is None:
            raise UnknownShapeError(f"rustdoc knows a sort of type that is not known here: {kind}")
        return str(write(inner))

    def bounds(self, bounds: Iterable[Any]) -> str:
        """Return bounds, sorted: `A + B`."""
        return " + ".join(sorted({self._bound(bound) for bound in bounds}))

    def generics(self, generics: Json) -> tuple[str, str]:
        """Return the parameters in angle brackets with their bounds, and what is left of a `where` clause."""
        inline: dict[str, list[Any]] = {}
        clauses: list[str] = []
        for predicate in generics["where_predicates"]:
            self._sort_predicate(predicate, inline, clauses)
        shown = [text for each in generics["params"] if (text := self._parameter(each, inline))]
        clauses += [f"{name}: {self.bounds(found)}" for name, found in inline.items()]
        return (
            f"<{', '.join(shown)}>" if shown else "",
            f" where {', '.join(sorted(clauses))}" if clauses else "",
        )

    def signature(self, function: Json, *, name: str) -> str:
        """Return a function's: qualifiers, generics, types of its parameters and result."""
        short = self._without_needless(function)
        angle, where = short.generics(function["generics"])
        return f"{self._header(function['header'])}fn {name}{angle}{short._call(function['sig'])}{where}"

    def without(self, lifetimes: Collection[str]) -> Writer:
        """Return a writer that leaves these lifetimes out."""
        return replace(self, names={**self.names, **dict.fromkeys(lifetimes, _ELIDED)}) if lifetimes else self

    def _without_needless(self, function: Json) -> Writer:
        signature, generics = function["sig"], function["generics"]
        types = {name: self.type(type) for name, type in signature["inputs"]}
        inputs = [self.type(type) for _, type in signature["inputs"]]
        output = "" if signature["output"] is None else self.type(signature["output"])
        bounds = " ".join(self.bounds_of(generics))
        return self.without(needless(generics, inputs, output, bounds, types.get("self")))

    def bounds_of(self, generics: Json) -> tuple[str, str]:
        """Return what may name lifetimes beside the types: bounds of other parameters, and conditions."""
        others = [each for each in generics["params"] if "lifetime" not in each["kind"]]
        return self.generics({**generics, "params": others})

    def _call(self, signature: Json) -> str:
        inputs = [self._input(name, type) for name, type in signature["inputs"]]
        inputs += ["..."] if signature["is_c_variadic"] else []
        output = signature["output"]
        result = "" if output is None else self.type(output)
        return f"({', '.join(inputs)})" + (f" -> {result}" if result not in ("", "()") else "")

    def _input(self, name: str, type: Any) -> str:
        if name != "self":
            return self.type(type)
        text = self.type(type)
        short = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}
        return short.get(text, f"self: {text}")

    @staticmethod
    def _header(header: Json) -> str:
        abi = header["abi"] if isinstance(header["abi"], str) else next(iter(header["abi"]))
        words = [
            "const" if header["is_const"] else "",
            "async" if header["is_async"] else "",
            "unsafe" if header["is_unsafe"] else "",
            "" if abi == "Rust" else f'extern "{abi}"',
        ]
        return "".join(f"{word} " for word in words if word)

    def _sort_predicate(self, predicate: Any, inline: dict[str, list[Any]], clauses: list[str]) -> None:
        match _only(predicate):
            case "bound_predicate", {"type": {"generic": str(name)}, "bounds": bounds, "generic_params": []}:
                inline.setdefault(name, []).extend(bounds)
            case "bound_predicate", inner:
                binder = self._binder(inner["generic_params"])
                clauses.append(f"{binder}{self.type(inner['type'])}: {self.bounds(inner['bounds'])}")
            case "lifetime_predicate", inner:
                clauses.append(f"{inner['lifetime']}: {' + '.join(sorted(inner['outlives']))}")
            case "eq_predicate", inner:
                clauses.append(f"{self.type(inner['lhs'])} = {self._term(inner['rhs'])}")
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows a predicate that is not known here: {kind}")

    def _parameter(self, parameter: Json, inline: dict[str, list[Any]]) -> str:
        name = parameter["name"]
        match _only(parameter["kind"]):
            case "lifetime", _ if self.names.get(name) == _ELIDED:
                return ""
            case "lifetime", inner:
                bounds = " + ".join(sorted(inner["outlives"]))
                return f"{name}: {bounds}" if bounds else str(name)
            case "type", {"is_synthetic": True}:
                return ""  # `impl Trait` in the place of a parameter is written there
            case "type", inner:
                bounds = self.bounds([*inner["bounds"], *inline.pop(name, ())])
                default = f" = {self.type(inner['default'])}" if inner["default"] is not None else ""
                return f"{name}{': ' + bounds if bounds else ''}{default}"
            case "const", inner:
                default = f" = {inner['default']}" if inner["default"] is not None else ""
                return f"const {name}: {self.type(inner['type'])}{default}"
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows a generic parameter that is not known here: {kind}")

    def _bound(self, bound: Any) -> str:
        match _only(bound):
            case "trait_bound", inner:
                mark = {"none": "", "maybe": "?", "maybe_const": "[const] "}[inner["modifier"]]
                return mark + self._binder(inner["generic_params"]) + self.trait(inner["trait"])
            case "outlives", str(lifetime):
                return self.names.get(lifetime, lifetime)
            case "use", captured:
                names = [each if isinstance(each, str) else next(iter(each.values())) for each in captured]
                return f"use<{', '.join(names)}>"
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows a bound that is not known here: {kind}")

    def trait(self, path: Json) -> str:
        """Return a trait with its arguments."""
        return self.path(path["id"], path["path"]) + self._arguments(path["args"])

    def _binder(self, parameters: Sequence[Json]) -> str:
        names = [each["name"] for each in parameters]
        return f"for<{', '.join(names)}> " if names else ""

    def _arguments(self, arguments: Any) -> str:
        if arguments is None:
            return ""
        match _only(arguments):
            case "angle_bracketed", inner:
                shown = [text for each in inner["args"] if (text := self._argument(each)) != _ELIDED]
                shown += [self._constraint(each) for each in inner["constraints"]]
                return f"<{', '.join(shown)}>" if shown else ""
            case "parenthesized", inner:
                output = f" -> {self.type(inner['output'])}" if inner["output"] is not None else ""
                return f"({', '.join(map(self.type, inner['inputs']))}){output}"
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows generic arguments that are not known here: {kind}")

    def _argument(self, argument: Any) -> str:
        if argument == "infer":
            return "_"
        match _only(argument):
            case "type", inner:
                return self.type(inner)
            case "lifetime", str(name):
                return self.names.get(name, name)
            case "const", inner:
                return str(inner["expr"])
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows a generic argument that is not known here: {kind}")

    def _constraint(self, constraint: Json) -> str:
        name = constraint["name"] + self._arguments(constraint["args"])
        match _only(constraint["binding"]):
            case "equality", term:
                return f"{name} = {self._term(term)}"
            case "constraint", bounds:
                return f"{name}: {self.bounds(bounds)}"
            case kind, _:
                raise UnknownShapeError(f"rustdoc knows a constraint that is not known here: {kind}")

    def _term(self, term: Any) -> str:
        kind, inner = _only(term)
        return self.type(inner) if kind == "type" else str(inner["expr"])

    # One method for each sort of type, by the name that rustdoc has for it

    def _resolved_path(self, path: Json) -> str:
        alias = self.crate["index"].get(str(path["id"])) if self.expands else None
        if alias is not None and "type_alias" in alias["inner"]:
            return self._expanded(alias["inner"]["type_alias"], path)
        name, arguments = self.path(path["id"], path["path"]), self._arguments(path["args"])
        given = [] if path["args"] is None else path["args"].get("angle_bracketed", {}).get("args", [])
        means = _STD_ALIASES.get((name, len(given)))
        return name + arguments if means is None else means.format(*map(self._argument, given))

    def _expanded(self, alias: Json, path: Json) -> str:
        if self.depth > _DEPTH:
            raise UnknownShapeError("aliases stand for aliases without end")
        given = [] if path["args"] is None else path["args"].get("angle_bracketed", {}).get("args", [])
        arguments = [self._argument(each) for each in given]
        names: dict[str, str] = {}
        inside = replace(self, names=names, depth=self.depth + 1)
        for number, parameter in enumerate(alias["generics"]["params"]):
            default = parameter["kind"].get("type", {}).get("default")
            if number < len(arguments):
                names[parameter["name"]] = arguments[number]
            elif default is not None:
                names[parameter["name"]] = inside.type(default)
        return inside.type(alias["type"])

    def _generic(self, name: str) -> str:
        return self.names.get(name, name)

    @staticmethod
    def _primitive(name: str) -> str:
        return {"never": "!", "unit": "()"}.get(name, name)

    def _tuple(self, types: Sequence[Any]) -> str:
        comma = "," if len(types) == 1 else ""
        return f"({', '.join(map(self.type, types))}{comma})"

    def _slice(self, type: Any) -> str:
        return f"[{self.type(type)}]"

    def _array(self, array: Json) -> str:
        return f"[{self.type(array['type'])}; {array['len']}]"

    def _impl_trait(self, bounds: Sequence[Any]) -> str:
        return f"impl {self.bounds(bounds)}"

    def _dyn_trait(self, inner: Json) -> str:
        first, *others = (
            self._binder(each["generic_params"]) + self.trait(each["trait"]) for each in inner["traits"]
        )
        named = self.names.get(inner["lifetime"], inner["lifetime"])
        # `'static` is what is meant without a word, but for a reference, which says it itself.
        lifetime = [] if named in (None, _ELIDED, _STATIC) else [named]
        return f"dyn {' + '.join([first, *sorted(others), *lifetime])}"

    def _raw_pointer(self, inner: Json) -> str:
        return f"*{'mut' if inner['is_mutable'] else 'const'} {self.type(inner['type'])}"

    def _borrowed_ref(self, inner: Json) -> str:
        lifetime = self.names.get(inner["lifetime"], inner["lifetime"])
        shown = "" if lifetime in (None, _ELIDED) else f"{lifetime} "
        type = self.type(inner["type"])
        if inner["type"].get("dyn_trait", {}).get("lifetime") == _STATIC:
            type += f" + {_STATIC}"
        inside = f"({type})" if type.startswith(("dyn ", "impl ")) and " + " in type else type
        return f"&{shown}{'mut ' if inner['is_mutable'] else ''}{inside}"

    def _function_pointer(self, inner: Json) -> str:
        signature = {**inner["sig"], "inputs": [("_", type) for _, type in inner["sig"]["inputs"]]}
        return (
            f"{self._binder(inner['generic_params'])}{self._header(inner['header'])}fn{self._call(signature)}"
        )

    def _qualified_path(self, inner: Json) -> str:
        trait = f" as {self.trait(inner['trait'])}" if inner["trait"] is not None else ""
        own = self.type(inner["self_type"])
        head = f"<{own}{trait}>" if trait else own
        return f"{head}::{inner['name']}{self._arguments(inner['args'])}"


def _only(value: Any) -> tuple[str, Any]:
    """Return the one key of a tagged value, and what it holds."""
    if isinstance(value, str):
        return value, None
    if not isinstance(value, Mapping) or len(value) != 1:
        raise UnknownShapeError(f"rustdoc's JSON has an unknown shape: {str(value)[:80]}")
    return next(iter(value.items()))
