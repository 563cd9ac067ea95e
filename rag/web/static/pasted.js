// What is pasted stays where the page is loaded again, as after a restart of the server.
const PASTED = "dateline:pasted";

document.addEventListener("input", (event) => {
  if (!event.target.closest("#pasted")) return;
  try {
    sessionStorage.setItem(PASTED, event.target.value);
  } catch {
    sessionStorage.removeItem(PASTED);
  }
});
restorePasted(40);

// The field may be there later than this script.
function restorePasted(tries) {
  const kept = sessionStorage.getItem(PASTED);
  if (!kept) return;
  const field = document.querySelector("#pasted textarea");
  if (!field) {
    if (tries) setTimeout(restorePasted, 100, tries - 1);
    return;
  }
  if (field.value) return;
  field.value = kept;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
