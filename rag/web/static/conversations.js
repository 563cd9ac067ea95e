// Earlier conversations: opens, renames, shares and deletes them.
element.addEventListener("click", (event) => {
  const item = event.target.closest("li[data-id]");
  const button = event.target.closest("button");
  if (!item || !button) return;
  const id = item.dataset.id;
  if (button.classList.contains("open")) trigger("open_kept", { id });
  else if (button.classList.contains("rename")) rename(item);
  else if (button.classList.contains("delete")) confirmDeletion(item, button);
  else if (button.classList.contains("yes")) change(id, "delete", "");
  else if (button.classList.contains("no")) settle(item);
  else if (button.classList.contains("share")) {
    share(id, button.getAttribute("aria-pressed") !== "true");
  }
});

element.addEventListener("keydown", (event) => {
  const item = event.target.closest("li[data-id]");
  if (!item) return;
  if (event.key === "Escape") settle(item);
  if (event.key === "Enter" && event.target.matches("input.name")) {
    event.preventDefault();
    change(item.dataset.id, "rename", event.target.value);
  }
});

function share(id, shared) {
  change(id, "share", String(shared));
  if (shared) copy(pageAddress("?c=" + id, ""), SHARED);
  else say("No longer shared: the link opens for you alone.");
}

function change(id, what, value) {
  trigger("change_kept", { id, what, value });
}

function rename(item) {
  settle(item);
  const open = item.querySelector("button.open");
  const input = document.createElement("input");
  input.className = "name";
  input.value = open.textContent;
  input.setAttribute("aria-label", "New name; Enter keeps it, Escape does not");
  input.maxLength = 80;
  open.hidden = true;
  open.before(input);
  input.select();
}

function confirmDeletion(item, button) {
  settle(item);
  const asked = document.createElement("span");
  asked.className = "confirm";
  asked.setAttribute("role", "group");
  asked.setAttribute("aria-label", "Delete for good?");
  for (const [name, words] of [["yes", "Delete for good"], ["no", "Keep"]]) {
    const choice = document.createElement("button");
    choice.type = "button";
    choice.className = name;
    choice.textContent = words;
    asked.append(choice);
  }
  button.hidden = true;
  button.after(asked);
  asked.querySelector(".no").focus();
}

function settle(item) {
  const hidden = item.querySelector("[hidden]");
  item.querySelectorAll("input.name, .confirm").forEach((each) => each.remove());
  if (!hidden) return;
  hidden.hidden = false;
  hidden.focus();
}
