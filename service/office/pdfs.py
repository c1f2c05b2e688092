"""PDF — what it would do beside being read: run, reach out, carry other files inside. Read by a process of its own."""

from service.errors import TypeRefused
from service.office.isolation import Apart, TooMuchWork

SECONDS, MEGABYTES = 20, 768
PRINT_ANEW = "请用“打印”另存为新的 PDF，或者扫描后再上传；另存会使电子签章失效的，请到窗口提交。"
FAULTS = {
    "script": f"这个 PDF 里有会自动运行的程序，不能收。{PRINT_ANEW}",
    "reach": f"这个 PDF 打开时会启动程序、打开网址或者播放内容，不能收。{PRINT_ANEW}",
    "inside": f"这个 PDF 里夹带了其他文件，不能收（电子发票、回单自带的 XML 数据除外）。{PRINT_ANEW}",
    "form": f"这个 PDF 是动态表单（XFA），别处打不开，不能收。{PRINT_ANEW}",
    "encrypted": "这个 PDF 加了密码，打不开。请去掉密码再上传。",
    "unreadable": "这个 PDF 已经损坏，打不开。请重新导出或者扫描后再上传。",
}
TOO_COMPLEX = f"这个 PDF 太复杂，没有检查完。{PRINT_ANEW}"


async def refuse_active_pdf(apart: Apart, content: bytes) -> None:
    """Refuse a PDF that does more than show itself, and one that cannot be read. Raises TypeRefused.

    What has no object at all can do nothing; that it shows nothing either is seen by who checks the paper.
    """
    if b"obj" not in content:
        return
    try:
        fault = await apart.ask("pdf", content, seconds=SECONDS, megabytes=MEGABYTES)
    except TooMuchWork:
        raise TypeRefused(TOO_COMPLEX) from None
    if fault:
        raise TypeRefused(FAULTS[fault])
