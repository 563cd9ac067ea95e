// What words were taken to mean can be dropped: the same is asked again without them.
element.addEventListener("click", (event) => {
  const drop = event.target.closest("button.drop");
  if (!drop) return;
  const without = JSON.parse(drop.dataset.without);
  trigger("ask_again", { question: drop.dataset.question, without });
});
