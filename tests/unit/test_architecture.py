"""The shape of the code, held: floors, lazy libraries, forbidden calls, and a text for everything that is said."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from core.spec import FIELDS, table
from webui.text import LANGUAGES, load

REPOSITORY = Path(__file__).parent.parent.parent
PROGRAM = [
    *sorted((REPOSITORY / "core").rglob("*.py")),
    *sorted((REPOSITORY / "webui").rglob("*.py")),
    REPOSITORY / "launch.py",
]

FLOORS = (
    {"errors", "findings", "says", "first_words", "help_words", "awake", "imports"},
    {"workspace", "install"},
    {"spec", "drafts"},
    {"recipes"},
    {"runs"},
    {"data"},
    {"models"},
    {"libraries", "training"},
    {"export"},
    {"chat"},
    {"border"},
    {"accelerator"},
    {"engine"},
    {"cli"},
)
"""Units of core, lowest first. A unit imports from lower floors, and from itself."""


def unit_of(module: str) -> str:
    """ "core.models.facts" is of the unit models; install_pip of install."""
    name = module.split(".")[1] if "." in module else ""
    for whole in ("install",):
        if name.startswith(whole + "_"):
            return whole
    return name


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports_of(path: Path) -> set[str]:
    """Modules that `path` imports anywhere, but for those only named for the type checker."""
    only_types = {
        id(inside)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for inside in ast.walk(node)
    }
    found = set()
    for node in ast.walk(tree_of(path)):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def test_core_knows_nothing_of_the_window() -> None:
    for path in sorted((REPOSITORY / "core").rglob("*.py")):
        wrong = {name for name in imports_of(path) if name.split(".")[0] in ("gradio", "webui", "plotly")}
        assert not wrong, f"{module_of(path)} imports {wrong}"


def test_each_floor_stands_on_lower_ones_only() -> None:
    floor = {unit: number for number, units in enumerate(FLOORS) for unit in units}
    for path in sorted((REPOSITORY / "core").rglob("*.py")):
        unit = unit_of(module_of(path))
        if not unit:
            continue
        assert unit in floor, f"{module_of(path)} stands on no floor: add its unit to FLOORS"
        for name in imports_of(path):
            other = unit_of(name)
            if name.startswith("core.") and other in floor and other != unit:
                assert floor[other] < floor[unit], (
                    f"{module_of(path)} (floor {floor[unit]}) imports {name} (floor {floor[other]})"
                )


HEAVY = ("torch", "transformers", "datasets", "trl", "peft", "accelerate", "bitsandbytes", "gradio", "plotly", "pandas")


def test_importing_everything_but_the_device_loads_nothing_heavy() -> None:
    """The files that load torch at their top are imported by the engine's own thread only."""
    own_thread = {"core.training.watch"}
    modules = [module_of(path) for path in PROGRAM if path.name != "launch.py"]
    light = [name for name in modules if name not in own_thread and not _loads_at_top(name)]
    assert len(light) > 0.9 * len(modules) - len(own_thread)
    program = (
        "import importlib, sys\n"
        f"for name in {[name for name in light if not name.startswith('webui')]!r}: importlib.import_module(name)\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "import webui.app, webui.text\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "[]"]


def test_serving_the_pages_needs_no_torch() -> None:
    window = [module_of(path) for path in sorted((REPOSITORY / "webui").rglob("*.py"))]
    program = (
        "import importlib, sys\n"
        f"for name in {window!r}: importlib.import_module(name)\n"
        "print([name for name in ('torch', 'transformers', 'trl', 'peft', 'bitsandbytes') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


def _loads_at_top(module: str) -> bool:
    """Whether a file names torch or transformers at its top: such a file belongs to the engine's thread."""
    path = REPOSITORY / Path(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    tops = {name.split(".")[0] for node in tree_of(path).body for name in _names(node)}
    return bool(tops & {"torch", "transformers", "trl", "peft"})


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def _calls(tree: ast.Module) -> set[str]:
    """Dotted names of everything that is called."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def test_nothing_runs_code_that_came_with_a_file() -> None:
    forbidden = {
        "eval", "exec", "os.system", "os.popen", "pickle.load", "pickle.loads", "torch.load", "yaml.load",
        "yaml.unsafe_load", "marshal.loads", "shelve.open", "joblib.load",
    }  # fmt: skip
    for path in PROGRAM:
        tree = tree_of(path)
        assert not _calls(tree) & forbidden, path
        named = {
            keyword.arg: keyword for node in ast.walk(tree) if isinstance(node, ast.Call) for keyword in node.keywords
        }
        assert "shell" not in named, path
        assert "trust_remote_code" not in named, path  # the word itself may stand where a model's own files are refused


def test_prints_only_where_speaking_is_the_work() -> None:
    speaks = {"core/cli/desk.py", "webui/app.py"}
    for path in PROGRAM:
        if path.relative_to(REPOSITORY).as_posix() not in speaks:
            assert "print" not in _calls(tree_of(path)), path


# -- words


def _said(kinds: tuple[str, ...], position: int) -> dict[str, str]:
    """{code: file} of the literal codes given to `kinds`, the argument at `position`."""
    found = {}
    for path in PROGRAM:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in kinds:
                argument = node.args[position] if len(node.args) > position else None
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    found[argument.value] = module_of(path)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_its_sentence(language: str) -> None:
    codes = _said(("UserError", "MachineError"), 0)
    keys = load(language).keys()
    assert len(codes) > 50
    assert not {code: file for code, file in codes.items() if f"error.{code}" not in keys}


def test_no_sentence_is_left_over() -> None:
    """A sentence whose code nobody raises any more is deleted with it."""
    codes = {f"error.{code}" for code in _said(("UserError", "MachineError"), 0)}
    codes |= {f"finding.{code}" for code in _said(("Finding",), 1)}
    said = {key for key in load("en").keys() if key.startswith(("error.", "finding."))}
    assert said - codes == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_finding_has_its_sentence(language: str) -> None:
    codes = _said(("Finding",), 1)
    keys = load(language).keys()
    assert len(codes) > 10
    assert not {code: file for code, file in codes.items() if f"finding.{code}" not in keys}


def test_every_literal_key_that_is_asked_for_exists() -> None:
    keys = load("en").keys()
    missing = {}
    for path in PROGRAM:
        if unit_of(module_of(path)) == "install":  # it has words of its own: test_install.py
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = ast.unparse(node.func)
                key = node.args[0].value
                spoken = name.split(".")[-1] in ("text", "note", "pass_by")
                if spoken and isinstance(key, str) and "." in key and key not in keys:
                    missing[key] = module_of(path)
    assert not missing


def test_no_key_stands_twice() -> None:
    for language in LANGUAGES:
        said = (REPOSITORY / "webui" / "text" / f"{language}.yaml").read_text(encoding="utf-8")
        keys = re.findall(r"^([A-Za-z0-9_.]+):", said, re.MULTILINE)
        assert sorted(keys) == sorted(set(keys))


def test_every_setting_has_a_label_and_a_help_text() -> None:
    for language in LANGUAGES:
        keys = load(language).keys()
        assert not [field for field in FIELDS if not {f"field.{field}", f"field.{field}.help"} <= keys]


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_has_the_table_of_settings(name: str) -> None:
    assert table() in (REPOSITORY / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_the_readme_links_to_what_is_there(name: str) -> None:
    said = (REPOSITORY / name).read_text(encoding="utf-8")
    linked = [target for target in re.findall(r"\]\(([^)#]+)\)", said) if "://" not in target]
    assert linked and not [target for target in linked if not (REPOSITORY / target).is_file()]
