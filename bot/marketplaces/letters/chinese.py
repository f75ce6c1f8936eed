"""The letters in Chinese (simplified).

Source: Regulation (EU) 2022/2065, Article 16(2); 17 U.S.C. 512(c)(3)(A). Neither has an official Chinese text, so the
terms that carry it stand beside it in English.
"""

from bot.marketplaces.letters.wording import Wording
from bot.model import Law, RightKind, Violation

_DSA = """\
致服务提供者：

依据欧盟第2022/2065号条例（《数字服务法》，DSA）第16条提交的
违法内容通知

我方就贵方服务中的违法内容通知贵方，请予以删除或阻止访问。

1. 通知人 - 第16条第2款(c)项

名称：$organisation
电子邮箱：$email
通信地址：$postal_address
电话：$phone
代表的权利人：$owner

2. 内容所在的确切电子位置 - 第16条第2款(b)项

$listings

3. 内容违法的理由 - 第16条第2款(a)项

$reason

被侵犯的权利：$kind“$title”
注册信息：$registration
有效地域：$jurisdictions
权利人：$owner

$statement

随函证据：$attached
可应要求提供的证据：$on_request

4. 善意声明 - 第16条第2款(d)项

我方善意地相信（bona fide belief）本通知所含的信息和主张均准确
且完整（accurate and complete）。

签名：/s/ $signature
日期：$signed_at

请确认收到本通知（第16条第4款），并将贵方的决定及救济途径告知
我方（第16条第5款）。回复时请保留主题中方括号内的编号。

$organisation

---
$signature 已以下列文字作出声明（版本 $version）：
$affirmed
"""

_DMCA = """\
致指定代理人（Designated Agent）：

依据《美国法典》第17编第512(c)(3)条（《数字千年版权法》，DMCA）
提交的版权侵权通知

请贵方尽快删除下列材料或阻止对其访问。

1. 受版权保护的作品 - 512(c)(3)(A)(ii)

作品：“$title”
注册信息：$registration
版权所有人：$owner

2. 侵权材料及其位置 - 512(c)(3)(A)(iii)

$reason

$statement

随函证据：$attached
可应要求提供的证据：$on_request

$listings

3. 投诉方联系方式 - 512(c)(3)(A)(iv)

名称：$organisation
通信地址：$postal_address
电话：$phone
电子邮箱：$email

4. 善意声明 - 512(c)(3)(A)(v)

我方善意地相信（good faith belief），以所投诉的方式使用上述材料
未经版权所有人、其代理人或法律的授权。

5. 准确性和授权声明 - 512(c)(3)(A)(vi)

本通知中的信息准确无误；我方愿受伪证罪处罚（under penalty of
perjury），声明有权代表涉嫌被侵犯的专有权利的所有人行事。

6. 被授权人的签名 - 512(c)(3)(A)(i)

/s/ $signature
电子签名日期：$signed_at

回复时请保留主题中方括号内的编号。

$organisation

---
$signature 已以下列文字作出声明（版本 $version）：
$affirmed
"""

CHINESE = Wording(
    subjects={
        Law.DSA: "违法内容通知（《数字服务法》第16条）：$host",
        Law.DMCA: "DMCA 版权侵权通知：$host",
    },
    bodies={Law.DSA: _DSA, Law.DMCA: _DMCA},
    listing="""\
[$id]
$url
商品编号：$number
卖家：$seller
""",
    reasons={
        Violation.COUNTERFEIT: "所售商品为假冒商品：商品带有该商标，但并非由商标所有人制造，也未经其同意制造。",
        Violation.TRADEMARK: "该商品页面未经同意将该商标用于并非来自商标所有人的商品。",
        Violation.PARALLEL_IMPORT: "商品带有该商标，但并非由商标所有人或经其同意投放本市场。",
        Violation.COPYRIGHT: "该商品页面未经权利人同意复制了受保护的作品。",
        Violation.COPYRIGHT_IMAGE: "该商品页面未经权利人同意使用了受保护的图片。",
        Violation.DESIGN: "所售商品未经权利人同意使用了受保护的外观设计。",
        Violation.PATENT: "所售商品未经权利人同意使用了受专利保护的发明。",
        Violation.OTHER: "该商品页面未经权利人同意侵犯了此处所列的权利。",
    },
    kinds={
        RightKind.TRADEMARK: "商标",
        RightKind.COPYRIGHT: "版权，作品",
        RightKind.DESIGN: "外观设计",
        RightKind.PATENT: "专利",
    },
)
