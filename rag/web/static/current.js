// Which conversation is open: the address names it, so that a page loaded again shows it again.
watch("value", nameInAddress);

// It is asked for when an answer is finished and when a conversation begins, by an event that
// Gradio knows: one of the page's own could not share a handler with the list's.
let finished = 0;
const log = document.querySelector("#log");
if (log) new MutationObserver(countAnswers).observe(log, { childList: true, subtree: true });

function countAnswers() {
  const answers = log.querySelectorAll('.turn .reply[aria-busy="false"]').length;
  if (answers === finished) return;
  finished = answers;
  trigger("input", {});
}

function nameInAddress() {
  const current = element.querySelector("[data-current]").dataset.current;
  const address = new URL(location.href);
  if (current === (address.searchParams.get("c") || "")) return;
  if (current) address.searchParams.set("c", current);
  else address.searchParams.delete("c");
  // What the address named before has been left.
  for (const name of ["article", "revision", "at"]) address.searchParams.delete(name);
  address.hash = "";
  window.history.replaceState(window.history.state, "", address);
}
