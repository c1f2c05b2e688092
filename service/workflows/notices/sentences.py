"""固定的句子 — papers that say the same of every item, by their kind."""

SENTENCES = {  # papers that say the same of every item
    "commitment_refused": "经审查，{name}不适用告知承诺，自即日起改按一般程序办理，理由见下。承诺免交的材料请准备补交，需要补正的会一次告知。",
    "deemed_renewal": "{name}在原证照有效期届满以前没有作出决定，依法视为准予延续。",
    "deregistration": "{name}所发的证照已经依法注销，自即日起不得再凭该证照从事活动。",
    "deregistration_kept": "经审查，{name}所发的证照不予注销，理由见下。",
    "repair_refused": "{name}的失信记录经审查不予信用修复，理由见下。",
    "withdrawal": "您已撤回{name}的申请，可以重新申请。",
    "commitment_taken_back": "您已撤回{name}的承诺，改按一般程序办理，对您的信用没有影响。承诺免交的材料请准备补交。",
    "redress_reply": "您对{name}的评价已经处理：{action}。答复见下。",
    "follow_up_result": "您承诺在期限内符合{name}的条件。结果：{action}。条件符合以前，不得凭证照从事活动。",
    "rectification": "{name}事后核查发现与承诺不符，请在{days}个工作日内整改。",
    "issue": "{name}已经办结，办理结果于今日颁发、送达。",
    "special_end": "{name}的特别程序已经结束，办理期限继续计算。",
    "inspection": "{name}需要现场核查，由两名以上工作人员到场，请予配合；核查的时间计入办理期限。",
    "operable": "{name}承诺的条件经核实已经符合，自即日起可以凭证照从事活动。",
    "repair_granted": "{name}的失信记录经审查准予修复，自即日起可以重新适用告知承诺。",
    "credit_expired": "{name}的失信信息有效期已满，不再作为限制的依据。",
}
