"""Make the file of the world's outlines from the npm package world-atlas.

``npm pack world-atlas@2.0.2``, then
``python -m flowsim.outlines.make_file world-atlas-2.0.2.tgz``.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path

from flowsim.outlines.natural_earth import FILE, write

TOPOLOGY, LICENSE = "package/countries-10m.json", "package/LICENSE"
NOTE = """\
countries.npz is made from countries-10m.json of the npm package world-atlas 2.0.2 by
`python -m flowsim.outlines.make_file`. The data are Natural Earth's, 1:10m, version 4.1, in the
public domain; the package has the licence below. Borders are de facto ones: they show who held a
territory in 2018, not who has a right to it.

"""


def build(package: Path, file: Path = FILE) -> None:
    """Write the outlines, and their licence beside them.

    Parameters
    ----------
    package : Path
        The file that ``npm pack`` gives.
    file : Path
        What is written.
    """
    with tarfile.open(package) as packed:
        topology, licence = (packed.extractfile(name) for name in (TOPOLOGY, LICENSE))
        assert topology is not None
        assert licence is not None
        write(json.load(topology), file)
        text = licence.read().decode()
    file.with_name("LICENSE.world-atlas").write_text(NOTE + text, encoding="utf-8")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
