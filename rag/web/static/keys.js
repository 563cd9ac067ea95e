// The keys 1 to 9 open the citations of an answer, and a letter typed while reading goes to the
// question box; a reader can switch both off for good.
const STORED = "dateline:number-keys";
const WRITES = "input, textarea, select, [contenteditable='true'], [role='combobox']";
const box = element.querySelector("input");
box.checked = localStorage.getItem(STORED) !== "off";

box.addEventListener("change", () => {
  localStorage.setItem(STORED, box.checked ? "on" : "off");
});

document.addEventListener("keydown", (event) => {
  const chosen = event.ctrlKey || event.metaKey || event.altKey;
  if (chosen || event.isComposing || !box.checked) return;
  if (event.target !== box && event.target.closest(WRITES)) return;
  if (/^\p{L}$/u.test(event.key) && event.target.id === "log") {
    document.querySelector("#question textarea").focus();
    return;
  }
  if (!/^[1-9]$/.test(event.key)) return;
  const link = citation(event.key);
  if (!link) return;
  event.preventDefault();
  link.click();
});

// Of the answer in which the focus or the open citation is, else of the last one.
function citation(number) {
  const open = document.querySelector("#log a.cite[aria-current]");
  const turns = [...document.querySelectorAll("#log .turn")];
  const turn = [document.activeElement, open].map((each) => each?.closest("#log .turn"));
  const chosen = turn.find(Boolean) ?? turns.findLast((each) => each.querySelector("a.cite"));
  return [...(chosen?.querySelectorAll("a.cite") ?? [])].find(
    (link) => link.textContent === `[${number}]`,
  );
}
