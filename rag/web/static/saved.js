// What is saved: the addresses of feeds, and what stands in an opened search or collection.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".copy-feed")) {
    const folder = location.pathname.replace(/[^/]*$/, "");
    copy(new URL(folder + button.dataset.feed, location.origin).href, "The feed's address is copied.");
  } else if (button.matches(".renew")) {
    trigger("change_kept", { id: button.closest("li").dataset.id, what: "renew", value: "" });
    say("The feed has a new address; the old one ends.");
  } else if (button.matches(".run")) trigger("run_saved", { id: button.dataset.id });
  else if (button.matches(".unstar")) {
    const { collection } = element.querySelector("[data-collection]").dataset;
    trigger("unstar", { id: collection, place: button.dataset.place });
  } else return;
  const menu = button.closest("details.menu");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
