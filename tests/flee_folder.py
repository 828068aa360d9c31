"""A small made-up folder in Flee's format, to be changed file by file."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "simsetting.yml": "move_rules:\n  awareness_level: 1\n",
    "input_csv/sim_period.csv": "StartDate,2015-05-01\nLength,10\n",
    "input_csv/locations.csv": (
        "#name,region,country,latitude,longitude,location_type,conflict_date,population\n"
        "Aha,North,Home,1.0,1.0,conflict_zone,0,1000\n"
        "Bee,North,Home,1.0,2.0,town,,\n"
        "Cee,West,Far,1.0,3.0,camp,,500\n"
        "Dee,West,Far,1.5,3.5,camp,,400\n"
        "Eve,East,Else,2.0,1.0,camp,,300\n"
    ),
    "input_csv/routes.csv": (
        "#name1,name2,distance,forced_redirection\n"
        "Aha,Bee,120\nBee,Cee,130,0\nCee,Dee,90\nAha,Eve,150\n"
    ),
    "input_csv/conflicts.csv": "#Day,Aha,Bee,\n"
    + "".join(f"{day},{int(day >= 2)},0\n" for day in range(10)),
    "input_csv/closures.csv": "#closure_type,name1,name2,closure_start,closure_end\n",
    "source_data/data_layout.csv": "total,refugees.csv\nCee,cee.csv\nDee,dee.csv\nEve,eve.csv\n",
    "source_data/refugees.csv": "2015-05-01,10\n2015-05-11,410\n",
    "source_data/cee.csv": "2015-05-01,10\n2015-05-11,110\n",
    "source_data/dee.csv": "2015-05-01,0\n2015-05-06,100\n2015-05-11,200\n",
    "source_data/eve.csv": "2015-05-01,0\n2015-05-11,100\n",
}


def flee_folder(where: Path, **changed: str | None) -> Path:
    """Write the folder; a file is changed by its stem, None leaves it out."""
    folder = where / "made_up"
    for name, text in FILES.items():
        told = changed.pop(Path(name).stem, text)
        if told is not None:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(told.encode())
    for stem, told in changed.items():
        if told is not None:
            inside = "source_data" if stem.startswith("more_") else "input_csv"
            (folder / inside / f"{stem}.csv").write_bytes(told.encode())
    return folder
