// Leads from the open citation to the one before and the one after it, in its answer or list.
const GROUPS = ".turn, ol, ul, table, [role='tabpanel']";
let stay = "";

element.addEventListener("click", (event) => {
  const button = event.target.closest(".siblings button");
  if (!button) return;
  const { links, place } = siblings();
  const next = links[place + (button.classList.contains("next") ? 1 : -1)];
  if (!next) return;
  stay = button.className;
  next.click();
});

document.addEventListener(SHOWN, showSiblings);

function siblings() {
  const open = `a[data-place][href="#${CSS.escape(openKey())}"]`;
  const here = [...document.querySelectorAll(`#views ${open}`)].find(isSeen);
  const group = here?.closest(GROUPS);
  const found = new Map();
  for (const link of group?.querySelectorAll("a[data-place]") ?? []) {
    const href = link.getAttribute("href");
    const alike = link.classList.contains("cite") === here.classList.contains("cite");
    if (alike && isSeen(link) && !found.has(href)) found.set(href, link);
  }
  const links = [...found.values()];
  return { links, place: [...found.keys()].indexOf("#" + openKey()), cited: here?.matches(".cite") };
}

function isSeen(link) {
  return link.checkVisibility?.() ?? link.offsetParent !== null;
}

function showSiblings() {
  const shown = element.querySelector(".siblings");
  if (!shown) return;
  const { links, place, cited } = siblings();
  shown.hidden = links.length < 2;
  if (shown.hidden) return;
  const kind = cited ? "citation" : "result";
  shown.querySelector(".which").textContent = `${place + 1} of ${links.length}`;
  for (const [name, at, words] of [
    ["previous", place - 1, "Previous"],
    ["next", place + 1, "Next"],
  ]) {
    const button = shown.querySelector("." + name);
    button.disabled = !links[at];
    button.setAttribute("aria-label", `${words} ${kind}`);
  }
  // Whoever goes on from one to the next has the button under the finger.
  const used = stay && shown.querySelector("." + stay);
  stay = "";
  if (used && !used.disabled) used.focus({ preventScroll: true });
}
