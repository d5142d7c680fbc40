"""Chinese for the terms that every oncology trial uses; what is not among them stays English."""

import re

TERMS = {
    "objective response": "客观缓解",
    "objective response rate": "客观缓解率",
    "overall response rate": "总缓解率",
    "best overall response": "最佳总体疗效",
    "complete response rate": "完全缓解率",
    "disease control": "疾病控制",
    "disease control rate": "疾病控制率",
    "clinical benefit": "临床获益",
    "clinical benefit rate": "临床获益率",
    "duration of response": "缓解持续时间",
    "duration of overall response": "缓解持续时间",
    "time to response": "至缓解时间",
    "time to objective response": "至缓解时间",
    "progression-free survival": "无进展生存期",
    "time to progression": "疾病进展时间",
    "overall survival": "总生存期",
    "event-free survival": "无事件生存期",
    "disease-free survival": "无病生存期",
    "relapse-free survival": "无复发生存期",
    "recurrence-free survival": "无复发生存期",
    "time to treatment failure": "至治疗失败时间",
    "time to next treatment": "至下次治疗时间",
    "adverse events": "不良事件",
    "adverse event": "不良事件",
    "safety": "安全性",
    "toxicity": "毒性",
    "incidence of adverse events": "不良事件发生率",
    "treatment-emergent adverse events": "治疗期间出现的不良事件",
    "incidence of treatment-emergent adverse events": "治疗期间出现的不良事件发生率",
    "serious adverse events": "严重不良事件",
    "quality of life": "生活质量",
    "molecular markers of benefit": "获益人群的分子标志物",
    "biomarkers": "生物标志物",
    "all patients": "全部患者",
    "placebo": "安慰剂",
    "esophageal squamous cell carcinoma": "食管鳞状细胞癌",
    "oesophageal squamous cell carcinoma": "食管鳞状细胞癌",
    "esophageal cancer": "食管癌",
    "gastric cancer": "胃癌",
    "breast cancer": "乳腺癌",
    "lung cancer": "肺癌",
    "advanced lung cancer": "晚期肺癌",
    "non-small cell lung cancer": "非小细胞肺癌",
    "small cell lung cancer": "小细胞肺癌",
    "prostate cancer": "前列腺癌",
    "ovarian cancer": "卵巢癌",
    "bladder cancer": "膀胱癌",
    "melanoma": "黑色素瘤",
    "osteosarcoma": "骨肉瘤",
    "sarcoma": "肉瘤",
    "advanced solid tumor": "晚期实体瘤",
    "advanced solid tumors": "晚期实体瘤",
    "apatinib mesylate": "甲磺酸阿帕替尼",
    "apatinib": "阿帕替尼",
    "anlotinib": "安罗替尼",
    "anlotinib hydrochloride": "盐酸安罗替尼",
    "trifluridine/tipiracil": "曲氟尿苷替匹嘧啶",
    "pembrolizumab": "帕博利珠单抗",
    "nivolumab": "纳武利尤单抗",
    "ipilimumab": "伊匹木单抗",
    "atezolizumab": "阿替利珠单抗",
    "durvalumab": "度伐利尤单抗",
    "sintilimab": "信迪利单抗",
    "toripalimab": "特瑞普利单抗",
    "tislelizumab": "替雷利珠单抗",
    "camrelizumab": "卡瑞利珠单抗",
    "cisplatin": "顺铂",
    "carboplatin": "卡铂",
    "oxaliplatin": "奥沙利铂",
    "paclitaxel": "紫杉醇",
    "docetaxel": "多西他赛",
    "gemcitabine": "吉西他滨",
    "capecitabine": "卡培他滨",
    "irinotecan": "伊立替康",
    "lenvatinib": "仑伐替尼",
    "cyclophosphamide": "环磷酰胺",
    "fludarabine": "氟达拉滨",
}
"""English terms in lower case with their usual Chinese."""

ABBREVIATION = re.compile(r"\s*\(\s*[A-Za-z0-9-]{1,8}\s*\)\s*")


def chinese(text: str) -> str:
    """Return a text in Chinese where it is a known term, with or without its abbreviation, else as it is.

    >>> chinese("Disease control rate (DCR)"), chinese("Disease control rate at 6 months"), chinese("Trough level")
    ('疾病控制率', '6个月疾病控制率', 'Trough level')
    """
    timed = re.fullmatch(r"(.+) at (\d+) months", text)
    if timed and is_chinese(chinese(timed[1])):
        return f"{timed[2]}个月{chinese(timed[1])}"
    plain = re.sub(r"[\s.]+", " ", ABBREVIATION.sub(" ", text)).strip().casefold()
    plain = re.sub(r"\b(progression|event|disease|relapse|recurrence) free\b", r"\1-free", plain)
    return TERMS.get(plain, text)


def is_chinese(text: str) -> bool:
    """Whether a text holds Chinese characters."""
    return re.search(r"[\u4e00-\u9fff]", text) is not None
