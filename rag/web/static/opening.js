// Any part with links to articles: they open in the panel, and the open one is marked.
const OPEN = "dateline:open";
const SHOWN = "dateline:shown";
let shown = "";

element.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-place]");
  if (!link) return;
  event.preventDefault();
  const key = link.getAttribute("href").slice(1);
  const request = new CustomEvent(OPEN, { detail: key, cancelable: true });
  if (document.dispatchEvent(request)) trigger("open_article", { key, place: link.dataset.place });
});

document.addEventListener(SHOWN, (event) => {
  shown = event.detail;
  markShown();
});

watch("value", markShown);

// Which article is open is the page's knowledge: the server's HTML does not say.
function markShown() {
  for (const link of element.querySelectorAll("a[data-place]")) {
    if (link.getAttribute("href") === "#" + shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
