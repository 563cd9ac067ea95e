// What to ask next stands below the last answer, if that is still the one it was made for.
const log = document.querySelector("#log");
if (log) new MutationObserver(place).observe(log, { childList: true, subtree: true });
watch("value", place);
place();

function place() {
  const made = element.querySelector(".follow-ups");
  const last = [...log.querySelectorAll(".turn")].at(-1);
  if (!made || !last || last.querySelector(".follow-ups")) return;
  const finished = last.querySelector('.reply[aria-busy="false"]');
  const asked = last.querySelector(".question").lastChild.textContent;
  if (!finished || last.dataset.turn !== made.dataset.turn || asked !== made.dataset.asked) return;
  const shown = made.cloneNode(true);
  shown.hidden = false;
  last.append(shown);
}
