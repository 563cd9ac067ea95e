// Copies what a button carries, and says so; also for a page without https, which has no clipboard.
const NOTE_MS = 4000;
const SHARED =
  "Shared, and the link is copied: whoever can open this page can read this conversation.";
const NO_LINK = "This answer is not saved, so it has no link.";

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".copy")) copy(button.dataset.copy, "Copied.");
  else if (button.matches(".copy-link")) copyLink(button);
  else if (button.closest(".taking") && button.matches(".share")) shareAnswer(button);
  else if (button.matches(".save")) save(button);
  else return;
  const menu = button.closest("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A menu closes as menus do: by Escape, and by a click anywhere else.
element.addEventListener("keydown", (event) => {
  const menu = event.target.closest("details.menu[open]");
  if (event.key !== "Escape" || !menu) return;
  event.stopPropagation();
  menu.open = false;
  menu.querySelector("summary").focus();
});
// Its items stand out of it, and could lie below the edge.
element.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.open) return;
    event.target.querySelector(":scope > .items")?.scrollIntoView({ block: "nearest" });
  },
  true,
);
document.addEventListener("click", (event) => {
  for (const menu of element.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

function answerLink(button) {
  const turn = button.closest(".turn")?.dataset;
  const isOwn = document.querySelector("#log .turn[data-answer]");
  const number = isOwn ? turn?.answer : turn?.turn;
  const conversation = new URL(location.href).searchParams.get("c");
  return number && conversation ? { number, conversation } : null;
}

function pageAddress(query, hash) {
  const address = new URL(location.pathname, location.origin);
  address.search = query;
  address.hash = hash;
  return address.href;
}

function copyLink(button) {
  if (button.dataset.link) {
    copy(pageAddress(button.dataset.link, ""), "The link to this sentence is copied.");
    return;
  }
  const answer = answerLink(button);
  if (!answer) return say(NO_LINK);
  copy(addressOf(answer), "The link is copied. Share lets others open it, too.");
}

function shareAnswer(button) {
  const answer = answerLink(button);
  if (!answer) return say(NO_LINK);
  trigger("share_answer", {});
  copy(addressOf(answer), SHARED);
}

function addressOf(answer) {
  return pageAddress("?c=" + answer.conversation, "answer-" + answer.number);
}

function save(button) {
  const answer = answerLink(button);
  if (!answer) return say(NO_LINK);
  const link = document.createElement("a");
  link.href = `export/${answer.conversation}.${answer.number}.${button.dataset.kind}`;
  link.download = "";
  link.click();
}

async function copy(words, done) {
  try {
    await navigator.clipboard.writeText(words);
    say(done);
  } catch {
    say(copyBySelection(words) ? done : "Your browser did not let the page copy.");
  }
}

function copyBySelection(words) {
  const box = document.createElement("textarea");
  const before = document.activeElement;
  box.value = words;
  box.className = "unseen";
  document.body.append(box);
  box.select();
  const done = document.execCommand("copy");
  box.remove();
  before?.focus();
  return done;
}

function say(words) {
  let note = document.querySelector("#copied");
  if (!note) {
    note = document.createElement("p");
    note.id = "copied";
    note.setAttribute("role", "status");
    document.body.append(note);
  }
  note.textContent = words;
  clearTimeout(note.timer);
  note.timer = setTimeout(() => (note.textContent = ""), NOTE_MS);
}
