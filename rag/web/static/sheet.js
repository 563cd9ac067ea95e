// In a narrow window the article is a sheet over the conversation: a citation opens it, and the
// cross, Escape, a touch beside it and "Back to the answer" close it.
const sheet = document.querySelector("#reading");

if (sheet) {
  const cross = Object.assign(document.createElement("button"), {
    type: "button",
    className: "close-sheet",
    textContent: "×",
  });
  cross.setAttribute("aria-label", "Close the article");
  cross.addEventListener("click", () => {
    closeSheet();
    goBack();
  });
  sheet.prepend(cross);
  // Before the article takes the focus, which what is not shown cannot have.
  document.addEventListener(OPEN, () => sheet.classList.add("open"), true);
  sheet.addEventListener("click", (event) => {
    if (event.target.closest("a.back")) closeSheet();
  });
  sheet.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSheet();
  });
  document.addEventListener("click", (event) => {
    const within = event.target.closest("#reading, a[data-place]");
    if (!within && event.isTrusted) closeSheet();
  });
}

function closeSheet() {
  sheet.classList.remove("open");
}
