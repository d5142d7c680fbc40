"""A user's own questionnaires: instrument files beside the study file, so that another module needs a file, no code."""

from pathlib import Path

from topline.adam.instrument import Instrument, parse_instrument
from topline.errors import ToplineError

FOLDER = "questionnaires"


def read_instruments(study: str) -> dict[str, tuple[Instrument, str]]:
    """Return the instruments of a study by the name of their file, each with its text.

    They are the files `questionnaires/*.toml` in the folder of the study file; a built-in study has none of its own.

    Raises `ToplineError` TL-Q12 where a file is no instrument, or two are of one questionnaire.
    """
    path = Path(study.strip()).expanduser()
    folder = (path if path.is_dir() else path.parent) / FOLDER
    if not study.strip() or not path.exists() or not folder.is_dir():
        return {}
    found: dict[str, tuple[Instrument, str]] = {}
    names: dict[str, str] = {}
    for file in sorted(folder.glob("*.toml")):
        text = _text(file)
        instrument = parse_instrument(text, str(file))
        if instrument.name in names:
            what = f"is {instrument.name} again, which {names[instrument.name]} is already"
            raise ToplineError("TL-Q12", where=str(file), what=what)
        names[instrument.name] = file.name
        found[file.name] = (instrument, text)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise ToplineError("TL-Q12", where=str(file), what=f"cannot be read as UTF-8: {fault}") from fault
