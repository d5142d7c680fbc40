"""The texts for the protocol: English and Chinese with the same numbers, each kind of rule in its own sentences."""

import re
from itertools import product

import pytest

from topline.design.comparison.paragraph import Context, paragraph
from topline.design.rate.curtailed import curtailed
from topline.design.rate.simon import simon
from topline.design.rate.single_stage import single_stage
from topline.design.rate.three_stage import three_stage
from topline.design.single_arm import SingleArmDesign
from topline.protocol.part import Words
from topline.protocol.rule.boundary import Boundary
from topline.protocol.rule.hypotheses import Hypotheses

OPTIMAL = simon(0.1, 0.3, power=0.9)
SINGLE = single_stage(0.1, 0.3, power=0.9)
BOTH = SingleArmDesign("both ways", Hypotheses(0.1, 0.3), Boundary((10, 29), (1, 5), (5, 6)), "by hand")
SUCCESS = SingleArmDesign("success alone", Hypotheses(0.1, 0.3), Boundary((10, 29), (-1, 5), (5, 6)), "by hand")
THREE = SingleArmDesign("three", Hypotheses(0.1, 0.3), Boundary((8, 18, 30), (0, 2, 5), (9, 6, 6)), "by hand")
MANY = curtailed(OPTIMAL)
DESIGNS = (OPTIMAL, SINGLE, BOTH, SUCCESS, THREE, MANY)
CONTEXTS = (Context(), Context(Words(en="disease control rate", zh="疾病控制率"), loss=0.1))


def numbers(text: str) -> list[str]:
    """Return the numbers of a text without those of sources, sorted."""
    bare = re.sub(r"doi:[^\s;,)）]+", "", text)
    return sorted(re.findall(r"\d+(?:\.\d+)?%?", bare))


@pytest.mark.parametrize(
    ("design", "context"), list(product(DESIGNS, CONTEXTS)), ids=lambda each: getattr(each, "name", "")
)
def test_both_texts_have_the_same_numbers(design: SingleArmDesign, context: Context) -> None:
    found = paragraph(design, context)
    assert set(numbers(found.en)) == set(numbers(found.zh))
    shown = numbers(found.en)
    for value in (design.level, design.attained_power):
        assert f"{100 * value:.2f}%" in shown
    assert {str(design.boundary.patients), str(design.boundary.efficacy[-1])} <= set(shown)
    assert "{" not in found.en + found.zh
    assert context.endpoint.en in found.en
    assert context.endpoint.zh in found.zh


def test_english_and_chinese_of_simon() -> None:
    found = paragraph(OPTIMAL, Context(loss=0.1))
    assert "If 2 or fewer of them respond, the trial stops without success; otherwise 17 more patients" in found.en
    assert "7 or more of the 35 patients respond" in found.en
    assert "39 patients are enrolled" in found.en
    assert "第一阶段入组18例患者。若有效者不超过2例，则因无效终止试验；否则继续入组17例，共35例。" in found.zh
    assert "35例患者中有7例或以上有效" in found.zh
    assert "共入组39例患者" in found.zh


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (BOTH, "If 1 or fewer of them respond, the trial stops without success; if 5 or more respond, it stops with"),
        (SUCCESS, "If 5 or more of them respond, the trial stops with success; otherwise 19 more"),
        (THREE, "after 8, 18, 30 patients. The trial stops without success at 0, 2, 5 or fewer responders and with "
                "success at –, 6, 6 or more"),
        (MANY, f"counted {len(MANY.boundary.looks)} times"),
        (SINGLE, "7 or more of 33 patients respond"),
    ],
    ids=lambda each: getattr(each, "name", ""),
)  # fmt: skip
def test_each_kind_of_rule_is_told(design: SingleArmDesign, words: str) -> None:
    assert words in paragraph(design).en


def test_no_rounding_onto_what_was_asked_for() -> None:
    """Three stages have a level of .049961, the minimax two stages for .15 against .33 a power of .88005."""
    assert "type I error is 4.996% (5% allowed)" in paragraph(three_stage(0.1, 0.3, power=0.9)).en
    assert "power is 88.005% (88% asked for)" in paragraph(simon(0.15, 0.33, power=0.88, kind="minimax")).en


def test_chinese_terms_of_the_field() -> None:
    found = paragraph(OPTIMAL).zh
    for term in ("单臂II期试验", "无效假设", "备择假设", "Simon两阶段最优", "单侧I类错误率", "检验效能", "期望样本量"):
        assert term in found
    assert "极小极大（minimax）" in paragraph(simon(0.1, 0.3, power=0.9, kind="minimax")).zh


def test_what_responding_means_where_the_endpoint_is_another() -> None:
    other = paragraph(OPTIMAL, CONTEXTS[1])
    assert "to respond means to have this outcome" in other.en
    assert "“有效”即达到该终点" in other.zh
    assert "to respond means" not in paragraph(OPTIMAL).en


def test_lists_in_chinese_have_chinese_commas() -> None:
    assert "分别在8、18、30例患者后" in paragraph(THREE).zh
