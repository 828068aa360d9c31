from .html_report import HtmlReport, report

__all__ = ["HtmlReport", "report"]
