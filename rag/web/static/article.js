// The article panel: brings the cited sentence into view, and leads back to where it was chosen.
// A page whose address names a sentence shows that first.
const LINKED = "cite-link";
let wanted = new URL(location.href).searchParams.has("article") ? LINKED : "";

document.addEventListener(OPEN, (event) => {
  wanted = event.detail;
  if (openKey() !== wanted) return;
  event.preventDefault();
  reveal();
});

watch("value", reveal);

element.addEventListener("click", (event) => {
  if (!event.target.closest("a.back")) return;
  event.preventDefault();
  goBack();
});

// What fails to load tells nobody why; errors of pictures do not bubble.
element.addEventListener(
  "error",
  (event) => {
    if (!event.target.matches(".pictured img")) return;
    event.target.replaceWith("The page cannot be shown: its file has changed, or is gone.");
  },
  true,
);

element.addEventListener("keydown", (event) => {
  if (event.key === "Escape") goBack();
});

function openKey() {
  const article = element.querySelector("article");
  return article ? article.dataset.key : "";
}

function goBack() {
  const links = document.querySelectorAll(`#views a[href="#${CSS.escape(openKey())}"]`);
  const link = [...links].find((each) => each.offsetParent !== null);
  if (link) link.focus();
}

// Focus and page move only for an article the reader asked for.
function reveal() {
  const target = element.querySelector("#cite-target");
  document.dispatchEvent(new CustomEvent(SHOWN, { detail: openKey() }));
  if (!target) return;
  if (wanted && wanted === openKey()) {
    wanted = "";
    target.focus({ preventScroll: true });
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    target.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  } else {
    const pane = element.closest("#article");
    // The outlet stays in view where the sentence is on the first screen.
    pane.scrollTop = 0;
    const [cited, { top }] = [target, pane].map((each) => each.getBoundingClientRect());
    if (cited.bottom - top > pane.clientHeight) {
      pane.scrollTop = cited.top - top - pane.clientHeight / 3;
    }
  }
}
