"""The analysis sets that a draft begins with: registry records define none."""

from topline.protocol.draft.notes import Notes

TREATED = "TRTFL = 'Y'"
SETS = (
    ("ALL", "All enrolled patients", "全部入组患者", "ENRLFL = 'Y'"),
    ("FAS", "Full analysis set (treated)", "全分析集（接受治疗者）", TREATED),
    ("SAF", "Safety set (treated)", "安全性分析集（接受治疗者）", TREATED),
    ("RES", "Response-evaluable set", "疗效可评价集", f"{TREATED} AND BLSCNFL = 'Y' AND PBSCNFL = 'Y'"),
)


def draft_sets(notes: Notes) -> list[dict[str, object]]:
    """Return the four usual sets."""
    notes.assume(
        "analysis_sets",
        "The record defines none. Everybody treated is analysed, so that nobody leaves the denominator for want of a "
        "scan; the response-evaluable set supports.",
    )
    return [{"id": name, "label": label, "label_zh": zh, "where": where} for name, label, zh, where in SETS]
