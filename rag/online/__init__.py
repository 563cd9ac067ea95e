"""Pages, sitemaps and feeds to articles; how they are fetched is `rag.fetching`'s business."""

from rag.online.pages import Pages, is_address
from rag.online.permission import visitor
from rag.online.polling import Poll, Update

__all__ = ["Pages", "Poll", "Update", "is_address", "visitor"]
