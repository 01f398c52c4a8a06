"""Forms that go on paper with a bundle (报送单, 反馈单): what is in it, its digest as a code, two seals."""

from services.papers.forms.contents import Entry, Form
from services.papers.forms.layout import typeset

__all__ = ["Entry", "Form", "typeset"]
