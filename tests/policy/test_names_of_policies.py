"""Nobody outside of flowsim/policy knows policies by class or type: they say what they are."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import flowsim
from flowsim.policy.stock import BY_TYPE

ROOT = Path(flowsim.__file__).parent
CLASSES = {kind.__name__ for kind in BY_TYPE.values()}
CLASSES |= {base.__name__ for kind in BY_TYPE.values() for base in kind.__bases__} - {"Policy"}
MAY_NAME = {
    "app/policy_forms.py": "its buttons open and close a border",
    "flee/reader/closures.py": "it makes policies of the closures in a table of Flee",
}
OTHER_MEANINGS = {
    ("app/policy_forms.py", "open"): "the name of a button",
    ("imports/roads.py", "corridor"): "a kind of way inside of buildings in OpenStreetMap",
    ("model/sample.py", "quota"): "part of the key of a draw",
    ("scenario/reference.py", "code"): "a field of a policy",
    ("learn/forecasts/made_up.py", "open"): "a kind of made-up conflict: camps open",
    ("model/household_row.py", "quota"): "a column: what a household waits for at a gate",
    ("plot/lane.py", "open"): "a state of the border in the strip",
    ("plot/lane.py", "quota"): "a state of the border in the strip",
    ("plot/scene.py", "open"): "a state of the border in the strip",
    ("plot/scene.py", "quota"): "a state of the border in the strip",
    ("plot/windows.py", "open"): "a state of the border in the strip",
    ("plot/windows.py", "quota"): "a state of the border in the strip",
    ("scenario/teaching.py", "closed"): "the policy of the teaching world, as a file tells it",
    ("study/crate_metadata.py", "code"): "a key of study.json: the code behind its records",
    ("study/manifest.py", "code"): "a key of study.json: the code behind its records",
    ("study/runs.py", "code"): "a key of study.json: the code behind its records",
    ("world/forces.py", "open"): "what a force does to roads",
    ("world/violence_config.py", "open"): "what a force does to roads",
}
"""Texts that are a type of policy and mean something else there."""


def classes_named(tree: ast.AST) -> list[tuple[int, str]]:
    """Lines and names of classes of policies that a module imports or takes from one."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("flowsim.policy"):
            found += [(node.lineno, name.name) for name in node.names if name.name in CLASSES]
        elif isinstance(node, ast.Attribute) and node.attr in CLASSES:
            found.append((node.lineno, node.attr))
    return found


def types_told(tree: ast.AST) -> list[tuple[int, str]]:
    """Lines and texts that are the type of a policy."""
    texts = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return [(node.lineno, node.value) for node in texts if node.value in BY_TYPE]


def outside() -> list[str]:
    """Modules of flowsim that are not of its room for policies."""
    found = (path.relative_to(ROOT).as_posix() for path in sorted(ROOT.rglob("*.py")))
    return [name for name in found if not name.startswith("policy/")]


@pytest.mark.parametrize("name", outside())
def test_no_module_names_a_policy(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
    assert name in MAY_NAME or not classes_named(tree)
    assert [told for told in types_told(tree) if (name, told[1]) not in OTHER_MEANINGS] == []


def test_what_is_excused_is_there() -> None:
    trees = {name: ast.parse((ROOT / name).read_text()) for name, _ in OTHER_MEANINGS}
    lost = [
        key
        for key in OTHER_MEANINGS
        if key[1] not in dict(map(reversed, types_told(trees[key[0]])))
    ]
    assert lost == []
    assert all(classes_named(ast.parse((ROOT / name).read_text())) for name in MAY_NAME)


def test_a_class_and_a_type_are_seen_where_they_stand() -> None:
    text = (
        "from flowsim.policy.roads import Checkpoint\nif policy.type == 'quota': fs.policy.Closed\n"
    )
    assert classes_named(ast.parse(text)) == [(1, "Checkpoint"), (2, "Closed")]
    assert types_told(ast.parse(text)) == [(2, "quota")]
