// An address that ends in "#answer-2" leads to that answer, once its conversation is open.
let answerWanted = /^#answer-\d+$/.test(location.hash) ? location.hash.slice(8) : "";

watch("value", goToAnswer);

function goToAnswer() {
  if (!answerWanted) return;
  const turn = element.querySelector(`.turn[data-answer="${answerWanted}"]`);
  if (!turn) return;
  answerWanted = "";
  turn.scrollIntoView({ block: "start" });
  const heading = turn.querySelector(".question");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
