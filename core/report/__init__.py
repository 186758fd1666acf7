"""All that is known of a set in one file that can be sent: a page, JSON, or a table of rows.

`contents` is what a report tells, and which of it stands on the page. `page` writes it as one HTML
file that needs nothing beside it (`page.html.j2` and `page.css` are its form, `drawings` its
pictures of numbers), `tables` as JSON and as CSV.
"""

from core.report.contents import ReportContents
from core.report.page import write_html
from core.report.tables import findings_csv, report_json

__all__ = ["ReportContents", "findings_csv", "report_json", "write_html"]
