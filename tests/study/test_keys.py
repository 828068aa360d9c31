"""Each run of a study has a record of its own, and a plan says what has changed in it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest

from flowsim.errors import ScenarioError
from flowsim.study.manifest import FORMAT, Entry, Manifest, OtherFormatError, Run, merged, run_seed

ENTRY = Entry("closed", "d1", "r1", members=2, samples=0)
PLAN = Manifest(
    name="border", title="A border", seed="7", method="", inputs=(), keep=("people:daily",),
    code="c1", start="2010-06-10T18:00:00", end="2010-06-12T18:00:00", scenarios=(ENTRY,),
)  # fmt: skip


def plan(*entries: Entry, **changes: object) -> Manifest:
    return replace(PLAN, scenarios=entries or (ENTRY,), **changes)


def keys(made: Manifest) -> list[str]:
    return [run.key for run in made.runs()]


def test_no_two_of_many_samples_and_members_share_a_record() -> None:
    """Sample 1, member 11 is not sample 11, member 1; nor have they one seed."""
    made = plan(replace(ENTRY, members=12, samples=112), replace(ENTRY, name="open", digest="d2"))
    runs = list(made.runs())
    assert len(runs) == 12 * 112 + 2
    assert len({run.key for run in runs}) == len(runs)
    drawn = {(run.sample, run.member): run.seed for run in runs}
    assert len(set(drawn.values())) == len(drawn)
    assert drawn[11, 1] == "7.11.1"
    assert drawn[1, 11] == "7.1.11"


def test_a_key_is_the_digest_of_what_makes_the_run() -> None:
    """Else a store could not be gone on with."""
    parts = '["d1", "r1", "\\u0441\\u0435\\u043c\\u044c", "c1", "people:daily"]'
    made = plan(replace(ENTRY, members=2, samples=3), seed="семь")
    found = {(run.sample, run.member): run.key for run in made.runs()}
    assert found == {
        (sample, member): hashlib.blake2b(
            f"{parts}{sample} {member}".encode(), digest_size=16
        ).hexdigest()
        for sample in (1, 2, 3)
        for member in (1, 2)
    }


@pytest.mark.parametrize(
    "other",
    [
        plan(replace(ENTRY, digest="d2")),
        plan(replace(ENTRY, doubts="r2")),
        plan(replace(ENTRY, digest="d1r", doubts="1")),
        plan(seed="8"),
        plan(code="c2"),
        plan(keep=("people:total",)),
        plan(keep=("people:daily", "waiting:daily")),
        plan(keep=()),
    ],
)
def test_what_a_run_depends_on_is_in_its_key(other: Manifest) -> None:
    assert not set(keys(other)) & set(keys(PLAN))


@pytest.mark.parametrize(
    "other",
    [
        plan(replace(ENTRY, name="another")),
        plan(name="n", title="t", start="s", end="e"),
        plan(method="sobol", inputs=("a",)),
    ],
)
def test_what_it_is_called_is_not_in_its_key(other: Manifest) -> None:
    assert keys(other) == keys(PLAN)


def test_each_member_is_soon_there_in_every_scenario() -> None:
    more = Entry("open", "d2", "", members=3, samples=2)
    runs = [(run.member, run.sample, run.scenario, run.seed) for run in plan(ENTRY, more).runs()]
    assert runs == [
        (1, 0, "closed", "7.1"), (1, 1, "open", "7.1.1"), (1, 2, "open", "7.2.1"),
        (2, 0, "closed", "7.2"), (2, 1, "open", "7.1.2"), (2, 2, "open", "7.2.2"),
        (3, 1, "open", "7.1.3"), (3, 2, "open", "7.2.3"),
    ]  # fmt: skip
    assert list(replace(PLAN, scenarios=()).runs()) == []
    assert list(plan(replace(ENTRY, members=0)).runs()) == []


def test_a_run_tells_who_it_is() -> None:
    assert str(Run("open", 0, 3, "7.3", "k")) == "'open', member 3 (seed 7.3)"
    assert str(Run("open", 2, 3, "7.2.3", "k")) == "'open', sample 2, member 3 (seed 7.2.3)"
    assert run_seed("a b", 0, 1) == "a b.1"
    assert Run("open", 2, 3, "7.2.3", "k").known == {
        "key": "k", "scenario": "", "doubts": "", "sample": 2, "member": 3, "seed": "7.2.3",
        "code": "",
    }  # fmt: skip


def test_samples_are_numbered_from_1_and_0_is_the_scenario_as_it_stands() -> None:
    assert list(ENTRY.sample_ids) == [0]
    assert list(replace(ENTRY, samples=3).sample_ids) == [1, 2, 3]


def test_a_plan_is_readable_json_with_its_format_last() -> None:
    made = plan(title="Грàница", inputs=("a", "b"))
    text = made.to_text()
    assert text.endswith("}\n")
    assert '\n "name": "border"' in text
    assert "Грàница" in text
    plain = json.loads(text)
    assert list(plain) == [
        "name", "title", "seed", "method", "inputs", "keep", "code", "start", "end", "scenarios",
        "format",
    ]  # fmt: skip
    assert plain["format"] == FORMAT == 1
    assert Manifest.from_text(text) == made


@pytest.mark.parametrize("changes", [{"members": 0}, {"samples": -1}, {"members": 10**8 + 1},
                                     {"members": 10**4, "samples": 10**4 + 1}])  # fmt: skip
def test_a_plan_of_no_run_or_of_too_many_is_damaged(changes: dict[str, int]) -> None:
    text = plan(replace(ENTRY, **changes)).to_text()
    with pytest.raises(ValueError, match=r"^a scenario has from 1 to 100,000,000 runs$"):
        Manifest.from_text(text)
    for most in (replace(ENTRY, members=10**8), replace(ENTRY, members=10**4, samples=10**4)):
        assert Manifest.from_text(plan(most).to_text()).scenarios == (most,)


def test_a_plan_without_its_format_is_of_none() -> None:
    plain = json.loads(PLAN.to_text())
    del plain["format"]
    with pytest.raises(OtherFormatError, match=r"^0$"):
        Manifest.from_text(json.dumps(plain))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[]", "it is not an object of JSON, but list"),
        ("3", "it is not an object of JSON, but int"),
        ("null", "it is not an object of JSON, but NoneType"),
        ("{}", "name: Field required"),
        ('{"scenarios": 3}', "name: Field required"),
    ],
)
def test_what_is_no_plan_is_told_as_such(text: str, told: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        Manifest.from_text(text)
    assert str(error.value) == told


# ---- a plan over another ----------------------------------------------------------------------

RIGHT = (
    "name another store, or have its runs computed again with on_change='recompute' "
    "(--recompute on the command line)"
)
GO_ON = f"compare and export read it as it is; to go on, {RIGHT}"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"seed": "8"}, "the seed of its runs was 7, and now is 8"),
        ({"method": "sobol"}, "the method of sampling of its runs was none, and now is sobol"),
        ({"inputs": ("a", "b")}, "the inputs sampled of its runs was none, and now is a, b"),
        ({"keep": ()}, "what is kept of its runs was people:daily, and now is none"),
        ({"code": "c2"}, "the code of its runs was c1, and now is c2"),
        ({"start": "s"}, "the start of its runs was 2010-06-10T18:00:00, and now is s"),
        ({"end": "e"}, "the end of its runs was 2010-06-12T18:00:00, and now is e"),
    ],
)
def test_what_a_store_has_in_common_may_not_change_unseen(
    changes: dict[str, object], wrong: str
) -> None:
    new = plan(replace(ENTRY, members=1), **changes)
    with pytest.raises(ScenarioError) as error:
        merged(PLAN, new, "refuse", "out/store")
    (problem,) = error.value.problems
    right = GO_ON if "code" in changes else RIGHT
    assert (problem.path, problem.wrong, problem.right) == ("out/store", wrong, right)
    assert merged(PLAN, new, "recompute", "out/store") == new


@pytest.mark.parametrize("changes", [{"digest": "d2"}, {"doubts": "r2"}, {"samples": 2}])
def test_a_scenario_may_not_change_unseen(changes: dict[str, object]) -> None:
    other = Entry("open", "d9", "", members=5, samples=0)
    new = plan(replace(ENTRY, members=1, **changes))
    with pytest.raises(ScenarioError) as error:
        merged(plan(ENTRY, other), new, "refuse", "out/store")
    (problem,) = error.value.problems
    assert str(problem) == (f"out/store: the scenario 'closed' is not what it was; {RIGHT}")
    assert merged(plan(ENTRY, other), new, "recompute", "s").scenarios == (*new.scenarios, other)


def test_all_that_changed_is_told_at_once() -> None:
    new = plan(replace(ENTRY, digest="d2"), seed="8", code="c2")
    with pytest.raises(ScenarioError) as error:
        merged(PLAN, new, "refuse", "s")
    assert [problem.wrong.split()[1] for problem in error.value.problems] == [
        "seed", "code", "scenario",
    ]  # fmt: skip


def test_plans_of_one_store_only_grow() -> None:
    few, many = replace(ENTRY, members=1, samples=30), replace(ENTRY, members=9, samples=10)
    grown = replace(ENTRY, members=9, samples=30)
    other = Entry("open", "d2", "", members=5, samples=0)
    third = Entry("late", "d3", "", members=1, samples=0)
    for one, two in ((few, many), (many, few)):
        for how in ("refuse", "recompute"):
            whole = merged(plan(other, one), plan(third, two, title="new"), how, "s")
            assert whole.scenarios == (other, grown, third)
            assert whole.title == "new"
