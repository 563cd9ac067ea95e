// The archive's tables: a button lists the articles of its outlet or month.
element.addEventListener("click", (event) => {
  const chosen = event.target.closest("button.list");
  if (!chosen) return;
  const { outlet = null, month = null } = chosen.dataset;
  trigger("list_shelf", { outlet, month });
});
