"""The simulator that is handed to other tools: its protocol, then pyABC and sbi themselves."""

from __future__ import annotations

import importlib
import pickle
import sys
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

import flowsim as fs
from flowsim.evidence.likelihood import log_likelihood
from flowsim.learn.adapters import ForOtherTools, for_other_tools
from flowsim.learn.simulators import Runner
from flowsim.study.inputs import doubts, uncertain
from tests.learn.toys import reported
from tests.study.worlds import contents

VIOLENCE = "behaviour.leaving.violence_per_day"
START, STOP = (
    f"borders[Here-There].authorities[There].policies[closure].{end}" for end in ("start", "stop")
)


def told(**options: object) -> ForOtherTools:
    return for_other_tools(reported(), [VIOLENCE, "places[*].capacity"], **options)  # type: ignore[arg-type]


def contradicting() -> ForOtherTools:
    """A closure that may end before it begins, beside an input that it leaves alone."""
    world = fs.teaching_world()
    report = {"id": "R", "when": world.end, "variable": "crossed", "value": 900, "use": "fit"}
    hours = {"low": "2030-05-02T06:00", "high": "2030-05-04T06:00", "distribution": "uniform"}
    changed = {
        START: {"value": "2030-05-02T18:00", **hours},
        STOP: {"value": "2030-05-03T12:00", **hours},
        VIOLENCE: {"value": 1.5, "low": 0.4, "high": 4.0},
        "end": "2030-05-01T12:00", "step": "6h", "record": "6h", "grid": "6h",
        "reports": [{**report, "when": "2030-05-01T12:00"}],
    }  # fmt: skip
    return for_other_tools(world.with_values(changed))


def test_a_run_is_a_function_of_its_parameters() -> None:
    own = told()
    assert own.factors == (VIOLENCE, "places[Camp].capacity")
    assert list(own.observed) == ["R0", "R1", "R2"]
    one, again, other = (own.simulate({VIOLENCE: x}) for x in (0.9, 0.9, 0.1))
    assert one == again
    assert one["R1"] > other["R1"] > 0.0
    rows = own.rows(np.array([[0.9, 0.5], [0.1, 0.5]]), errors=False)
    assert rows.shape == (2, 3)
    assert rows[0, 1] > rows[1, 1]
    assert own.rows(np.empty((0, 2))).shape == (0, 3)


def test_a_wrong_name_and_a_wrong_number_are_refused_together() -> None:
    own = told()
    with pytest.raises(fs.ScenarioError, match=r"not a parameter(.|\n)*1\.5 is not a position"):
        own.simulate({"behaviour.leaving.men": 0.5, VIOLENCE: 1.5})
    with pytest.raises(fs.ScenarioError, match="use: fit"):
        for_other_tools(reported().model_copy(update={"reports": ()}))


def test_reports_are_drawn_around_the_run_and_a_store_has_the_same_again(tmp_path: Path) -> None:
    own = told()
    positions = np.column_stack([np.linspace(0.05, 0.95, 12), np.full(12, 0.5)])
    made, runs = own.rows(positions, store=tmp_path), own.rows(positions, errors=False)
    sd = np.array([max(s.sd_low, s.sd_discrepancy) for s in own.statements])
    off = np.abs(made - runs) / sd
    assert 0.2 < np.median(off) < 2.0
    kept = contents(tmp_path)
    assert (own.rows(positions, store=tmp_path) == made).all()
    assert kept == contents(tmp_path) != {}
    assert (told(seed=2).rows(positions[:2]) != made[:2]).any()


def test_the_likelihood_is_that_of_a_calibration_lags_too() -> None:
    world = reported()
    first, *others = world.reports
    lagging = first.model_copy(
        update={"when": first.when + timedelta(hours=6), "lag_hours_low": 0.0,
                "lag_hours_high": 6.0}
    )  # fmt: skip
    own = for_other_tools(world.model_copy(update={"reports": (lagging, *others)}))
    run = own.simulate({VIOLENCE: 0.8})
    spread = np.array([run["spread of R0"], 0.0, 0.0])
    assert spread[0] > 0.0
    values = np.array([run[name] for name in own.observed])
    expected = log_likelihood(own.statements, values, spread)
    assert own.log_likelihood(run) == pytest.approx(float(expected))
    assert own.log_likelihood({name: float("nan") for name in own.observed}) == -np.inf


def test_the_prior_is_that_of_a_calibration_times_that_contradict_left_out(tmp_path: Path) -> None:
    own = contradicting()
    assert own.factors == (START, STOP, VIOLENCE)
    positions = np.random.default_rng(1).random((400, 3))
    leaders = doubts([own.scenario], uncertain([own.scenario]))
    runner = Runner(own.scenario, leaders, own.statements, tmp_path)
    fits = own.fits(positions)
    assert (fits == runner.fits(positions)).all()
    assert (fits == (positions[:, 0] < positions[:, 1])).mean() > 0.99
    assert own.fits([[0.2, 0.9, -0.1], [0.2, 0.9, 1.1], [0.2, 0.9, 1.0]]).tolist() == [
        False, False, True,
    ]  # fmt: skip
    assert own.simulate({START: 0.9, STOP: 0.1})["R"] != own.observed["R"]
    assert np.isnan(own.simulate({START: 0.9, STOP: 0.1})["R"])
    assert np.isnan(own.rows([[0.9, 0.1, 0.5], [0.1, 0.9, 0.5]])).tolist() == [[True], [False]]


