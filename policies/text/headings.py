"""English for the usual headings of Chinese documents, so that who reads English finds their way in the text."""

import re

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from policies import wording
from policies.models import Clause
from policies.text.reading import numeral

USUAL = {
    "总则": _("General provisions"),
    "附则": _("Supplementary provisions"),
    "分则": _("Specific provisions"),
    "一般规定": _("General rules"),
    "特别规定": _("Special rules"),
    "目的": _("Purpose"),
    "目的和依据": _("Purpose and basis"),
    "制定依据": _("Legal basis"),
    "适用范围": _("Scope of application"),
    "适用对象": _("Who it applies to"),
    "支持对象": _("Who is supported"),
    "名词解释": _("Definitions"),
    "总体要求": _("General requirements"),
    "指导思想": _("Guiding ideas"),
    "基本原则": _("Basic principles"),
    "工作目标": _("Goals"),
    "主要目标": _("Main goals"),
    "主要任务": _("Main tasks"),
    "重点任务": _("Key tasks"),
    "政策措施": _("Policy measures"),
    "支持政策": _("Support"),
    "支持措施": _("Support"),
    "扶持政策": _("Support"),
    "扶持措施": _("Support"),
    "促进措施": _("Promotion"),
    "激励措施": _("Incentives"),
    "奖励与处罚": _("Rewards and penalties"),
    "申报条件": _("Conditions of application"),
    "申请条件": _("Conditions of application"),
    "认定条件": _("Conditions of recognition"),
    "认定标准": _("Standards of recognition"),
    "支持标准": _("Rates of support"),
    "补贴标准": _("Rates of subsidy"),
    "申报程序": _("Application procedure"),
    "申请程序": _("Application procedure"),
    "办理程序": _("Procedure"),
    "工作流程": _("Procedure"),
    "评审程序": _("Review procedure"),
    "认定程序": _("Recognition procedure"),
    "申报材料": _("Application materials"),
    "申请材料": _("Application materials"),
    "审核": _("Examination"),
    "公示": _("Public notice"),
    "资金管理": _("Management of funds"),
    "资金来源": _("Source of funds"),
    "资金拨付": _("Payment of funds"),
    "经费保障": _("Funding"),
    "组织领导": _("Leadership"),
    "加强组织领导": _("Leadership"),
    "组织实施": _("Implementation"),
    "组织管理": _("Organization"),
    "组织机构": _("Organization"),
    "管理体制": _("Administration"),
    "职责分工": _("Division of duties"),
    "保障措施": _("Safeguards"),
    "服务保障": _("Services and safeguards"),
    "法治保障": _("Legal safeguards"),
    "监督管理": _("Supervision and administration"),
    "监督检查": _("Supervision and inspection"),
    "考核评价": _("Assessment"),
    "绩效评价": _("Performance review"),
    "退出机制": _("Withdrawal"),
    "法律责任": _("Legal liability"),
    "罚则": _("Penalties"),
    "争议处理": _("Disputes"),
    "施行": _("Entry into force"),
    "施行日期": _("Date of entry into force"),
    "解释": _("Interpretation"),
    "有效期": _("Period of validity"),
    "附件": _("Annex"),
    "租房补贴": _("Rent subsidy"),
    "购房补贴": _("Home purchase subsidy"),
    "安家补贴": _("Settling-in allowance"),
    "人才公寓": _("Talent apartments"),
    "子女入学": _("Children's schooling"),
    "配偶就业": _("Work for the spouse"),
    "医疗保障": _("Medical care"),
    "职称评审": _("Review of professional titles"),
    "创业扶持": _("Support for start-ups"),
    "创业担保贷款": _("Guaranteed start-up loans"),
    "人才培养": _("Training of talents"),
    "人才引进": _("Attracting talents"),
    "人才评价": _("Evaluation of talents"),
    "人才激励": _("Incentives for talents"),
    "人才服务": _("Services for talents"),
    "社会保障": _("Social security"),
    "劳动就业": _("Work and employment"),
}
_DIVISIONS = {
    "编": _("Part %(number)s"),
    "部分": _("Part %(number)s"),
    "章": _("Chapter %(number)s"),
    "节": _("Section %(number)s"),
}
_DIVISION = re.compile(r"第([零〇一二三四五六七八九十百\d]{1,6})(编|部分|章|节)$")


def gloss(clause: Clause) -> str:
    """Return number and heading of a clause in English, as far as they are known; "" on Chinese pages."""
    if not (get_language() or "").startswith("en"):
        return ""
    heading = USUAL.get(re.sub(r"[\s\u3000。.：:]", "", clause.heading), "")
    return " · ".join(str(part) for part in (_number(clause), heading) if part)


def _number(clause: Clause) -> str:
    if found := _DIVISION.match(clause.number):
        return _DIVISIONS[found[2]] % {"number": numeral(found[1])}
    cited = wording.cite(clause)
    return cited if cited.startswith(("Article ", "Section ")) else ""
