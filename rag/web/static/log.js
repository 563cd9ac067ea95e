// The conversation: examples ask, what was understood can be dropped, a new question comes
// into view.
let turns = element.querySelectorAll(".turn").length;

element.addEventListener("click", (event) => {
  const example = event.target.closest("button.example");
  const drop = event.target.closest("button.drop");
  if (example) {
    trigger("ask_example", { question: example.textContent, without: [] });
  } else if (drop) {
    const without = JSON.parse(drop.dataset.without);
    trigger("ask_example", { question: drop.dataset.question, without });
  }
});

watch("value", () => {
  const all = element.querySelectorAll(".turn");
  if (all.length > turns) all[all.length - 1].scrollIntoView({ block: "start" });
  turns = all.length;
});

// What is unfolded comes into view; the event does not bubble.
element.addEventListener(
  "toggle",
  (event) => {
    if (event.target.open) event.target.scrollIntoView({ block: "nearest" });
  },
  true,
);
