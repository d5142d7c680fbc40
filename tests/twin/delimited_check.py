"""The obvious check of a delimited text, one character at a time."""

FIELD_ENDS = {"delimiter": "start", "line feed": "start", "return": "return"}
STEPS = {
    "start": {**FIELD_ENDS, "quote": "quoted", "other": "bare"},
    "bare": {**FIELD_ENDS, "other": "bare"},
    "quoted": {
        "delimiter": "quoted",
        "line feed": "quoted",
        "return": "quoted return",
        "quote": "closed",
        "other": "quoted",
    },
    "quoted return": {"line feed": "quoted"},
    "closed": {**FIELD_ENDS, "quote": "quoted"},
    "return": {"line feed": "start"},
}


def is_regular(content: bytes, delimiter: str, fields: int) -> bool:
    """Return whether each record has `fields` fields, each free of quotation marks or quoted whole."""
    names = {delimiter: "delimiter", "\n": "line feed", "\r": "return", '"': "quote"}
    state, found, characters = "start", 1, 0
    for character in content.decode("latin-1"):
        name = names.get(character, "other")
        before, state = state, STEPS[state].get(name, "wrong")
        if state == "wrong":
            return False
        characters += 1
        if state == "start" and name == "delimiter":
            found += 1
        if state == "start" and name == "line feed" and before != "quoted":
            if found != fields:
                return False
            found, characters = 1, 0
    return state in ("start", "bare", "closed") and (characters == 0 or found == fields)
