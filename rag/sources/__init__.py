"""Web addresses to articles: the guarded fetcher, pages, sitemaps, feeds and subscriptions.

Only this package uses the network. It must not know questions or answers. Start reading with
`fetcher`, then `pages` and `polling`.
"""
