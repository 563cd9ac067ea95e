// Tips: shown while their mark is pointed at or has the focus of the keyboard, or once it is
// pressed; Escape hides. A touch that leads back to a mark shows none: it would hide the answer.
const MARKS = "[aria-describedby^='tip-'], [aria-describedby^='why-']";
const GAP = 6;
let tip = null;
let leaving = 0;

for (const kind of ["mouseover", "focusin", "click"]) {
  element.addEventListener(kind, (event) => {
    if (event.target.closest(".tip")) clearTimeout(leaving);
    const mark = event.target.closest(MARKS);
    if (!mark || (kind === "click" && mark.tagName !== "BUTTON")) return;
    if (kind !== "focusin" || mark.matches(":focus-visible")) showTip(mark);
  });
}
// A moment's grace, so that the pointer can move onto the tip and select its words.
element.addEventListener("mouseout", (event) => {
  if (event.target.closest(`${MARKS}, .tip`)) leaving = setTimeout(hideTip, 250);
});
element.addEventListener("focusout", hideTip);
element.addEventListener("scroll", hideTip, { capture: true, passive: true });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") hideTip();
});
watch("value", hideTip);

function showTip(mark) {
  clearTimeout(leaving);
  const wanted = element.querySelector("#" + CSS.escape(mark.getAttribute("aria-describedby")));
  if (wanted === tip) return;
  hideTip();
  if (!wanted) return;
  tip = wanted;
  tip.classList.add("shown");
  const at = mark.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - size.width - GAP);
  const above = at.top - size.height - GAP;
  tip.style.left = Math.max(GAP, left) + "px";
  tip.style.top = (above >= GAP ? above : at.bottom + GAP) + "px";
}

function hideTip() {
  clearTimeout(leaving);
  if (tip) tip.classList.remove("shown");
  tip = null;
}
