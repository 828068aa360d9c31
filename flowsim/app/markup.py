"""The pieces of the page that are text: status, problems, numbers, links, as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from flowsim.app.figures import ROUGH, WORDS, Row, doubt, in_words
from flowsim.app.session import MEMBERS, Session, Shown
from flowsim.errors import Problem
from flowsim.shown import plain

STYLE = """<style>
p, li { overflow-wrap: anywhere; }
p { margin: 0 0 4px; font-size: 14px; } .soft { color: #57606a; font-size: 13px; }
ul { font-size: 14px; }
.bad { color: #a40e26; font-size: 13px; margin: 0 0 4px; }
.alarm { border-left: 4px solid #a40e26; background: #fff5f5; padding: 8px 12px; margin: 0 0 12px; }
.alarm ul { margin: 4px 0 0; padding-left: 18px; }
.thin { border-left: 4px solid #9a6700; background: #fff8e5; padding: 8px 12px; margin: 6px 0 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; margin: 8px 0 2px; }
caption { text-align: left; font-weight: 600; padding-bottom: 4px; }
th, td { text-align: right; padding: 4px 10px 4px 0; border-bottom: 1px solid #d0d7de;
  font-variant-numeric: tabular-nums; vertical-align: top; }
th:first-child { text-align: left; font-weight: 400; } thead th { font-weight: 600; }
a { color: #0b5cad; } li { margin: 3px 0; } ul { padding-left: 18px; margin: 4px 0; }
progress { width: 100%; height: 10px; }
</style>"""


def status(session: Session) -> str:
    """What is going on, in a sentence: read out by screen readers as it changes."""
    notes = "".join(f'<p class="soft">Note: {_safe(note)}</p>' for note in session.notes)
    wrong = "bad" if session.built.problems or session.error else ""
    return f'{STYLE}<p class="{wrong}" data-status>{_safe(session.status)}</p>{notes}'


def progress(session: Session) -> str:
    """How far the runs are; nothing where none is on its way."""
    if not session.is_running:
        return ""
    part = round(100 * session.part_done)
    return f'{STYLE}<progress max="100" value="{part}" aria-label="Progress">{part} %</progress>'


def problems(among: Sequence[Problem]) -> str:
    """Everything that is wrong, in the words that a file would get."""
    if not among:
        return ""
    count = f"{len(among)} problem{'s' if len(among) > 1 else ''}"
    items = "".join(f"<li>{_safe(str(problem))}</li>" for problem in among)
    return (
        f'{STYLE}<div class="alarm" data-problems><strong>{count}, so nothing is run. What is '
        f"below is the last run that was sound.</strong><ul>{items}</ul></div>"
    )


def beside_field(among: Iterable[Problem]) -> str:
    """What is wrong with one entry."""
    told = "".join(f'<p class="bad" data-wrong>{_safe(f"{p.wrong}; {p.right}")}</p>' for p in among)
    return f"{STYLE}{told}" if told else ""


def problem_line(problem: Problem) -> str:
    """What is wrong with one of several entries, with its path."""
    return f'{STYLE}<p class="bad" data-wrong>{_safe(str(problem))}</p>'


def thinned(one_in: int) -> str:
    """That a run is of a sample, and what that means; nothing where all are run."""
    if one_in == 1:
        return ""
    return (
        f'{STYLE}<p class="thin" data-thinned><strong>Thinned: one household in {one_in} is run'
        f"</strong>, and what is counted is multiplied by {one_in}. Totals agree with the whole "
        "within their error; small queues, deaths and bands are rough.</p>"
    )


def numbers(found: Sequence[Row], shown: Shown) -> str:
    """The few numbers, those of the reported policy and the differences beside."""
    other = shown.is_other_policy
    spread = any(row.low is not None for row in found)
    head = ["Reported policy", "This policy", "Difference"] if other else ["Reported policy"]
    head += [f"in {len(shown.members)} pairs"] if spread else []
    rough = " *" if shown.result.one_in > 1 else ""
    body = "".join(_line(row, other, spread, rough) for row in found)
    titles = "".join(f'<th scope="col">{title}</th>' for title in head)
    notes = [doubt(found, shown)]
    if rough:
        notes.append(f"* Rough, as one household in {shown.result.one_in} is run.")
    if other and not spread:
        notes.append(
            f"One seed is one roll of the dice, the same for both. Bands run {MEMBERS} seeds."
        )
    told = "".join(f'<p class="soft">{_safe(note)}</p>' for note in notes if note)
    what = f"In numbers, seed {shown.seed}"
    return (
        f'{STYLE}<div class="scroll" tabindex="0" role="region" aria-label="{what}"><table>'
        f'<caption>{what}</caption><thead><tr><th scope="col"></th>{titles}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>{told}"
    )


def _line(row: Row, other: bool, spread: bool, rough: str) -> str:
    mark = rough if row.name in ROUGH else ""
    cells = [("value", in_words(row.name, row.value))]
    if other:
        cells.insert(0, ("beside", in_words(row.name, row.beside)))
        cells.append(("difference", in_words(row.name, row.difference, signed=True)))
    if spread:
        low, high = (in_words(row.name, end, signed=True) for end in (row.low, row.high))
        cells.append(("pairs", f"{low} to {high}"))
    told = "".join(f'<td data-number="{row.name}.{key}">{text}</td>' for key, text in cells)
    return f'<tr><th scope="row">{WORDS[row.name]}{mark}</th>{told}</tr>'


def changes(lines: Sequence[str]) -> str:
    """What is otherwise than in the file."""
    if not lines:
        return f'{STYLE}<p class="soft">All is as in the file.</p>'
    items = "".join(f"<li>{_safe(line)}</li>" for line in lines)
    return f'{STYLE}<p class="soft">Otherwise than in the file:</p><ul class="soft">{items}</ul>'


def downloads(folder: str, shown: Shown | None) -> str:
    """Links to what is shown, as files."""
    if shown is None:
        return f'{STYLE}<p class="soft">After the first run.</p>'
    links = [
        ("scenario.yaml", "Scenario", "as it was run: flowsim run scenario.yaml "
                                      f"--seed {shown.seed} gives the same numbers"),
        ("result.nc", "Result", "all of the output, netCDF"),
        ("figures.zip", "Figures", "PNG, drawn when asked for: some ten seconds"),
    ]  # fmt: skip
    if shown.beside is not None:
        links.insert(2, ("reported.nc", "Reported policy", "the result beside it, netCDF"))
    items = "".join(
        f'<li><a href="{folder}/{file}" download="{file}">{words}</a> '
        f'<span class="soft">{_safe(told)}</span></li>'
        for file, words, told in links
    )
    return f"{STYLE}<ul>{items}</ul>"


def soft(text: str) -> str:
    """A remark."""
    return f'{STYLE}<p class="soft">{_safe(text)}</p>' if text else ""


def _safe(text: str) -> str:
    return escape(plain(text))
