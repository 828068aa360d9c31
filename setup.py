"""Which files go into the package; the folder scenarios is in it as flowsim._scenarios."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["flowsim*"]), "flowsim._scenarios"],
    package_dir={"flowsim._scenarios": "scenarios"},
    package_data={
        "flowsim": [
            "py.typed",
            "**/*.pyi",
            "app/*.html",
            "imports/template/*",
            "learn/forecasts/*.csv",
            "reporting/templates/*",
            "outlines/countries.npz",
            "outlines/LICENSE.world-atlas",
        ],
        "flowsim._scenarios": [f"**/*.{suffix}" for suffix in ("yaml", "csv", "json", "md")],
    },
)
