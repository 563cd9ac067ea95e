// The conversation: examples and ways on ask, what was understood can be dropped or edited, a
// new question comes into view.
let turns = element.querySelectorAll(".turn").length;

element.addEventListener("click", (event) => {
  const example = event.target.closest("button.example");
  const again = event.target.closest("button.drop, button.way");
  const edited = event.target.closest("button.edit");
  if (example) {
    trigger("ask_again", { question: example.textContent, without: [], drop: [], turn: 0 });
  } else if (again) {
    trigger("ask_again", {
      question: again.dataset.question,
      without: JSON.parse(again.dataset.without),
      drop: JSON.parse(again.dataset.drop ?? "[]"),
      turn: again.closest(".turn").dataset.turn,
    });
  } else if (edited) {
    edit(edited.dataset.question);
  }
});

function edit(question) {
  const box = document.querySelector("#question textarea");
  box.value = question;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
}

watch("value", () => {
  const all = element.querySelectorAll(".turn");
  // Once the other scripts have put back what they add to the turns above it.
  if (all.length > turns) requestAnimationFrame(arrive);
  turns = all.length;
});

// Whoever has asked reads on: the focus leaves the question box, so that number keys open
// citations. It goes to what scrolls, as the turn itself is made anew with every piece. Whoever
// came by a link to an answer is there already.
function arrive() {
  const focused = document.activeElement;
  if (focused.matches(".turn .question")) return;
  [...element.querySelectorAll(".turn")].at(-1)?.scrollIntoView({ block: "start" });
  if (focused !== document.body && !focused.closest("#composer, #log")) return;
  const log = document.querySelector("#log");
  log.tabIndex = -1;
  log.focus({ preventScroll: true });
}

// What is unfolded comes into view; the event does not bubble.
element.addEventListener(
  "toggle",
  (event) => {
    if (event.target.open) event.target.scrollIntoView({ block: "nearest" });
  },
  true,
);
