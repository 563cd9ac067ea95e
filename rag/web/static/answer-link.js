// An address that ends in "#answer-2" leads to that answer, once its conversation is open.
let answerWanted = /^#answer-\d+$/.test(location.hash) ? location.hash.slice(8) : "";

watch("value", goToAnswer);

function goToAnswer() {
  if (!answerWanted) return;
  // A conversation of somebody else has the numbers of its turns alone.
  const named = (name) => element.querySelector(`.turn[${name}="${answerWanted}"]`);
  const turn = named("data-answer") ?? named("data-turn");
  if (!turn) return;
  answerWanted = "";
  turn.scrollIntoView({ block: "start" });
  const heading = turn.querySelector(".question");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}
