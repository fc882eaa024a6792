"""What a recipe author imports."""

from codemods.recipe.claims import SameMir, SameTree
from codemods.recipe.constraints import Condition, Kind, Type
from codemods.recipe.facts import (
    Answer,
    Compiles,
    ConversionOf,
    Fact,
    Facts,
    HasType,
    ItemOf,
    Known,
    MacroOrigin,
    MacroRules,
    NameFree,
    NeedsDrop,
    Resolves,
    TraitOf,
    TypeOf,
    Unknown,
)
from codemods.recipe.lift import RecipeError
from codemods.recipe.manifest_search import ManifestEntry
from codemods.recipe.matcher import Capture
from codemods.recipe.observed import Errors, ErrorTrait
from codemods.recipe.packages import Dependency, Package, Packages, Role, Target
from codemods.recipe.pattern import Pattern
from codemods.recipe.proposals import (
    Ambiguous,
    Change,
    Created,
    Deleted,
    Edited,
    Form,
    Keeps,
    Needs,
    NotASite,
    Option,
    Origin,
    Proposal,
    Retires,
    Skipped,
)
from codemods.recipe.query import Finder, Query
from codemods.recipe.recipe import Applicability, Recipe, recipe
from codemods.recipe.search import Match
from codemods.recipe.settings import Setting, Settings
from codemods.recipe.site import Site, find_sites
from codemods.rust.edits import Edit, EditConflict, ordered
from codemods.rust.format_strings import (
    FormatString,
    FormatStringError,
    Placeholder,
    is_string_literal,
    parse_format_string,
    string_literal,
    string_value,
    without_formatting,
)
from codemods.rust.import_edits import ImportEditError, ImportEdits
from codemods.rust.imports import Import, imports_in, imports_of
from codemods.rust.mentions import Mention, MentionKind, mentions_of
from codemods.rust.names import Meaning, Names, root_macro_uses, root_names
from codemods.rust.outlines import Outline, TokenGroups
from codemods.rust.scopes import Namespace
from codemods.rust.source import Source
from codemods.rust.spans import Span
from codemods.rust.tokens import Token, TokenKind, TokenMacroCall, macro_calls, matching, tokens
from codemods.rust.trees import SyntaxTree, TreeKind
from codemods.rust.use_trees import use_statements

__all__ = [
    "Ambiguous",
    "Answer",
    "Applicability",
    "Capture",
    "Change",
    "Compiles",
    "Condition",
    "ConversionOf",
    "Created",
    "Deleted",
    "Dependency",
    "Edit",
    "EditConflict",
    "Edited",
    "ErrorTrait",
    "Errors",
    "Fact",
    "Facts",
    "Finder",
    "Form",
    "FormatString",
    "FormatStringError",
    "HasType",
    "Import",
    "ImportEditError",
    "ImportEdits",
    "ItemOf",
    "Keeps",
    "Kind",
    "Known",
    "MacroOrigin",
    "MacroRules",
    "ManifestEntry",
    "Match",
    "Meaning",
    "Mention",
    "MentionKind",
    "NameFree",
    "Names",
    "Namespace",
    "Needs",
    "NeedsDrop",
    "NotASite",
    "Option",
    "Origin",
    "Outline",
    "Package",
    "Packages",
    "Pattern",
    "Placeholder",
    "Proposal",
    "Query",
    "Recipe",
    "RecipeError",
    "Resolves",
    "Retires",
    "Role",
    "SameMir",
    "SameTree",
    "Setting",
    "Settings",
    "Site",
    "Skipped",
    "Source",
    "Span",
    "SyntaxTree",
    "Target",
    "Token",
    "TokenGroups",
    "TokenKind",
    "TokenMacroCall",
    "TraitOf",
    "TreeKind",
    "Type",
    "TypeOf",
    "Unknown",
    "find_sites",
    "imports_in",
    "imports_of",
    "is_string_literal",
    "macro_calls",
    "matching",
    "mentions_of",
    "ordered",
    "parse_format_string",
    "recipe",
    "root_macro_uses",
    "root_names",
    "string_literal",
    "string_value",
    "tokens",
    "use_statements",
    "without_formatting",
]
