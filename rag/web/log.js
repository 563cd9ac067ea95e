// The conversation: links open articles, examples ask, what was understood can be dropped,
// a new question comes into view.
const OPEN = "dateline:open";
const SHOWN = "dateline:shown";
let shown = "";
let turns = element.querySelectorAll(".turn").length;

element.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a.near");
  const example = event.target.closest("button.example");
  const drop = event.target.closest("button.drop");
  if (link) {
    event.preventDefault();
    const key = link.getAttribute("href").slice(1);
    const request = new CustomEvent(OPEN, { detail: key, cancelable: true });
    if (document.dispatchEvent(request)) trigger("open_article", { key });
  } else if (example) {
    trigger("ask_example", { question: example.textContent, without: [] });
  } else if (drop) {
    const without = JSON.parse(drop.dataset.without);
    trigger("ask_example", { question: drop.dataset.question, without });
  }
});

document.addEventListener(SHOWN, (event) => {
  shown = event.detail;
  markShown();
});

watch("value", () => {
  markShown();
  const all = element.querySelectorAll(".turn");
  if (all.length > turns) all[all.length - 1].scrollIntoView({ block: "start" });
  turns = all.length;
});

// Which citation is open is the page's knowledge: the server's HTML does not say.
function markShown() {
  for (const link of element.querySelectorAll("a.cite, a.near")) {
    if (link.getAttribute("href") === "#" + shown) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
