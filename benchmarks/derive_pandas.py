"""The plain way to the same answers with pandas, written for comparison: confirmed best response, PFS and OS.

As one writes it for a single trial: merges and group-by for what is one value per visit, a loop over patients for what
depends on the order of visits. It takes clean data for granted: one assessor, millimetres, whole dates, no split or
merged lesions, no findings, no records behind the answers.
"""

from typing import Any

import pandas as pd

NODE_NORMAL, GROWTH, TOO_SMALL = 10.0, 5.0, 5.0
SECOND = 28
ADEQUATE = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD")
RANK = {word: place for place, word in enumerate((*ADEQUATE, "NE"))}

Visits = list[tuple[Any, str]]


def from_responses(rs: pd.DataFrame, adsl: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return CBOR, PFS and OS per subject from recorded responses."""
    rows = rs[(rs["RSTESTCD"] == "OVRLRESP") & (rs["RSEVAL"] == "INVESTIGATOR")]
    rows = rows.assign(ADT=pd.to_datetime(rows["RSDTC"]), AVALC=rows["RSSTRESC"])
    return answers(rows[["USUBJID", "ADT", "AVALC"]], adsl, minimum)


def from_lesions(tu: pd.DataFrame, tr: pd.DataFrame, adsl: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return CBOR, PFS and OS per subject from lesion measurements."""
    return answers(overall_responses(tu, tr), adsl, minimum)


def overall_responses(tu: pd.DataFrame, tr: pd.DataFrame) -> pd.DataFrame:
    """Return USUBJID, ADT and the overall response of every visit after baseline."""
    lesions = tu.drop_duplicates(["USUBJID", "TULNKID"]).rename(columns={"TULNKID": "TRLNKID", "TUSTRESC": "KIND"})
    lesions = lesions.assign(NODE=lesions["TULOC"].str.contains("LYMPH").fillna(False).astype(bool))
    lesions = lesions[["USUBJID", "TRLNKID", "KIND", "NODE"]]
    rows = tr.assign(ADT=pd.to_datetime(tr["TRDTC"])).merge(lesions, on=["USUBJID", "TRLNKID"])
    small = rows["TRSTRESC"].str.contains("TOO SMALL", na=False)
    rows["SIZE"] = rows["TRSTRESN"].where(~small, TOO_SMALL).where(rows["TRSTAT"].isna())
    rows["GONE"] = (rows["SIZE"] < NODE_NORMAL).where(rows["NODE"], rows["SIZE"] == 0)
    rows["BACK"] = (rows["SIZE"] > 0) & ~rows["NODE"]
    visits = rows.groupby(["USUBJID", "VISITNUM"], as_index=False)["ADT"].max()
    keys = ["USUBJID", "VISITNUM"]
    target = (
        rows[rows["KIND"] == "TARGET"]
        .groupby(keys)
        .agg(SUM=("SIZE", "sum"), MEASURED=("SIZE", "count"), GONE=("GONE", "all"), BACK=("BACK", "any"))
    )
    other = rows[rows["KIND"] == "NON-TARGET"].assign(
        PROGRESSED=lambda each: each["TRSTRESC"] == "UNEQUIVOCAL",
        ABSENT=lambda each: each["TRSTRESC"] == "ABSENT",
        SEEN=lambda each: each["TRSTAT"].isna(),
    ).groupby(keys)[["PROGRESSED", "ABSENT", "SEEN"]].agg(["sum"]).droplevel(1, axis=1)  # fmt: skip
    new = rows[(rows["KIND"] == "NEW") & (rows["TRSTRESC"] != "ABSENT")].groupby(keys).size().rename("NEW")
    counts = lesions.pivot_table(index="USUBJID", columns="KIND", values="NODE", aggfunc="size", fill_value=0)
    counts = counts.reindex(columns=["TARGET", "NON-TARGET"], fill_value=0).add_prefix("N_").reset_index()
    for part in (target, other, new):
        visits = visits.merge(part.reset_index(), on=keys, how="left")
    visits = visits.merge(counts, on="USUBJID").sort_values(keys)
    found = [pair for _, each in visits.groupby("USUBJID", sort=False) for pair in judged(each.to_dict("records"))]
    return pd.DataFrame(found, columns=["USUBJID", "ADT", "AVALC"])


def judged(visits: list[dict[str, Any]]) -> list[tuple[str, Any, str]]:
    """Return the overall responses of one patient, visit by visit; the first visit is the baseline."""
    first, targets, others = visits[0], visits[0]["N_TARGET"], visits[0]["N_NON-TARGET"]
    base = first["SUM"] if targets and first["MEASURED"] == targets else None
    nadir, complete, new, out = base, False, False, []
    for visit in visits[1:]:
        whole = targets and visit["MEASURED"] == targets
        target = target_response(visit, base, nadir, bool(whole), complete)
        other = other_response(visit, others)
        if complete and other == "NON-CR/NON-PD":
            other = "PD"
        new = new or visit["NEW"] > 0
        overall = combined(target, other, new)
        if whole and nadir is not None:
            nadir = min(nadir, visit["SUM"])
        complete = complete or overall == "CR"
        out.append((visit["USUBJID"], visit["ADT"], overall))
    return out


def target_response(visit: dict[str, Any], base: Any, nadir: Any, whole: bool, complete: bool) -> str:
    if not visit["N_TARGET"]:
        return ""
    total = 0.0 if pd.isna(visit["SUM"]) else visit["SUM"]
    if complete and visit["BACK"] is True:
        return "PD"
    if whole and visit["GONE"] is True:
        return "CR"
    if nadir is not None and total - nadir >= GROWTH and 5 * (total - nadir) >= nadir * (1 - 1e-12):
        return "PD"
    if not whole or base is None:
        return "NE"
    return "PR" if 10 * total <= 7 * base * (1 + 1e-12) else "SD"


def other_response(visit: dict[str, Any], others: int) -> str:
    if not others:
        return ""
    if visit["PROGRESSED"] > 0:
        return "PD"
    if visit["ABSENT"] == others:
        return "CR"
    return "NON-CR/NON-PD" if visit["SEEN"] == others else "NE"


def combined(target: str, other: str, new: bool) -> str:
    if new or "PD" in (target, other):
        return "PD"
    if not target:
        return other or "NE"
    if target == "CR":
        return "CR" if other in ("CR", "") else "PR"
    return target


def answers(rows: pd.DataFrame, adsl: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """Return CBOR, PFS and OS of every subject of ADSL."""
    rows = rows.sort_values(["USUBJID", "ADT"])
    courses: dict[str, Visits] = {}
    for subject, day, word in zip(rows["USUBJID"], rows["ADT"], rows["AVALC"], strict=True):
        courses.setdefault(subject, []).append((day, word))
    people = adsl[["USUBJID", "STARTDT", "DTHDT", "LSTALVDT", "NEWTXDT"]].copy()
    people["CBOR"] = [
        best_confirmed(courses.get(subject, []), start, therapy, minimum)
        for subject, start, therapy in zip(people["USUBJID"], people["STARTDT"], people["NEWTXDT"], strict=True)
    ]
    first = rows[rows["AVALC"] == "PD"].groupby("USUBJID")["ADT"].first().rename("PDDT")
    last = rows[rows["AVALC"].isin(ADEQUATE)].groupby("USUBJID")["ADT"].last().rename("LASTDT")
    people = people.join(first, on="USUBJID").join(last, on="USUBJID")
    event = people[["PDDT", "DTHDT"]].min(axis=1)
    end = event.fillna(people["LASTDT"]).fillna(people["STARTDT"])
    people["PFS"], people["PFSCNSR"] = (end - people["STARTDT"]).dt.days + 1, event.isna().astype(int)
    end = people["DTHDT"].fillna(people["LSTALVDT"]).fillna(people["STARTDT"])
    people["OS"], people["OSCNSR"] = (end - people["STARTDT"]).dt.days + 1, people["DTHDT"].isna().astype(int)
    return people[["USUBJID", "CBOR", "PFS", "PFSCNSR", "OS", "OSCNSR"]]


def best_confirmed(visits: Visits, start: Any, therapy: Any, minimum: int) -> str:
    """Return the best confirmed response of one patient."""
    used: Visits = []
    for day, word in visits:
        if pd.notna(therapy) and day > therapy:
            break
        used.append((day, word))
        if word == "PD":
            break
    best = "MISSING"
    for place, (day, word) in enumerate(used):
        value = word
        if word in ("CR", "PR") and not confirmed(used, place):
            value = "SD"
        if value in ("SD", "NON-CR/NON-PD") and (day - start).days < minimum:
            value = "NE"
        if RANK[value] < RANK.get(best, len(RANK)):
            best = value
    return best


def confirmed(visits: Visits, place: int) -> bool:
    """Return whether a later visit confirms a response: one NE may lie between, no SD, no PR after a CR."""
    day, wanted = visits[place]
    unread, complete = 0, False
    for then, word in visits[place + 1 :]:
        if word == "PR" and complete:
            return False
        if (word == "CR" or (wanted == "PR" and word == "PR")) and (then - day).days >= SECOND:
            return True
        unread += word == "NE"
        complete = complete or word == "CR"
        if unread > 1 or word not in (("CR", "NE") if wanted == "CR" else ("CR", "PR", "NE")):
            return False
    return False
