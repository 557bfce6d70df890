"""Which module may know which, how large a module may grow, and which libraries stand where."""

import ast
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "searchkit"

# group -> its modules; a name ending in a dot stands for a folder. Every module is in exactly one group.
GROUPS = {
    "ground": "searchkit errors article durable columns syllable wordends",
    "text": "text fields dates encodings",
    "analysis": "pyvimodel segment chunks facts tokens analysis reading",
    "language": "query lexer capitals parser resolved abbreviations functionwords terms fuzzy resolve explain keystrokes suggest wildcards data",
    "arrays": "postings proximity ranking scoring sketch",
    "passages": "passages highlight",
    "readers": "newsroom readers readers.",
    "engines": "engines engines.",
    "index": "lock generations manifest catalogue ledger sources report draft intake opening verify build index",
    "search": "results batching search",
    "render": "render rendering rendering.",
    "commands": "cli __main__ commands commands.",
}

# group -> the groups that it may import; its own always. Nothing imports upward.
MAY_IMPORT = {
    "ground": "",
    "text": "ground",
    "analysis": "ground text",
    "language": "ground text analysis",
    "arrays": "ground text",
    "passages": "ground text analysis language",
    "readers": "ground text",
    "engines": "ground text analysis language arrays passages",
    "index": "ground analysis readers engines",
    "search": "ground language passages engines index",
    "render": "ground text passages search",
    "commands": "ground text analysis language readers index search render",
}

# library -> the only places that import it; pyvi is read as files, never imported.
LIBRARIES = {
    "click": "cli commands.",
    "rich": "commands.",
    "whoosh": "engines.whoosh_",
    "opensearchpy": "engines.opensearch_",
    "yaml": "readers.",
    "lxml": "readers.",
    "docx": "readers.",
    "pypdf": "readers.",
    "numpy": "columns pyvimodel segment facts analysis reading fuzzy postings proximity ranking scoring sketch engines.",
    "pyvi": "",
    "sklearn": "",
    "scipy": "",
}
# Imported inside a function that few call, so that the others do not load Whoosh; no part of a cycle at load.
LATE = {("engines.whoosh_toc", "engines.whoosh_codec")}
MODULE_LINES = 400
FUNCTION_LINES = 60
PARAMETERS = 8


@cache
def modules():
    """Name (without the package) -> syntax tree."""
    return {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(ROOT.rglob("*.py"))}


