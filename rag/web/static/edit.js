// A question can be edited where it stands: Enter asks it again, with the conversation before it.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button.edit-asked");
  if (button) openEditor(button.closest(".asked"));
});

function openEditor(asked) {
  const question = asked.querySelector(".question");
  const box = Object.assign(document.createElement("textarea"), {
    value: question.lastChild.textContent,
    rows: 2,
    maxLength: 4000,
  });
  box.setAttribute("aria-label", "Your words, edited");
  const form = Object.assign(document.createElement("form"), { className: "editing" });
  form.append(box, editorButton("Ask again", "submit"), editorButton("Cancel", "button"));
  asked.classList.add("open");
  asked.append(form);
  box.focus();

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = box.value.trim();
    if (!words) return box.focus();
    closeEditor(asked);
    const turn = asked.closest(".turn").dataset.turn;
    trigger("ask_again", { question: words, without: [], drop: [], turn });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeEditor(asked);
    if (event.key === "Enter" && event.target === box && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.lastChild.addEventListener("click", () => closeEditor(asked));
}

function closeEditor(asked) {
  asked.querySelector("form").remove();
  asked.classList.remove("open");
  asked.querySelector("button.edit-asked").focus();
}

function editorButton(words, type) {
  return Object.assign(document.createElement("button"), { textContent: words, type });
}
