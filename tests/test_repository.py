"""What may stand in the repository: no address of a registry, no path of a machine, pins with hashes, whole pages."""

import codecs
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
UNTRACKED = {
    ".git",
    ".venv",
    "out",
    "dist",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}

# In rot13, so that this file does not itself hold what it forbids. Names without a dot are forbidden alone too.
HIDDEN = [
    "clcv.bet",
    "clgubaubfgrq.bet",
    "clcv.clguba.bet",
    "nanpbaqn.bet",
    "nanpbaqn.pbz",
    "aczwf.bet",
    "aczwf.pbz",
    "hacxt.pbz",
    "wfqryvie.arg",
    "pena.e-cebwrpg.bet",
    "pengrf.vb",
    "eholtrzf.bet",
    "tbynat.bet",
    "znira.bet",
    "clgubaubfgrq",
    "aczwf",
    "hacxt",
    "wfqryvie",
]
REGISTRIES = [codecs.decode(name, "rot13") for name in HIDDEN]
MACHINE_FOLDERS = ["work", "home", "root", "tmp", "opt", "Users", "mnt", "srv", "private"]
MACHINE_PATH = re.compile(r"(?<![\w./<~}\])*-])/(?:" + "|".join(MACHINE_FOLDERS) + r")(?:/\w|\b(?![\w/-]))")
REGISTRY = re.compile("|".join(map(re.escape, REGISTRIES)), re.IGNORECASE)

PAGES = ["README.md", "CHANGELOG.md", "LICENSE", "docs/why.md", "docs/words.md", "docs/findings.md"]
PAGES += ["docs/differences.md", "docs/contributing.md"]
PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?:\s*;\s*(?P<marker>[^\\]+?))?\s*(?P<hashes>--hash=.*)"
)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
PLATFORMS = [(f"3.{minor}", system) for minor in (11, 12, 13, 14) for system in ("linux", "darwin")]


def tracked_files() -> list[Path]:
    """Return the files that are, or are about to be, in the repository; without git, all but known outputs."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in listed if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not UNTRACKED & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in paths if path.is_file())


def text_of(path: Path) -> str:
    """Return a file's text, or nothing for a file of bytes."""
    content = path.read_bytes()
    return "" if b"\0" in content else content.decode("utf-8", errors="replace")


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {found[0]}" for path in tracked_files() for found in pattern.finditer(text_of(path))
    ]


def pins(name: str) -> list[re.Match[str]]:
    """Return the pins of a requirement file; a line that is anything else fails."""
    text = (ROOT / "requirements" / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    found = [PINNED.fullmatch(line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if match is None] == []
    return [match for match in found if match is not None]


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_files_are_found() -> None:
    names = {str(path.relative_to(ROOT)) for path in tracked_files()}
    assert {"Makefile", "pyproject.toml", "requirements/run.txt", "tests/test_repository.py"} <= names


def test_no_address_of_a_registry() -> None:
    assert matches(REGISTRY) == []


def test_no_path_of_a_machine() -> None:
    assert matches(MACHINE_PATH) == []


@pytest.mark.parametrize("name", MACHINE_FOLDERS)
def test_a_machine_path_is_seen(name: str) -> None:
    assert MACHINE_PATH.search(f"see '/{name}/x/y.py'")
    assert MACHINE_PATH.search(f"cd /{name}")
    assert not MACHINE_PATH.search(
        f"https://example.org/{name}/x, <a></{name}>, and/{name}, ../{name}/x, /{name}-finding"
    )


def test_a_registry_is_seen() -> None:
    assert all(REGISTRY.search(f"https://files.{name.upper()}/simple") for name in REGISTRIES)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_there(name: str) -> None:
    assert len((ROOT / name).read_text("utf-8")) > 200


def test_changelog_tells_of_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert re.search(rf"^## .*\b{re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_every_pin_has_hashes_and_no_address(name: str) -> None:
    assert "://" not in (ROOT / "requirements" / name).read_text("utf-8")
    for pin in pins(name):
        hashes = pin["hashes"].split()
        assert hashes
        assert all(HASH.fullmatch(text) for text in hashes), pin["name"]


@pytest.mark.parametrize(("python", "system"), PLATFORMS)
def test_each_platform_has_one_version_of_each_package(python: str, system: str) -> None:
    chosen = chosen_versions(python, system)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    wanted = [
        *project["project"]["dependencies"],
        *groups["build"],
        *(item for item in groups["dev"] if isinstance(item, str)),
    ]
    for requirement in map(Requirement, wanted):
        versions = chosen.get(canonical(requirement.name), set())
        assert versions, f"{requirement} is not pinned; run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{requirement}, pinned {versions}"
    assert {name: versions for name, versions in chosen.items() if len(versions) > 1} == {}


def chosen_versions(python: str, system: str) -> dict[str, set[str]]:
    """Return the versions that both requirement files pin on a platform, by package."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": system}
    chosen: dict[str, set[str]] = {}
    for pin in [*pins("run.txt"), *pins("dev.txt")]:
        if pin["marker"] is None or Marker(pin["marker"]).evaluate(environment):
            chosen.setdefault(canonical(pin["name"]), set()).add(pin["version"])
    return chosen


def test_set_up_has_no_unpinned_step() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    installs = [line for line in makefile.splitlines() if " pip install" in line or "$(pip) install" in line]
    assert len(installs) == 4
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)


def test_continuous_check_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text("utf-8")
    assert script.read_text("utf-8").rstrip().endswith("make --no-print-directory test")