def name_of(path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    return "searchkit" if name == "__init__" else name


def imports(tree, names):
    """(module imported, line): modules of the package by their own names, others by their top-level name.

    Imports for annotations alone are left out: they are not there when the program runs.
    """
    for node in running(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield own_name(alias.name, names), node.lineno
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield own_name(f"{node.module}.{alias.name}", names), node.lineno


def running(node):
    """All nodes but those under `if TYPE_CHECKING`."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from running(child)


def own_name(name, names):
    """
    >>> own_name("searchkit.readers.files.display", {"readers.files"}), own_name("os.path", set())
    ('readers.files', 'os')
    """
    if name.split(".")[0] != "searchkit":
        return name.split(".")[0]
    inner = name.removeprefix("searchkit.")
    while inner and inner not in names:
        inner = inner.rpartition(".")[0]
    return inner or "searchkit"


def stands_in(module, places):
    """Whether a module is one of the places; a place ending in a dot or an underscore stands for all that begin so."""
    return any(module == place or (place[-1] in "._" and module.startswith(place)) for place in places.split())


def group_of(module):
    return next(group for group, places in GROUPS.items() if stands_in(module, places))


def test_every_module_has_its_group():
    for module in modules():
        groups = [group for group, places in GROUPS.items() if stands_in(module, places)]
        assert len(groups) == 1, f"{module}.py is in the groups {groups}: give it one, in GROUPS"


def test_every_group_and_place_exists():
    for table in (GROUPS, LIBRARIES):
        for key, places in table.items():
            for place in places.split():
                known = key in ("opensearchpy", "lxml", "docx", "pypdf")  # libraries of optional parts
                assert known or any(stands_in(module, place) for module in modules()), place
    assert MAY_IMPORT.keys() == GROUPS.keys()


@pytest.mark.parametrize("module", modules())
def test_imports_go_downward(module):
    group = group_of(module)
    allowed = {group, *MAY_IMPORT[group].split()}
    for imported, line in imports(modules()[module], modules()):
        if imported in modules() and imported != "searchkit":
            found = group_of(imported)
            assert found in allowed, f"{module}.py line {line}: {group} may not import {found} ({imported})"


def test_no_module_needs_itself():
    names = modules().keys()
    graph = {
        module: {
            imported
            for imported, _ in imports(tree, names)
            if imported in names - {module, "searchkit"} and (module, imported) not in LATE
        }
        for module, tree in modules().items()
    }
    list(TopologicalSorter(graph).static_order())  # raises CycleError, naming the cycle


@pytest.mark.parametrize("module", modules())
def test_libraries_stay_in_their_places(module):
    for imported, line in imports(modules()[module], modules()):
        if imported in modules() or imported in sys.stdlib_module_names:
            continue
        assert imported in LIBRARIES, f"{module}.py line {line}: {imported} is in no table of libraries"
        assert stands_in(module, LIBRARIES[imported]), f"{module}.py line {line} may not import {imported}"


def test_readers_and_engines_do_not_know_each_other():
    """A format or an engine goes through what its folder shares, never through another's own module."""
    table = {line.split('"')[3] for line in (ROOT / "readers/__init__.py").read_text().splitlines() if '": "' in line}
    formats = {name.removeprefix("searchkit.") for name in table} - {"readers.json_lines"}  # JSON, by the line
    for module in formats:
        assert not formats & {imported for imported, _ in imports(modules()[module], modules())}
    for module in modules():
        if module.startswith("engines.opensearch"):
            assert not any(name.startswith("engines.whoosh") for name, _ in imports(modules()[module], modules()))


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=name_of)
def test_a_module_is_one_concept(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines < MODULE_LINES, f"{path.name} has {lines} lines: it is more than one concept"


def functions(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@pytest.mark.parametrize("module", modules())
def test_functions_fit_on_a_screen(module):
    for function in functions(modules()[module]):
        lines = function.end_lineno - function.lineno + 1
        parameters = len(function.args.args) + len(function.args.kwonlyargs)
        assert lines <= FUNCTION_LINES, f"{module}.{function.name} has {lines} lines"
        assert parameters <= PARAMETERS, f"{module}.{function.name} takes {parameters}: a dataclass?"


@pytest.mark.parametrize("module", modules())
def test_habits(module):
    tree = modules()[module]
    assert ast.get_docstring(tree), f"{module}.py does not say what it is for"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names), f"{module}.py line {node.lineno}: star import"
            assert node.level == 0, f"{module}.py line {node.lineno}: relative import"
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{module}.py line {node.lineno}: bare except"
    for function in functions(tree):
        defaults = [*function.args.defaults, *filter(None, function.args.kw_defaults)]
        mutable = [one for one in defaults if isinstance(one, ast.List | ast.Dict | ast.Set)]
        assert not mutable, f"{module}.{function.name} has a mutable default"


@pytest.mark.parametrize("module", modules())
def test_public_functions_say_what_they_do(module):
    for node in modules()[module].body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{module}.{node.name} has no docstring"


def printing(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "input"):
            yield node.lineno


@pytest.mark.parametrize("module", [module for module in modules() if group_of(module) != "commands"])
def test_only_commands_print(module):
    assert list(printing(modules()[module])) == []


FORBIDDEN_CALLS = {"eval", "exec", "os.system", "pickle.loads", "pickle.load", "marshal.loads", "yaml.unsafe_load"}


@pytest.mark.parametrize("module", modules())
def test_nothing_runs_what_a_file_says(module):
    calls = {ast.unparse(node.func) for node in ast.walk(modules()[module]) if isinstance(node, ast.Call)}
    assert not calls & FORBIDDEN_CALLS
