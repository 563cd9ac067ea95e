// In a narrow window the filters are a sheet over the page: "Done", Escape and a touch beside it
// close it. Gradio makes the fields when they are first opened, and does not say whether they are.
const narrow = matchMedia("(max-width: 899px)");
let fold = null;
begin();

// It may be there later than what this script belongs to.
function begin() {
  fold = document.querySelector("#filters > button.label-wrap");
  if (!fold) {
    requestAnimationFrame(begin);
    return;
  }
  document.addEventListener("click", beside, true);
  fold.parentElement.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && narrow.matches && !event.target.matches("input")) close();
  });
  new MutationObserver(changed).observe(fold, { attributeFilter: ["class"] });
  changed();
}

function isOpen() {
  return fold.classList.contains("open");
}

function changed() {
  if (fold.getAttribute("aria-expanded") === String(isOpen())) return;
  fold.setAttribute("aria-expanded", isOpen());
  if (isOpen()) requestAnimationFrame(opened);
}

function opened() {
  const fields = fold.nextElementSibling;
  if (!fields.querySelector(".done")) {
    const done = document.createElement("button");
    Object.assign(done, { type: "button", className: "done", textContent: "Done" });
    done.addEventListener("click", close);
    fields.append(done);
    fields.tabIndex = -1;
    fields.setAttribute("role", "group");
    fields.setAttribute("aria-label", "Filters");
  }
  if (narrow.matches) fields.focus();
}

function beside(event) {
  if (!event.isTrusted || !isOpen() || !narrow.matches) return;
  if (event.target.closest("#filters")) return;
  event.preventDefault();
  event.stopPropagation();
  close();
}

function close() {
  if (!isOpen()) return;
  fold.click();
  fold.focus();
}
