"""The table of parameters of docs/simulation.md, as the code knows them."""

from topline.simulate.manual import parameter_lines
from topline.simulate.presets import APATINIB, COMBINATION, COMBINATION_SOURCES


def parameter_table() -> str:
    head = "| parameter | apatinib | combination, where it differs | unit | meaning | source |\n" + "|---" * 6 + "|\n"
    rows = []
    for one, other in zip(parameter_lines(APATINIB), parameter_lines(COMBINATION), strict=True):
        differs = one.value != other.value
        value = f"{other.value} ({COMBINATION_SOURCES[one.name]})" if differs else ""
        rows.append(f"| {one.name} | {one.value} | {value} | {one.unit} | {one.meaning} | {one.source} |")
    return head + "\n".join(rows) + "\n"


if __name__ == "__main__":
    print(parameter_table(), end="")