def test_linked_inputs_move_together_and_a_thinned_population_is_thinned() -> None:
    june = for_other_tools(fs.load("kyrgyz_uzbek_2010"), ["linked[*]"], one_in=20)
    assert all(factor.startswith("linked[") for factor in june.factors)
    assert len(june.factors) > 15
    assert june.scenario.population.one_in == 20
    middle = np.full((1, len(june.factors)), 0.5)
    assert june.fits(middle).all()


@pytest.mark.parametrize(("library", "call", "extra"), [
    ("pyabc", "pyabc_prior", "abc"), ("pyabc", "pyabc_kernel", "abc"),
    ("sbi", "sbi_prior", "sbi"), ("sbi", "sbi_observed", "sbi"),
])  # fmt: skip
def test_a_library_that_is_missing_is_told_with_how_to_install_it(
    library: str, call: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError) as raised:
        getattr(told(), call)()
    assert f"pip install 'flowsim[{extra}]'" in str(raised.value)


# ---- the libraries themselves ------------------------------------------------------------


@pytest.fixture
def pyabc():
    reason = "pyABC is not installed: pip install 'flowsim[abc]'"
    return pytest.importorskip("pyabc", reason=reason)


@pytest.fixture
def torch():
    pytest.importorskip("sbi", reason="sbi is not installed: pip install 'flowsim[sbi]'")
    return importlib.import_module("torch")


def by_pyabc(pyabc, own: ForOtherTools, particles: int, sampler: object):
    np.random.seed(3)  # noqa: NPY002  # pyABC draws from it
    abc = pyabc.ABCSMC(
        own.simulate, own.pyabc_prior(), own.pyabc_kernel(), population_size=particles,
        eps=pyabc.ListTemperature([16.0, 3.0]), acceptor=pyabc.StochasticAcceptor(),
        sampler=sampler,
    )  # fmt: skip
    abc.new("sqlite://", own.observed)
    history = abc.run(max_nr_populations=2)
    draws, weights = history.get_distribution()
    return draws[list(own.factors)].to_numpy(), np.asarray(weights)


def spread_of_prior(draws: np.ndarray) -> None:
    """The first input is learnt, the second has nothing to do with the reports."""
    assert draws[:, 0].std() < 0.2 < draws[:, 1].std()


def test_pyabc_learns_what_reports_inform_and_has_the_same_again(pyabc) -> None:
    own = told()
    draws, weights = by_pyabc(pyabc, own, 20, pyabc.SingleCoreSampler())
    again, _ = by_pyabc(pyabc, own, 20, pyabc.SingleCoreSampler())
    spread_of_prior(draws)
    assert weights.sum() == pytest.approx(1.0)
    assert (draws == again).all()


def test_pyabc_runs_in_several_processes(pyabc) -> None:
    draws, _ = by_pyabc(pyabc, told(), 10, pyabc.MulticoreEvalParallelSampler(2))
    assert draws.shape == (10, 2)


def test_the_prior_of_pyabc_draws_nothing_that_contradicts(pyabc) -> None:
    own = contradicting()
    prior = pickle.loads(pickle.dumps(own.pyabc_prior()))
    drawn = [prior.rvs() for _ in range(50)]
    assert own.fits(np.array([[x[factor] for factor in own.factors] for x in drawn])).all()
    assert prior.pdf({START: 0.1, STOP: 0.9, VIOLENCE: 0.5}) == 1.0
    assert prior.pdf({START: 0.9, STOP: 0.1, VIOLENCE: 0.5}) == 0.0
    assert prior.pdf({START: 0.1, STOP: 0.9, VIOLENCE: 1.5}) == 0.0


def test_sbi_learns_what_reports_inform_and_has_the_same_again(
    torch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sbi.inference import NPE

    monkeypatch.chdir(tmp_path)  # sbi leaves a folder of logs where it is run
    own, made = told(), []
    for _ in range(2):
        torch.manual_seed(3)
        torch.set_num_threads(1)
        prior = own.sbi_prior()
        theta = prior.sample((100,))
        x = own.sbi_reports(theta)
        inference = NPE(prior, show_progress_bars=False).append_simulations(theta, x)
        inference.train(stop_after_epochs=5)
        posterior = inference.build_posterior().set_default_x(own.sbi_observed())
        made.append(posterior.sample((400,), show_progress_bars=False).numpy())
    assert x.dtype == theta.dtype == torch.float32
    assert x.shape == (100, 3)
    spread_of_prior(made[0])
    assert (made[0] == made[1]).all()


def test_the_prior_of_sbi_has_nothing_that_contradicts(torch) -> None:
    from sbi.utils.sbiutils import mcmc_transform, within_support
    from sbi.utils.user_input_checks import process_prior

    own = contradicting()
    prior, inputs, _ = process_prior(pickle.loads(pickle.dumps(own.sbi_prior())))
    assert inputs == 3
    assert own.fits(prior.sample((200,)).numpy()).all()
    assert prior.sample().shape == (3,)
    points = torch.tensor([[0.1, 0.9, 0.5], [0.9, 0.1, 0.5], [0.1, 0.9, 1.5]])
    assert within_support(prior, points).tolist() == [True, False, False]
    assert torch.isfinite(prior.log_prob(points)).tolist() == [True, False, False]
    free = mcmc_transform(prior)
    back = free.inv(free(points[:1]))
    assert torch.allclose(back, points[:1], atol=1e-5)
