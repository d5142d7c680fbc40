"""The phrases of the report in Chinese, by their English wording; texts of a protocol bring their own translation.

Each file of `phrases` holds those of one part of the report; no phrase stands in two.
"""

import tomllib
from importlib.resources import files

FILES = ("page", "safety", "measurements", "qol", "biomarker")
TABLES: dict[str, dict[str, str]] = {
    part: phrases
    for name in FILES
    for part, phrases in tomllib.loads(
        (files("topline.report") / "phrases" / f"{name}.toml").read_text(encoding="utf-8")
    ).items()
}
CHINESE: dict[str, str] = {english: chinese for part in TABLES.values() for english, chinese in part.items()}
