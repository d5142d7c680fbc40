"""The phrases of the report in Chinese, by their English wording; texts of a protocol bring their own translation."""

import tomllib
from importlib.resources import files

TABLES: dict[str, dict[str, str]] = tomllib.loads(
    (files("topline.report") / "chinese.toml").read_text(encoding="utf-8")
)
CHINESE: dict[str, str] = {english: chinese for part in TABLES.values() for english, chinese in part.items()}
