// Whether the server is there. One that was restarted knows nothing of this page: the page is
// loaded again, with its conversation by its address and the question that was being asked.
const EVERY_MS = 4000;
const DRAFT = "dateline:draft";
const MOVED = "moved";
const GONE = "The server does not answer. What you have asked is kept; trying again…";
const LOGGED_OUT = "You have been logged out. Load this page again to log in.";
const said = element.querySelector("p");
let known = "";
let failures = 0;

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
restoreDraft(40);
look();

async function look() {
  if (document.hidden) return;
  try {
    // Of several servers, the one that has this session answers.
    const query = session ? `?session_hash=${encodeURIComponent(session)}` : "";
    const reply = await fetch(`gradio_api/app_id${query}`, { cache: "no-store" });
    if (reply.status === 401) return say(LOGGED_OUT);
    if (!reply.ok) return;
    const { app_id: found, replicas: several } = await reply.json();
    failures = 0;
    say("");
    replicas = Boolean(several);
    if (found === MOVED) return comeBack(askedNow());
    if (known && String(found) !== known) reload();
    known = String(found);
  } catch {
    failures += 1;
    if (failures > 1) say(GONE);
  }
}

function say(words) {
  if (said.textContent !== words) said.textContent = words;
}

function reload() {
  const typed = document.querySelector("#question textarea")?.value ?? "";
  sessionStorage.setItem(DRAFT, typed || askedNow());
  location.reload();
}

// The field may be there later than this script.
function restoreDraft(tries) {
  const draft = sessionStorage.getItem(DRAFT);
  if (!draft) return;
  const field = document.querySelector("#question textarea");
  if (!field) {
    if (tries) setTimeout(restoreDraft, 100, tries - 1);
    return;
  }
  sessionStorage.removeItem(DRAFT);
  field.value = draft;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
